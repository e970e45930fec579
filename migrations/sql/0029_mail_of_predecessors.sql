-- Mail to the mailbox of a town that went on as another: fetched once, and a question that stayed behind is named.

-- a mailbox of the old name that the new town fetches by itself is not fetched by its old key any more
create or replace function public.kcc_mail_accounts() returns table (municipality_id integer, entrance_id integer, address text, imap_sealed bytea, folder text, done_folder text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select b.municipality_id, b.entrance_id, e.address::text, b.imap_sealed, b.imap_folder::text, b.imap_done_folder::text
  from public.mailbox b join public.entrance e on e.municipality_id = b.municipality_id and e.id = b.entrance_id
  join public.municipality m on m.id = b.municipality_id
  where b.imap_sealed is not null and e.kind = 'mailbox' and (e.active and m.left_on is null
    or exists (select 1 from guard.succession_map p where p.kind = 'entrance' and p.old_id = e.id::text and p.how <> 'closed'))
    and not exists (select 1 from guard.departure_run d where b.municipality_id = any(d.municipality_ids))
    and not exists (select 1 from public.mailbox n where n.entrance_id = guard.heir_entrance(e.id) and n.entrance_id <> e.id and n.imap_sealed is not null)
  order by b.entrance_id
$$;
-- For the job that reads a mail of a town: the closed question of a predecessor that it answers or names, by its reference, and
-- whose it was. Nothing of what stands in it; the town's people may read it.
create function public.kcc_kept_question(references_given text[], message_ids text[]) returns table (reference text, town text) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  with before as (select unnest(guard.family(t)) as id from unnest((guard.current_door()).municipality_ids) t where (guard.current_door()).kind = 'lease'
    except select unnest((guard.current_door()).municipality_ids))
  select t.reference::text, m.name::text from before b join public.municipality m on m.id = b.id join public.ticket t on t.municipality_id = b.id
  where t.reference = any(references_given)
    or t.id in (select o.ticket_id from public.outgoing_mail o where o.municipality_id = b.id and o.message_id = any(message_ids))
    or t.id in (select r.ticket_id from public.mail_content c join public.received_mail r on r.municipality_id = b.id and r.id = c.mail_id
      where c.municipality_id = b.id and c.message_id = any(message_ids))
  order by t.opened_at desc limit 1
$$;
