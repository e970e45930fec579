-- Before the choice of who gets what was the database's: its functions go, and ticks are as they were.
drop function public.kcc_claim_next(jsonb, text, timestamptz);
drop function public.kcc_offer(uuid, jsonb, timestamptz);
drop function public.kcc_agent_counts();
drop function public.kcc_last_seen(uuid[]);
drop function guard.situation(integer, timestamptz);
drop function guard.works_for(uuid, integer);
drop function guard.load_of(uuid, jsonb, timestamptz);
create or replace function public.kcc_tick(name_given text, tick text) returns integer language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  n integer;
begin
  insert into public.job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)
    select gen_random_uuid(), m.id, name_given, name_given || ':' || tick, '{}', 'waiting', now(), 0, 0, now() from public.municipality m where m.left_on is null
    on conflict (municipality_id, key) do nothing;
  get diagnostics n = row_count;
  delete from public.job where state = 'done' and done_at < now() - interval '7 days' and name = name_given;
  return n;
end $$;
