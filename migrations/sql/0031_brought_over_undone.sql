drop function public.kcc_bring_question(text), public.kcc_kept_question(text[], text[]);
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
