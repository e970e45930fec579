-- Mail comes in by functions that only add: the address it was sent to decides the town, nothing that the application says.

-- the mailbox entrance of an address, in capitals or not, with or without a +tag; null when no town has it
create function guard.mail_entrance(address_asked text) returns public.entrance language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e.* from public.entrance e join public.municipality m on m.id = e.municipality_id
  where e.kind = 'mailbox' and e.active and m.left_on is null
    and lower(e.address) in (lower(btrim(address_asked)), regexp_replace(lower(btrim(address_asked)), '\+[^@]*@', '@'))
  order by e.id limit 1
$$;
-- the centre that an address without a town belongs to: one with a mailbox in that domain, else the only one there is
create function guard.mail_centre(address_asked text) returns integer language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select coalesce(
    (select m.centre_id from public.entrance e join public.municipality m on m.id = e.municipality_id
      where e.kind = 'mailbox' and split_part(lower(e.address), '@', 2) = split_part(lower(btrim(address_asked)), '@', 2) order by e.id limit 1),
    (select min(c.id) from public.centre c having count(*) = 1))
$$;
create function public.kcc_mail_recipient(address_asked text) returns text language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select case when (guard.mail_entrance(address_asked)).id is not null then 'town' when guard.mail_centre(address_asked) is not null then 'centre' end
$$;
-- Keep a mail as it came, with the job that reads it, and say under which id; null when nobody here has the address.
-- Mail fetched twice from one place in a mailbox is kept once. Whether it is the same as another is found out later.
create function public.kcc_receive_mail(address_asked text, raw_given bytea, source_given text, envelope_from_given text, uidvalidity_given bigint, uid_given bigint) returns uuid
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  e public.entrance := guard.mail_entrance(address_asked);
  centre integer;
  made uuid;
begin
  if e.id is null then
    centre := guard.mail_centre(address_asked);
    if centre is null then return null; end if;
  else
    select m.centre_id into centre from public.municipality m where m.id = e.municipality_id;
  end if;
  insert into public.received_mail (id, centre_id, municipality_id, entrance_id, source, uidvalidity, uid, sha256, size, received_at, state, reason, automatic)
    values (gen_random_uuid(), centre, e.municipality_id, e.id, source_given, uidvalidity_given, uid_given, sha256(raw_given), length(raw_given), clock_timestamp(),
      case when e.id is null then 'quarantined' else 'stored' end, case when e.id is null then 'unknown_address' else '' end, '')
    on conflict (centre_id, entrance_id, uidvalidity, uid) do nothing returning id into made;
  if made is null then
    select r.id into made from public.received_mail r
      where r.centre_id = centre and r.entrance_id = e.id and r.uidvalidity = uidvalidity_given and r.uid = uid_given;
    return made;
  end if;
  insert into public.mail_content (mail_id, centre_id, municipality_id, recipient, envelope_from, raw, from_name, from_address, subject, note)
    values (made, centre, e.municipality_id, left(address_asked, 320), left(envelope_from_given, 320), raw_given, '', '', '', '');
  if e.id is not null then
    insert into public.job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)
      values (gen_random_uuid(), e.municipality_id, 'channels.read_mail', 'channels.read_mail:' || made, jsonb_build_object('mail', made), 'waiting', now(), 0, 0, now());
  end if;
  return made;
end $$;
-- the mailboxes whose post is fetched, with the sealed way there: useless without the key, which is not in the database
create function public.kcc_mail_accounts() returns table (municipality_id integer, entrance_id integer, address text, imap_sealed bytea, folder text, done_folder text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select b.municipality_id, b.entrance_id, e.address::text, b.imap_sealed, b.imap_folder::text, b.imap_done_folder::text
  from public.mailbox b join public.entrance e on e.municipality_id = b.municipality_id and e.id = b.entrance_id
  join public.municipality m on m.id = b.municipality_id
  where b.imap_sealed is not null and e.active and e.kind = 'mailbox' and m.left_on is null order by b.entrance_id
$$;
-- how fetching went: the fault (a word of ours) or none, for the people who watch over the mailbox
create function public.kcc_note_mailbox(entrance_asked integer, fault_given text) returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as $$
  update public.mailbox set checked_at = clock_timestamp(), fault = left(fault_given, 100),
    fetched_at = case when fault_given = '' then clock_timestamp() else fetched_at end
  where entrance_id = entrance_asked and imap_sealed is not null
$$;
