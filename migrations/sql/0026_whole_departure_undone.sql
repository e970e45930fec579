drop function public.kcc_departing_towns(uuid), guard.checksums_of_others(integer, integer[]);
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
create or replace function guard.checksum(town integer) returns jsonb language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp set timezone = 'UTC' set bytea_output = 'hex' set datestyle = 'ISO' set intervalstyle = 'postgres' set extra_float_digits = 1 as $$
declare
  t text;
  n bigint;
  s numeric;
  found jsonb := '{}';
begin
  for t in select m.name from guard.municipal_tables() m loop
    execute format('select count(*), coalesce(sum((''x'' || substr(md5(x::text), 1, 15))::bit(60)::bigint), 0) from public.%I x where municipality_id = $1', t) into n, s using town;
    if n > 0 then found := found || jsonb_build_object(t, jsonb_build_array(n, s::text)); end if;
  end loop;
  return found;
end $$;
create or replace function public.kcc_start_departure(asked uuid) returns text language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  old public.municipality;
begin
  if exists (select 1 from guard.departure_run r where r.succession_id = asked) then
    return (select r.step from guard.departure_run r where r.succession_id = asked);
  end if;
  select * into old from municipality m where m.id = s.municipality_id for update;
  if s.kind <> 'leaving' or s.cancelled_at is not null or old.left_on is not null then raise exception 'the town is gone already' using errcode = 'KC011'; end if;
  if guard.succession_signers(asked) < 2 then raise exception 'not signed by two' using errcode = 'KC012'; end if;
  if s.on_day > (now() at time zone old.zone)::date then raise exception 'the day has not come' using errcode = 'KC013'; end if;
  if exists (select 1 from guard.succession_run r where r.successor_id = old.id) then raise exception 'it keeps what others left' using errcode = 'KC016'; end if;
  update municipality m set left_on = s.on_day where m.id = old.id;
  delete from job j where j.municipality_id = old.id and j.state = 'waiting' and j.name not like 'succession.%';
  insert into guard.departure_run (succession_id, municipality_id, centre_id) values (asked, old.id, old.centre_id);
  return 'export';
end $$;
create or replace function public.kcc_export_tables(asked uuid) returns table (name text, municipal boolean) language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
begin
  return query select c.relname::text, c.relname::text in (select m.name from guard.municipal_tables() m) from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and s.id is not null order by 1;
end $$;
create or replace function public.kcc_export_rows(asked uuid, wanted text) returns setof jsonb language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp set timezone = 'UTC' set bytea_output = 'hex' as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  t integer := s.municipality_id;
  leaning text;
begin
  if wanted = 'article' then
    return query select to_jsonb(x) - 'title_terms' from public.article x where x.municipality_id = t or x.id in (select o.article_id from public.article_overlay o where o.municipality_id = t
      union select c.article_id from public.contact c where c.municipality_id = t) order by x.id;
  elsif wanted in (select m.name from guard.municipal_tables() m) then
    return query execute format('select to_jsonb(x) from public.%I x where x.municipality_id = $1', wanted) using t;
  elsif wanted = 'municipality' then
    return query select to_jsonb(x) from public.municipality x where x.id = t;
  elsif wanted = 'centre' then
    return query select to_jsonb(x) from public.centre x where x.id = s.centre_id;
  elsif wanted = 'topic' then
    return query select to_jsonb(x) from public.topic x where x.id in (select r.topic_id from public.topic_route r where r.municipality_id = t);
  elsif wanted in ('article_topic', 'article_version') then
    return query execute format('select to_jsonb(x) from public.%I x join public.article a on a.id = x.article_id where a.municipality_id = $1', wanted) using t;
  elsif wanted = 'account' then
    select string_agg(format('select %I from public.%I where municipality_id = $1', c.attname, a.relname), ' union ') into leaning from pg_constraint k join pg_class a on a.oid = k.conrelid
      join pg_attribute c on c.attrelid = k.conrelid and c.attnum = k.conkey[1] where k.contype = 'f' and k.confrelid = 'public.account'::regclass and a.relname in (select m.name from guard.municipal_tables() m);
    return query execute format('select to_jsonb(x) from public.account x where x.id in (%s)', leaning) using t;
  else
    raise exception 'not taken along: %', wanted using errcode = 'KC017';
  end if;
end $$;
create or replace function public.kcc_export_done(asked uuid, manifest_given jsonb) returns void language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  here jsonb := guard.checksum(s.municipality_id);
  t text;
begin
  perform 1 from guard.departure_run r where r.succession_id = asked and r.step = 'export' for update;
  if not found then return; end if;
  for t in select jsonb_object_keys(here) loop
    -- articles go along with the shared ones that the town uses; jobs and the trail of this very job go on being written
    if t in ('article', 'job', 'audit_entry', 'succession') then continue; end if;
    if coalesce((manifest_given -> 'tables' -> t ->> 'rows')::bigint, -1) <> (here -> t ->> 0)::bigint then
      raise exception 'the export misses rows of %', t using errcode = 'KC018';
    end if;
  end loop;
  update guard.departure_run r set step = 'remove', exported_at = clock_timestamp(), manifest = manifest_given || jsonb_build_object('sums', here),
    others_before = guard.checksums_of_others(r.centre_id, r.municipality_id) where r.succession_id = asked;
end $$;
create or replace function public.kcc_departure_sums(asked uuid) returns jsonb language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
begin
  return guard.checksum(s.municipality_id);
end $$;
create or replace function public.kcc_remove_next(asked uuid) returns text language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  t integer := s.municipality_id;
  run guard.departure_run;
  old public.municipality;
  o record;
  n bigint;
begin
  select * into run from guard.departure_run r where r.succession_id = asked for update;
  if run.step <> 'remove' then return coalesce(run.step, 'none'); end if;
  for o in select e.name from guard.emptying_order() e where e.name not in ('job', 'audit_entry', 'succession', 'succession_choice') order by e.depth, e.name loop
    if o.name = 'conversation' then
      update conversation c set municipality_id = null, entrance_id = null where c.municipality_id = t
        and (exists (select 1 from contact k where k.conversation_id = c.id) or exists (select 1 from call_leg l where l.conversation_id = c.id));
    end if;
    execute format('delete from public.%I where municipality_id = $1', o.name) using t;
    get diagnostics n = row_count;
    if n > 0 then
      update guard.departure_run r set removed = r.removed || jsonb_build_object(o.name, n + coalesce((r.removed ->> o.name)::bigint, 0)) where r.succession_id = asked;
      return 'remove';
    end if;
  end loop;
  select * into old from municipality m where m.id = t;
  -- who works nowhere any more is nobody here
  update account a set active = false, name = 'Vertrokken medewerker', email = a.id || '@vertrokken.invalid'
    where a.active and not exists (select 1 from membership m where m.account_id = a.id) and a.id in (select (x ->> 'id')::uuid from jsonb_array_elements(coalesce(run.manifest -> 'accounts', '[]')) x);
  get diagnostics n = row_count;
  delete from guard.door d where d.account_id in (select a.id from account a where not a.active);
  insert into departure_certificate (id, centre_id, town_name, cbs_code, municipality_number, on_day, closed_at, exported_at, removed_at, manifest, removed, accounts, others_before, others_after)
    select gen_random_uuid(), run.centre_id, old.name, old.cbs_code, t, s.on_day, r.started_at, r.exported_at, clock_timestamp(), r.manifest - 'accounts', r.removed, n, r.others_before, guard.checksums_of_others(r.centre_id, t)
    from guard.departure_run r where r.succession_id = asked;
  delete from audit_entry a where a.municipality_id = t;
  delete from succession_choice c where c.municipality_id = t;
  delete from succession x where x.municipality_id = t;
  delete from guard.succession_signature g where g.succession_id = asked;
  update guard.departure_run r set step = 'done', done_at = clock_timestamp(), manifest = null, others_before = null where r.succession_id = asked;
  return 'done';
end $$;
create or replace function public.kcc_bury_departed() returns integer language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  r guard.departure_run;
  n integer := 0;
begin
  if (guard.current_door()).kind <> 'lease' then return 0; end if;
  for r in select * from guard.departure_run d where d.step = 'done' and d.done_at is not null and exists (select 1 from municipality m where m.id = d.municipality_id)
      and not d.municipality_id = any((guard.current_door()).municipality_ids) loop
    delete from job j where j.municipality_id = r.municipality_id and j.state <> 'running';
    if not exists (select 1 from job j where j.municipality_id = r.municipality_id) then
      delete from audit_entry a where a.municipality_id = r.municipality_id;
      delete from municipality m where m.id = r.municipality_id;
      n := n + 1;
    end if;
  end loop;
  return n;
end $$;
create or replace function public.kcc_mail_accounts() returns table (municipality_id integer, entrance_id integer, address text, imap_sealed bytea, folder text, done_folder text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select b.municipality_id, b.entrance_id, e.address::text, b.imap_sealed, b.imap_folder::text, b.imap_done_folder::text
  from public.mailbox b join public.entrance e on e.municipality_id = b.municipality_id and e.id = b.entrance_id
  join public.municipality m on m.id = b.municipality_id
  where b.imap_sealed is not null and e.kind = 'mailbox' and (e.active and m.left_on is null
    or exists (select 1 from guard.succession_map p where p.kind = 'entrance' and p.old_id = e.id::text and p.how <> 'closed'))
  order by b.entrance_id
$$;
create or replace function public.kcc_tick(name_given text, tick text) returns integer language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  n integer;
begin
  insert into public.job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)
    select gen_random_uuid(), m.id, name_given, name_given || ':' || tick, '{}', 'waiting', now(), 0, 0, now() from public.municipality m
    where (m.left_on is null or exists (select 1 from guard.succession_run r where r.predecessor_id = m.id and r.done_at is not null))
      -- a tick is not worth doing twice: the one before still waits
      and not exists (select 1 from public.job j where j.municipality_id = m.id and j.name = name_given and j.state = 'waiting' and j.key like name_given || ':%')
    on conflict (municipality_id, key) do nothing;
  get diagnostics n = row_count;
  delete from public.job where state = 'done' and done_at < now() - interval '1 hour' and name = name_given;
  return n;
end $$;
drop function guard.checksum(integer[]), guard.family(integer), guard.arriving(integer);
alter table guard.departure_run drop column municipality_ids;
