create or replace function public.kcc_closed() returns integer[] language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select case when public.kcc_door_kind() = 'lease' then array[]::integer[]
    else coalesce((select array_agg(r.predecessor_id) from guard.succession_run r), array[]::integer[]) end
$$;
drop function guard.checksum(integer), guard.checksums_of_others(integer, integer), public.kcc_start_departure(uuid), public.kcc_export_tables(uuid),
  public.kcc_export_rows(uuid, text), public.kcc_export_done(uuid, jsonb), public.kcc_departure_sums(uuid), guard.emptying_order(), public.kcc_remove_next(uuid),
  public.kcc_bury_departed(), public.kcc_departure_state(uuid);
drop table guard.departure_run;
