drop function public.kcc_kept_question(text[], text[]);
create or replace function public.kcc_mail_accounts() returns table (municipality_id integer, entrance_id integer, address text, imap_sealed bytea, folder text, done_folder text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select b.municipality_id, b.entrance_id, e.address::text, b.imap_sealed, b.imap_folder::text, b.imap_done_folder::text
  from public.mailbox b join public.entrance e on e.municipality_id = b.municipality_id and e.id = b.entrance_id
  join public.municipality m on m.id = b.municipality_id
  where b.imap_sealed is not null and e.kind = 'mailbox' and (e.active and m.left_on is null
    or exists (select 1 from guard.succession_map p where p.kind = 'entrance' and p.old_id = e.id::text and p.how <> 'closed'))
    and not exists (select 1 from guard.departure_run d where b.municipality_id = any(d.municipality_ids))
  order by b.entrance_id
$$;
