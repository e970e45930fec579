drop function public.kcc_add_municipality(integer, text, text, text, text, uuid);
drop function public.kcc_setup_taken(integer, integer, text, text);
create or replace function public.kcc_covers_centre(asked integer) returns boolean language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select exists (select 1 from public.municipality where centre_id = asked)
    and not exists (select 1 from public.municipality m where m.centre_id = asked and m.left_on is null and not m.id = any(guard.derive('setup', false)))
$$;
