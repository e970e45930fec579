-- The guard: what the application may not read, and the functions that derive a scope from it.
-- Every function is owned by kcc_guard, pins its search_path, and filters by the door itself.

create table guard.role_permission (role text not null, permission text not null, by_department boolean not null, primary key (role, permission));
create table guard.permission_reveals (permission text not null, data_class text not null, primary key (permission, data_class));

create table guard.credential (
  account_id uuid primary key,
  salt bytea not null,
  verifier bytea not null,          -- sha256 of the argon2id output: the password itself never reaches the database
  changed_at timestamptz not null default now(),
  totp_secret bytea,                -- encrypted by the application
  totp_confirmed boolean not null default false,
  totp_last_step bigint not null default 0
);
create table guard.recovery_code (account_id uuid not null, code_hash bytea not null, used_at timestamptz, primary key (account_id, code_hash));
create table guard.sign_in_attempt (id bigint generated always as identity primary key, email_hash bytea not null, address_hash bytea not null, at timestamptz not null default clock_timestamp(), succeeded boolean not null default false);
create index on guard.sign_in_attempt (email_hash, at);
create index on guard.sign_in_attempt (address_hash, at);

create table guard.door (
  secret_hash bytea primary key,
  id uuid not null default gen_random_uuid() unique,
  kind text not null check (kind in ('session', 'lease', 'command')),
  account_id uuid,
  centre_id integer,
  municipality_ids integer[],
  second_factor boolean not null default false,
  label text not null default '',
  made_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  idle interval,
  lasts interval
);
create index on guard.door (account_id);
create index on guard.door (expires_at);

-- the door of this transaction, or an error: there is no silent empty scope
create function guard.current_door() returns guard.door language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door;
  secret text := nullif(current_setting('kcc.secret', true), '');
begin
  if secret is null then
    raise exception 'no scope' using errcode = 'KC001';
  end if;
  select * into d from guard.door where secret_hash = sha256(convert_to(secret, 'UTF8'));
  if d.secret_hash is null or d.expires_at <= now() or (d.idle is not null and d.seen_at + d.idle <= now()) then
    raise exception 'scope unknown or expired' using errcode = 'KC002';
  end if;
  if d.kind = 'session' and not d.second_factor then
    raise exception 'second factor missing' using errcode = 'KC003';
  end if;
  return d;
end $$;

create function guard.reveals(asked text) returns boolean language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select exists (select 1 from guard.permission_reveals where permission = current_setting('kcc.permission', true) and data_class = asked)
$$;

create function guard.derive(asked text, whole_only boolean) returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  if d.kind <> 'session' then
    return coalesce(d.municipality_ids, '{}');
  end if;
  if not guard.reveals(asked) then
    return '{}';
  end if;
  return coalesce((
    select array_agg(distinct m.municipality_id)
    from public.membership m join guard.role_permission r on r.role = m.role
    where m.account_id = d.account_id and r.permission = current_setting('kcc.permission', true)
      and (not whole_only or not r.by_department)
      and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())), '{}');
end $$;

create function public.kcc_visible(asked text) returns integer[] language sql stable security definer set search_path = guard, pg_catalog, pg_temp as
  $$ select guard.derive(asked, false) $$;
create function public.kcc_whole(asked text) returns integer[] language sql stable security definer set search_path = guard, pg_catalog, pg_temp as
  $$ select guard.derive(asked, true) $$;

create function public.kcc_departments() returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  return coalesce((
    select array_agg(distinct w.department_id)
    from public.department_member w
    join public.membership m on m.account_id = w.account_id and m.municipality_id = w.municipality_id
    join guard.role_permission r on r.role = m.role
    where w.account_id = d.account_id and r.by_department and r.permission = current_setting('kcc.permission', true)
      and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())), '{}');
end $$;

create function public.kcc_centres() returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  if d.kind = 'command' and d.municipality_ids is null then
    return array[d.centre_id];
  end if;
  return coalesce((select array_agg(distinct centre_id) from public.municipality where id = any(guard.derive('setup', false))), array[]::integer[])
    || case when d.centre_id is null then array[]::integer[] else array[d.centre_id] end;
end $$;

create function public.kcc_account() returns uuid language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  return (guard.current_door()).account_id;
end $$;
create function public.kcc_door_kind() returns text language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  return (guard.current_door()).kind;
end $$;

-- who stands at the door, and what they may do anywhere
create function public.kcc_who() returns table (account_id uuid, name text, email text, locale text, shortcuts_on boolean, door_id uuid, seen_at timestamptz, centre_name text, permissions text[], roles text[])
language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  return query
  select a.id, a.name::text, a.email::text, a.locale::text, a.shortcuts_on, d.id, d.seen_at,
    (select c.name::text from public.membership m join public.municipality t on t.id = m.municipality_id join public.centre c on c.id = t.centre_id where m.account_id = a.id order by m.municipality_id limit 1),
    (select array_agg(distinct r.permission) from public.membership m join guard.role_permission r on r.role = m.role
      where m.account_id = a.id and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())),
    (select array_agg(distinct m.role::text) from public.membership m
      where m.account_id = a.id and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now()))
  from public.account a where a.id = d.account_id and a.active;
end $$;

-- sign-in ------------------------------------------------------------------------------------------------------------
-- the salt for an address, or a made-up one that stays the same: strangers learn nothing of who has an account
create function public.kcc_begin_sign_in(email_asked text, address_hash_asked bytea, spice bytea) returns table (salt bytea, wait_seconds integer)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  h bytea := sha256(convert_to(lower(email_asked), 'UTF8'));
  tries integer;
  tries_from_address integer;
begin
  select count(*) into tries from guard.sign_in_attempt t where t.email_hash = h and not t.succeeded and t.at > clock_timestamp() - interval '5 minutes'
    and t.at > coalesce((select max(s.at) from guard.sign_in_attempt s where s.email_hash = h and s.succeeded), '-infinity');
  select count(*) into tries_from_address from guard.sign_in_attempt t where t.address_hash = address_hash_asked and not t.succeeded and t.at > clock_timestamp() - interval '5 minutes';
  if tries >= 10 or tries_from_address >= 300 then
    return query select null::bytea, 300; return;
  end if;
  insert into guard.sign_in_attempt (email_hash, address_hash) values (h, address_hash_asked);
  return query select coalesce((select c.salt from guard.credential c join public.account a on a.id = c.account_id where lower(a.email) = lower(email_asked) and a.active),
    substring(sha256(spice || h) from 1 for 16)), 0;
end $$;

-- exchange the argon2id output for a session; the database itself compares
create function public.kcc_open_session(email_asked text, proof bytea, new_secret_hash bytea, label_given text, idle_minutes integer, hours integer) returns table (account_id uuid, needs_second_factor boolean)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  c guard.credential;
begin
  select k.* into c from guard.credential k join public.account a on a.id = k.account_id where lower(a.email) = lower(email_asked) and a.active;
  if c.account_id is null or c.verifier <> sha256(proof) then
    return;
  end if;
  update guard.sign_in_attempt set succeeded = true where id = (select max(id) from guard.sign_in_attempt where email_hash = sha256(convert_to(lower(email_asked), 'UTF8')));
  delete from guard.door where expires_at < now();
  delete from guard.sign_in_attempt where at < now() - interval '1 day';
  -- half-open sessions have ten minutes to show the second factor
  insert into guard.door (secret_hash, kind, account_id, label, second_factor, expires_at, idle, lasts)
    values (new_secret_hash, 'session', c.account_id, label_given, not c.totp_confirmed,
      now() + case when c.totp_confirmed then interval '10 minutes' else make_interval(hours => hours) end,
      make_interval(mins => idle_minutes), make_interval(hours => hours));
  return query select c.account_id, c.totp_confirmed;
end $$;

-- the half-open session's second factor, for the application to check; null when there is none to check
create function public.kcc_second_factor(secret text) returns table (account_id uuid, totp_secret bytea, totp_last_step bigint)
language sql security definer set search_path = guard, pg_catalog, pg_temp as $$
  select c.account_id, c.totp_secret, c.totp_last_step from guard.door d join guard.credential c on c.account_id = d.account_id
  where d.secret_hash = sha256(convert_to(secret, 'UTF8')) and d.expires_at > now() and d.kind = 'session' and not d.second_factor
$$;
-- take the step (once) and open the session under a new secret; false when the step was used before
create function public.kcc_confirm_second_factor(secret text, step bigint, new_secret_hash bytea) returns boolean
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  who uuid;
begin
  select d.account_id into who from guard.door d where d.secret_hash = sha256(convert_to(secret, 'UTF8')) and d.expires_at > now() and not d.second_factor;
  update guard.credential set totp_last_step = step where account_id = who and totp_last_step < step;
  if not found then return false; end if;
  update guard.door set second_factor = true, secret_hash = new_secret_hash, seen_at = now(), expires_at = now() + lasts where secret_hash = sha256(convert_to(secret, 'UTF8'));
  return true;
end $$;
create function public.kcc_use_recovery_code(secret text, code_hash_given bytea, new_secret_hash bytea) returns boolean
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  who uuid;
begin
  select d.account_id into who from guard.door d where d.secret_hash = sha256(convert_to(secret, 'UTF8')) and d.expires_at > now() and not d.second_factor;
  update guard.recovery_code set used_at = now() where account_id = who and code_hash = code_hash_given and used_at is null;
  if not found then return false; end if;
  update guard.door set second_factor = true, secret_hash = new_secret_hash, seen_at = now(), expires_at = now() + lasts where secret_hash = sha256(convert_to(secret, 'UTF8'));
  return true;
end $$;

-- one's own account ----------------------------------------------------------------------------------------------------
create function public.kcc_touch() returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as
  $$ update guard.door set seen_at = now() where secret_hash = (guard.current_door()).secret_hash $$;
create function public.kcc_close_session(secret text) returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as
  $$ delete from guard.door where secret_hash = sha256(convert_to(secret, 'UTF8')) and kind = 'session' $$;
create function public.kcc_sessions() returns table (id uuid, label text, made_at timestamptz, seen_at timestamptz, is_this boolean)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select d.id, d.label, d.made_at, d.seen_at, d.secret_hash = (guard.current_door()).secret_hash from guard.door d
  where d.kind = 'session' and d.account_id = (guard.current_door()).account_id and d.expires_at > now() and d.seen_at + d.idle > now() order by d.seen_at desc
$$;
create function public.kcc_close_other_session(door_asked uuid) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  delete from guard.door where id = door_asked and kind = 'session' and account_id = (guard.current_door()).account_id;
  return found;
end $$;
create function public.kcc_own_factors() returns table (salt bytea, has_totp boolean, totp_secret bytea, codes_left integer)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select c.salt, c.totp_confirmed, case when c.totp_confirmed then null else c.totp_secret end,
    (select count(*)::integer from guard.recovery_code r where r.account_id = c.account_id and r.used_at is null)
  from guard.credential c where c.account_id = (guard.current_door()).account_id
$$;
-- a new password, on proof of the old; every other session of the account ends
create function public.kcc_change_password(old_proof bytea, new_salt bytea, new_verifier bytea) returns boolean
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  update guard.credential set salt = new_salt, verifier = new_verifier, changed_at = now() where account_id = d.account_id and verifier = sha256(old_proof);
  if not found then return false; end if;
  delete from guard.door where account_id = d.account_id and kind = 'session' and secret_hash <> d.secret_hash;
  return true;
end $$;
create function public.kcc_offer_totp(new_secret bytea) returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as
  $$ update guard.credential set totp_secret = new_secret where account_id = (guard.current_door()).account_id and not totp_confirmed $$;
create function public.kcc_confirm_totp(step bigint, code_hashes bytea[]) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  update guard.credential set totp_confirmed = true, totp_last_step = step where account_id = d.account_id and not totp_confirmed and totp_secret is not null;
  if not found then return false; end if;
  delete from guard.recovery_code where account_id = d.account_id;
  insert into guard.recovery_code (account_id, code_hash) select d.account_id, unnest(code_hashes);
  return true;
end $$;
create function public.kcc_drop_totp(proof bytea) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  update guard.credential set totp_confirmed = false, totp_secret = null where account_id = d.account_id and verifier = sha256(proof);
  if not found then return false; end if;
  delete from guard.recovery_code where account_id = d.account_id;
  return true;
end $$;

-- jobs: the claim mints the lease's scope --------------------------------------------------------------------------------
create function public.kcc_claim_job(lease_secret text, lease_seconds integer) returns table (id uuid, name text, args jsonb, municipality_id integer, token integer, attempts integer)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  j public.job;
begin
  select * into j from public.job q
  where q.state in ('waiting', 'running') and q.run_after <= now() and (q.state = 'waiting' or q.leased_until < now())
  order by q.run_after for update skip locked limit 1;
  if j.id is null then return; end if;
  update public.job q set state = 'running', attempts = q.attempts + 1, token = q.token + 1, leased_until = now() + make_interval(secs => lease_seconds)
    where q.id = j.id returning q.* into j;
  delete from guard.door where kind = 'lease' and expires_at < now();
  insert into guard.door (secret_hash, kind, municipality_ids, expires_at)
    values (sha256(convert_to(lease_secret, 'UTF8')), 'lease', case when j.municipality_id is null then '{}' else array[j.municipality_id] end, j.leased_until);
  return query select j.id, j.name::text, j.args, j.municipality_id, j.token, j.attempts;
end $$;
-- done only by the holder of the newest token, in the transaction of the job's own effects
create function public.kcc_finish_job(job_id uuid, token_given integer) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  update public.job set state = 'done', done_at = now(), leased_until = null, fault = null where id = job_id and token = token_given and state = 'running';
  return found;
end $$;
create function public.kcc_fail_job(job_id uuid, token_given integer, fault_given text, retry_seconds integer, most_attempts integer) returns text language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  outcome text;
begin
  update public.job set state = case when attempts >= most_attempts then 'dead' else 'waiting' end, run_after = now() + make_interval(secs => retry_seconds), leased_until = null, fault = left(fault_given, 200)
    where id = job_id and token = token_given and state = 'running' returning state into outcome;
  return outcome;
end $$;
-- one job per municipality for each tick of a periodic task; the key makes a second tick harmless
create function public.kcc_tick(name_given text, tick text) returns integer language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
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
create function public.kcc_job_counts() returns table (state text, n bigint, oldest timestamptz) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as
  $$ select j.state::text, count(*), min(j.run_after) from public.job j group by j.state $$;

-- the command line (granted to kcc_platform only) -----------------------------------------------------------------------
create function public.kcc_open_command(secret text, centre_key text, reason text) returns integer language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  c integer;
begin
  select id into c from public.centre where key = centre_key;
  if c is null then return null; end if;
  insert into guard.door (secret_hash, kind, centre_id, municipality_ids, label, expires_at)
    values (sha256(convert_to(secret, 'UTF8')), 'command', c, (select array_agg(id) from public.municipality where centre_id = c), reason, now() + interval '1 hour');
  return c;
end $$;
create function public.kcc_make_centre(key_given text, name_given text) returns integer language sql security definer set search_path = guard, pg_catalog, pg_temp as
  $$ insert into public.centre (key, name) values (key_given, name_given) returning id $$;
create function public.kcc_make_municipality(centre integer, name_given text, short_code_given text, cbs_code_given text, greeting_given text, joined date) returns integer language sql security definer set search_path = guard, pg_catalog, pg_temp as
  $$ insert into public.municipality (centre_id, name, short_code, cbs_code, greeting, joined_on, accent, zone, good_friday, liberation_day)
     values (centre, name_given, short_code_given, cbs_code_given, greeting_given, joined, 1, 'Europe/Amsterdam', false, 'lustrum') returning id $$;
create function public.kcc_set_credential(account uuid, new_salt bytea, new_verifier bytea, totp bytea) returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as $$
  insert into guard.credential (account_id, salt, verifier, totp_secret, totp_confirmed) values (account, new_salt, new_verifier, totp, totp is not null)
  on conflict (account_id) do update set salt = excluded.salt, verifier = excluded.verifier, totp_secret = excluded.totp_secret, totp_confirmed = excluded.totp_confirmed, changed_at = now()
$$;
create function public.kcc_make_account(account uuid, email_given text, name_given text) returns uuid language sql security definer set search_path = guard, pg_catalog, pg_temp as
  $$ insert into public.account (id, email, name, locale, shortcuts_on, active, created_at) values (account, email_given, name_given, 'nl', true, true, now())
     on conflict (email) do update set name = excluded.name returning id $$;
create function public.kcc_centre_keys() returns table (key text, municipalities bigint) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as
  $$ select c.key::text, count(m.id) from public.centre c left join public.municipality m on m.centre_id = c.id group by c.key $$;

-- search past the leakproof barrier: the tenant filter stands inside (docs/tenancy.md) -----------------------------------
-- Tickets by their words, newest first, before a place in that order. A word that few tickets have is looked up in the
-- index of words and what it gives is sorted; one that many have is met soon by walking from the newest backwards.
create function public.kcc_find_tickets(query text, before_at timestamptz, before_id uuid, most integer) returns table (ticket_id uuid, municipality_id integer, opened_at timestamptz)
language plpgsql stable security definer set search_path = public, guard, pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan set enable_seqscan = off set enable_bitmapscan = on set enable_indexscan = on set enable_sort = on set jit = off as $$
declare
  seen integer[] := guard.derive('person', false);
  whole integer[] := guard.derive('person', true);
  departments integer[] := public.kcc_departments();
  q tsquery := to_tsquery('simple', query);
  up_to timestamptz := coalesce(before_at, 'infinity');
  up_to_id uuid := coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  many constant integer := 1500;
  hits integer := 0;
begin
  if whole <> '{}' then
    select count(*) into hits from (select 1 from ticket_terms x where x.terms @@ q and x.municipality_id = any(whole) limit many) h;
    if hits = many then
      perform set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true);
    else  -- few: through the words; walking all tickets by date to find one would read them all
      perform set_config('enable_indexscan', 'off', true);
    end if;
    return query
    select x.ticket_id, x.municipality_id, x.opened_at from ticket_terms x
    where x.terms @@ q and x.municipality_id = any(whole) and (x.opened_at, x.ticket_id) < (up_to, up_to_id)
    order by x.opened_at desc, x.ticket_id desc limit most;
    perform set_config('enable_bitmapscan', 'on', true), set_config('enable_sort', 'on', true), set_config('enable_indexscan', 'on', true);
  end if;
  -- towns where this account sees its own departments only
  if departments <> '{}' then
    return query
    select x.ticket_id, x.municipality_id, x.opened_at from ticket t
    join ticket_terms x on x.municipality_id = t.municipality_id and x.ticket_id = t.id
    where t.department_ids && departments and t.municipality_id = any(seen) and not t.municipality_id = any(whole)
      and x.terms @@ q and (x.opened_at, x.ticket_id) < (up_to, up_to_id)
    order by x.opened_at desc, x.ticket_id desc limit most;
  end if;
end $$;
-- articles for one town, its own and the shared ones that hold there; all words, else any word, else what looks alike.
-- Titles and keywords go before text; of a word that very many have, some hundreds are looked at, which keeps it quick.
-- Planned anew for each query: a plan for any word at all would read the whole table.
create function public.kcc_find_articles(all_words text, any_word text, typed text, town integer, topic_asked integer, on_day date, most integer) returns table (article_id uuid, rank real, way text)
language plpgsql stable security definer set search_path = public, guard, pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
declare
  centre_asked integer;
  q tsquery;
  asked text;
begin
  if not town = any(guard.derive('setup', false)) then return; end if;
  select m.centre_id into centre_asked from public.municipality m where m.id = town;
  foreach asked in array array['all', 'any'] loop
    q := to_tsquery('simple', case asked when 'all' then all_words else any_word end);
    continue when numnode(q) = 0 or (asked = 'any' and any_word = all_words);
    return query
    -- a town's own article goes first when it has every word asked; on a looser match it only weighs more
    with titled as materialized (
      (select x.id from public.article x where x.title_terms @@ q and x.municipality_id = town and x.status = 'published' limit 300)
      union all
      (select x.id from public.article x where x.title_terms @@ q and x.municipality_id is null and x.centre_id = centre_asked and x.status = 'published' limit 300)
    ), in_text as (
      select x.id from public.article x where x.terms @@ q and (x.municipality_id = town or x.municipality_id is null and x.centre_id = centre_asked)
        and x.status = 'published' and (select count(*) from titled) < most limit 200
    ), laid_over as (
      select o.article_id as id from public.article_overlay o where o.terms @@ q and o.municipality_id = town limit 100
    )
    select a.id, ((ts_rank('{0.05,0.2,0.5,1}', coalesce(a.title_terms, ''), q, 1) + coalesce(0.3 * ts_rank(o.terms, q, 1), 0)
          + case when (select count(*) from titled) < most then 0.3 * ts_rank('{0.05,0.2,0.5,1}', coalesce(a.terms, ''), q, 1) else 0 end)
        * case when a.municipality_id is not null then 1.5 else 1 end
        + case when a.municipality_id is not null and asked = 'all' then 1 else 0 end
        + case when t.topic_id is not null then 0.8 else 0 end)::real as r, asked
    from (select id from titled union select id from in_text union select id from laid_over) f
    join public.article a on a.id = f.id
    left join public.article_overlay o on o.article_id = a.id and o.municipality_id = town
    left join public.article_topic t on t.article_id = a.id and t.topic_id = topic_asked
    where a.status = 'published' and (a.municipality_id is null or a.municipality_id = town) and not coalesce(o.hidden, false)
      and (a.valid_from is null or a.valid_from <= on_day) and (a.valid_until is null or a.valid_until >= on_day)
    order by r desc, a.id limit most;
    if found then return; end if;
  end loop;
  if length(typed) < 4 then return; end if;
  return query
  with candidate as (
    (select x.id from public.article x where typed <% x.title limit 200)
    union
    (select x.id from public.article x where typed <% x.keywords limit 200)
  )
  select a.id, greatest(word_similarity(typed, a.title), word_similarity(typed, a.keywords)) as r, 'alike'
  from candidate f
  join public.article a on a.id = f.id
  left join public.article_overlay o on o.article_id = a.id and o.municipality_id = town
  where a.centre_id = centre_asked and a.status = 'published' and (a.municipality_id is null or a.municipality_id = town)
    and not coalesce(o.hidden, false)
    and (a.valid_from is null or a.valid_from <= on_day) and (a.valid_until is null or a.valid_until >= on_day)
  order by (a.municipality_id is null), r desc, a.id limit most;
end $$;
-- whether this scope covers every municipality of a centre: who may change what all of them share
create function public.kcc_covers_centre(asked integer) returns boolean language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select exists (select 1 from public.municipality where centre_id = asked)
    and not exists (select 1 from public.municipality m where m.centre_id = asked and m.left_on is null and not m.id = any(guard.derive('setup', false)))
$$;
create function public.kcc_find_parties(name_part text, town integer, most integer) returns table (party_id uuid, nearness real)
language plpgsql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  whole integer[] := guard.derive('person', true);
begin
  if not town = any(whole) then return; end if;
  return query
  select p.id, word_similarity(name_part, p.search_name) as n from public.party p
  where p.municipality_id = town and (p.search_name like '%' || replace(replace(replace(name_part, '\', '\\'), '%', '\%'), '_', '\_') || '%' or name_part <% p.search_name)
  order by n desc, p.id limit most;
end $$;
