-- Whoever answers a closed question of a town that went on as another opens it again there, as anybody may in any town: it comes
-- over with all that hangs on it, by the job of the new town that reads the mail.
drop function public.kcc_kept_question(text[], text[]);
-- the closed question of a predecessor that a mail answers or names, whose it was, and from which addresses it was written about
create function public.kcc_kept_question(references_given text[], message_ids text[]) returns table (reference text, town text, addresses text[]) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  with before as (select unnest(guard.family(t)) as id from unnest((guard.current_door()).municipality_ids) t where (guard.current_door()).kind = 'lease'
    except select unnest((guard.current_door()).municipality_ids))
  select t.reference::text, m.name::text, array(
      select i.email::text from public.contact c join public.involvement i on i.municipality_id = b.id and i.contact_id = c.id where c.municipality_id = b.id and c.ticket_id = t.id
      union select c.from_address::text from public.received_mail r join public.mail_content c on c.mail_id = r.id where r.municipality_id = b.id and r.ticket_id = t.id
      union select o.recipient::text from public.outgoing_mail o where o.municipality_id = b.id and o.ticket_id = t.id
      union select a.address::text from public.digital_address a where a.municipality_id = b.id and a.party_id = t.party_id and a.kind = 'email')
  from before b join public.municipality m on m.id = b.id join public.ticket t on t.municipality_id = b.id
  where t.reference = any(references_given)
    or t.id in (select o.ticket_id from public.outgoing_mail o where o.municipality_id = b.id and o.message_id = any(message_ids))
    or t.id in (select r.ticket_id from public.mail_content c join public.received_mail r on r.municipality_id = b.id and r.id = c.mail_id
      where c.municipality_id = b.id and c.message_id = any(message_ids))
  order by t.opened_at desc limit 1
$$;
-- Bring it over, through every town in between. Nothing for another town's lease, nor while a merger on the way is not done.
create function public.kcc_bring_question(reference_given text) returns table (ticket_id uuid, old_town integer, files uuid[]) language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  here integer := d.municipality_ids[1];
  at integer;
  started integer;
  asked uuid;
  run guard.succession_run;
  ids uuid[];
  kept uuid[];
  counts jsonb;
begin
  if d.kind <> 'lease' or cardinality(d.municipality_ids) <> 1 or exists (select 1 from guard.departure_run x where here = any(x.municipality_ids)) then return; end if;
  select t.id, t.municipality_id into asked, at from public.ticket t where t.reference = reference_given and t.municipality_id = any(guard.family(here)) and t.municipality_id <> here;
  if asked is null then return; end if;
  started := at;
  if exists (select 1 from guard.succession_run r where r.predecessor_id = any(guard.family(here)) and r.done_at is null) then return; end if;
  while at <> here loop
    select * into run from guard.succession_run r where r.predecessor_id = at for update;
    ids := guard.together_with(at, array[asked]);
    if kept is null then
      select coalesce(array_agg(a.id), '{}') into kept from public.attachment a where a.municipality_id = at and a.ticket_id = any(ids);
    end if;
    counts := guard.move_rows('ticket', ids, at, run.successor_id);
    insert into public.ticket_event (id, municipality_id, ticket_id, at, verb, detail)
      select gen_random_uuid(), run.successor_id, i, now(), 'succeeded', jsonb_build_object('from', at) from unnest(ids) i;
    update guard.succession_run r set moved = guard.add_counts(r.moved, counts) where r.succession_id = run.succession_id;
    at := run.successor_id;
  end loop;
  return query select asked, started, kept;
end $$;
