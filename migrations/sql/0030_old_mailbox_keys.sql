-- A command that sets how a mailbox is fetched, or no more, speaks for its old names too: their own keys would go on opening it.
create function public.kcc_forget_old_keys(entrance_asked integer) returns integer language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  n integer;
begin
  if (guard.current_door()).kind <> 'command' then return 0; end if;
  update public.mailbox b set imap_sealed = null, fault = ''
    where b.imap_sealed is not null and b.entrance_id <> entrance_asked and b.municipality_id = any((guard.current_door()).municipality_ids)
      and guard.heir_entrance(b.entrance_id) = entrance_asked
      and exists (select 1 from public.entrance e where e.id = entrance_asked and e.municipality_id = any((guard.current_door()).municipality_ids));
  get diagnostics n = row_count;
  return n;
end $$;
