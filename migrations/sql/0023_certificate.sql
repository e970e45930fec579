-- Centres are apart in everything: a certificate names the towns of its own centre, and of all others together says one sum.
create or replace function guard.checksums_of_others(centre integer, town integer) returns jsonb language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  changing constant text[] := array['job', 'audit_entry', 'access_record', 'ticket_presence', 'service_level_today', 'arrival_forecast', 'token_bucket'];
  own jsonb;
  elsewhere text;
begin
  select coalesce(jsonb_object_agg(m.name, guard.checksum(m.id) - changing), '{}') into own from public.municipality m where m.id <> town and m.centre_id = centre;
  select md5(string_agg((guard.checksum(m.id) - changing)::text, '' order by m.id)) into elsewhere from public.municipality m where m.centre_id <> centre;
  return case when elsewhere is null then own else own || jsonb_build_object('*', jsonb_build_object('*', jsonb_build_array(0, elsewhere))) end;
end $$;
