-- Succession: a municipality goes on as another one. What was decided is signed by two people; what is moved follows from
-- the catalogue of tables, so that no table can be forgotten; reading goes on under the successor, writing does not.

create table guard.succession_signature (succession_id uuid not null, account_id uuid not null, digest bytea not null, at timestamptz not null default now(), primary key (succession_id, account_id));
create table guard.succession_run (
  succession_id uuid primary key,
  predecessor_id integer not null unique,
  successor_id integer not null,
  on_day date not null,
  step text not null default 'parties' check (step in ('parties', 'tickets', 'loose', 'check', 'done')),
  started_at timestamptz not null default clock_timestamp(),
  done_at timestamptz,
  before jsonb not null,
  moved jsonb not null default '{}',
  after jsonb,
  differences jsonb
);
-- what became of what: department, route, entrance, party, overlay. Reading and entrances follow it.
create table guard.succession_map (municipality_id integer not null, kind text not null, old_id text not null, new_id text not null, how text not null, primary key (municipality_id, kind, old_id));
create index on guard.succession_map (kind, new_id);

-- reading: a town shows what its predecessors left, and what theirs left ------------------------------------------------
create function guard.with_predecessors(towns integer[]) returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  if towns = '{}' or not exists (select 1 from guard.succession_run) then return towns; end if;
  return (with recursive chain as (select unnest(towns) as id union select r.predecessor_id from guard.succession_run r join chain c on c.id = r.successor_id)
    select array_agg(c.id) from chain c);
end $$;
-- towns in which nobody writes any more: they went on as another. Jobs may, as terms of keeping go on.
create function public.kcc_closed() returns integer[] language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select case when public.kcc_door_kind() = 'lease' then array[]::integer[]
    else coalesce((select array_agg(r.predecessor_id) from guard.succession_run r), array[]::integer[]) end
$$;
-- each predecessor in sight with the town that it is now part of
create function public.kcc_heirs() returns table (municipality_id integer, heir_id integer) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  with recursive chain as (
    select r.predecessor_id, r.successor_id from guard.succession_run r
    union select c.predecessor_id, r.successor_id from chain c join guard.succession_run r on r.predecessor_id = c.successor_id)
  select c.predecessor_id, c.successor_id from chain c
  where c.predecessor_id = any(guard.derive('setup', false)) and not exists (select 1 from guard.succession_run r where r.predecessor_id = c.successor_id)
$$;
create or replace function guard.derive(asked text, whole_only boolean) returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  if d.permissions is not null then
    if coalesce(current_setting('kcc.permission', true) = any(d.permissions), false) and guard.reveals(asked) then
      return coalesce(d.municipality_ids, '{}');
    end if;
    return '{}';
  end if;
  if d.kind <> 'session' then
    return coalesce(d.municipality_ids, '{}');
  end if;
  if not guard.reveals(asked) then
    return '{}';
  end if;
  return guard.with_predecessors(coalesce((
    select array_agg(distinct m.municipality_id)
    from public.membership m join guard.role_permission r on r.role = m.role
    where m.account_id = d.account_id and r.permission = current_setting('kcc.permission', true)
      and (not whole_only or not r.by_department)
      and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())), '{}'));
end $$;
create or replace function public.kcc_departments() returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  mine integer[];
begin
  mine := coalesce((
    select array_agg(distinct w.department_id)
    from public.department_member w
    join public.membership m on m.account_id = w.account_id and m.municipality_id = w.municipality_id
    join guard.role_permission r on r.role = m.role
    where w.account_id = d.account_id and r.by_department and r.permission = current_setting('kcc.permission', true)
      and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())), '{}');
  if mine = '{}' or not exists (select 1 from guard.succession_run) then return mine; end if;
  return (with recursive chain as (select unnest(mine)::text as id union select p.old_id from guard.succession_map p join chain c on p.kind = 'department' and p.new_id = c.id)
    select array_agg(c.id::integer) from chain c);
end $$;

-- entrances of the old name lead to the new town -----------------------------------------------------------------------
create function guard.heir_entrance(asked integer) returns integer language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  with recursive chain as (select asked as id, 0 as n union select p.new_id::integer, c.n + 1 from guard.succession_map p join chain c on p.kind = 'entrance' and p.old_id = c.id::text)
  select c.id from chain c order by c.n desc limit 1
$$;
create or replace function guard.form_entrance(entrance_asked integer, slug text) returns public.entrance language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e from public.entrance e join public.municipality m on m.id = e.municipality_id
  where e.id = guard.heir_entrance(entrance_asked) and e.address = slug and e.kind = 'form' and e.active and m.left_on is null
$$;
create or replace function public.kcc_public_screen(entrance_asked integer) returns jsonb language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select jsonb_build_object('town', m.name, 'accent', m.accent, 'short_code', m.short_code, 'label', e.label,
    'called', coalesce((select jsonb_agg(c) from (
      select q.letter || '-' || lpad(q.number::text, 3, '0') as label, q.desk, q.called_at as at from public.queue_number q
      where q.municipality_id = e.municipality_id and q.entrance_id = e.id and q.on_day = (now() at time zone m.zone)::date and q.state = 'called'
      order by q.called_at desc limit 6) c), '[]'),
    'waiting', (select count(*) from public.queue_number q
      where q.municipality_id = e.municipality_id and q.entrance_id = e.id and q.on_day = (now() at time zone m.zone)::date and q.state = 'waiting'))
  from public.entrance e join public.municipality m on m.id = e.municipality_id
  where e.id = guard.heir_entrance(entrance_asked) and e.kind = 'counter' and e.active and m.left_on is null
$$;
-- post of an old address is still fetched with its own key; its address says that it is for the new town
create or replace function public.kcc_mail_accounts() returns table (municipality_id integer, entrance_id integer, address text, imap_sealed bytea, folder text, done_folder text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select b.municipality_id, b.entrance_id, e.address::text, b.imap_sealed, b.imap_folder::text, b.imap_done_folder::text
  from public.mailbox b join public.entrance e on e.municipality_id = b.municipality_id and e.id = b.entrance_id
  join public.municipality m on m.id = b.municipality_id
  where b.imap_sealed is not null and e.kind = 'mailbox' and (e.active and m.left_on is null
    or exists (select 1 from guard.succession_map p where p.kind = 'entrance' and p.old_id = e.id::text and p.how <> 'closed'))
  order by b.entrance_id
$$;
-- a town that is closed still gets its jobs on a clock: terms of keeping go on, and what comes after all is brought over
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

-- deciding: two people sign the same thing -----------------------------------------------------------------------------
create function guard.succession_digest(asked uuid) returns bytea language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select sha256(convert_to(s.id || '|' || s.kind || '|' || s.municipality_id || '|' || coalesce(s.successor_id, 0) || '|' || s.on_day || '|'
    || coalesce((select string_agg(c.kind || ':' || c.subject || '=' || c.choice, '|' order by c.kind, c.subject) from public.succession_choice c
      where c.municipality_id = s.municipality_id and c.succession_id = s.id), ''), 'UTF8'))
  from public.succession s where s.id = asked
$$;
-- how many have signed what stands there now; changing anything makes earlier signatures count no more
create function guard.succession_signers(asked uuid) returns bigint language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select count(distinct g.account_id) from guard.succession_signature g where g.succession_id = asked and g.digest = guard.succession_digest(asked)
$$;
-- Sign. Null when it is not there for whoever asks: administrators of both towns sign, under setup:manage.
create function public.kcc_sign_succession(asked uuid) returns bigint language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  s public.succession;
begin
  select * into s from public.succession x where x.id = asked;
  if s.id is null or d.kind <> 'session' or current_setting('kcc.permission', true) <> 'setup:manage'
    or not guard.derive('setup', true) @> array_remove(array[s.municipality_id, s.successor_id], null) then
    return null;
  end if;
  if s.kind = 'merger' and (select m.left_on from public.municipality m where m.id = s.successor_id) is not null then return null; end if;
  insert into guard.succession_signature as g (succession_id, account_id, digest) values (s.id, d.account_id, guard.succession_digest(s.id))
    on conflict (succession_id, account_id) do update set digest = excluded.digest, at = now() where g.digest <> excluded.digest;
  return guard.succession_signers(s.id);
end $$;
create function public.kcc_succession_signatures(asked uuid) returns table (account_id uuid, at timestamptz) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select g.account_id, g.at from guard.succession_signature g join public.succession s on s.id = g.succession_id
  where g.succession_id = asked and g.digest = guard.succession_digest(asked) and s.municipality_id = any(guard.derive('setup', false)) order by g.at
$$;
-- the lease of the town that goes; anything else is an error, as no honest caller comes here
create function guard.succession_of_lease(asked uuid) returns public.succession language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  s public.succession;
begin
  select * into s from public.succession x where x.id = asked;
  if s.id is null or d.kind <> 'lease' or d.municipality_ids <> array[s.municipality_id] then
    raise exception 'no lease for this succession' using errcode = 'KC010';
  end if;
  return s;
end $$;

-- what is still worked on ----------------------------------------------------------------------------------------------
create function guard.open_tickets(town integer) returns table (ticket_id uuid) language sql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
  select t.id from ticket t where t.municipality_id = town and t.status <> 'closed'
  union select k.ticket_id from internal_task k where k.municipality_id = town and k.done_at is null
  union select w.ticket_id from work_item w where w.municipality_id = town and w.done_at is null and w.ticket_id is not null
  union select f.ticket_id from received_form f where f.municipality_id = town and f.state in ('received', 'quarantine') and f.ticket_id is not null
  union select unnest(array_remove(array[r.ticket_id, r.suggested_ticket_id], null)) from received_mail r where r.municipality_id = town and r.state in ('stored', 'quarantined')
  union select o.ticket_id from outgoing_mail o where o.municipality_id = town and o.state in ('queued', 'sending', 'failed', 'in_doubt', 'no_mail_server')
  union select a.ticket_id from attachment a where a.municipality_id = town and a.scan_state = 'waiting'
$$;
-- those and all that hang together with them: merged, linked, named by one mail
create function guard.together_with(town integer, seeds uuid[]) returns uuid[] language sql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
  with recursive pair as materialized (
    select t.id as a, t.merged_into_id as b from ticket t where t.municipality_id = town and t.merged_into_id is not null
    union select l.ticket_id, l.other_id from ticket_link l where l.municipality_id = town
    union select r.ticket_id, r.suggested_ticket_id from received_mail r where r.municipality_id = town and r.ticket_id is not null and r.suggested_ticket_id is not null
  ), edge as materialized (select a, b from pair union select b, a from pair),
  reached as (select unnest(seeds) as id union select e.b from reached r join edge e on e.a = r.id)
  select coalesce(array_agg(r.id), '{}') from reached r
$$;
create function guard.municipal_tables() returns table (name text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'municipality_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1
$$;
-- references between municipal tables, with the column beside the municipality (or centre), read from the catalogue
create function guard.references_between() returns table (child text, parent text, child_column text, parent_column text) language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select a.relname::text, b.relname::text, c.attname::text, p.attname::text
  from pg_constraint k
  join pg_class a on a.oid = k.conrelid join pg_class b on b.oid = k.confrelid
  join lateral unnest(k.conkey, k.confkey) as u(c, p) on true
  join pg_attribute c on c.attrelid = k.conrelid and c.attnum = u.c and c.attname not in ('municipality_id', 'centre_id')
  join pg_attribute p on p.attrelid = k.confrelid and p.attnum = u.p
  where k.contype = 'f' and k.connamespace = 'public'::regnamespace and array_length(k.conkey, 1) = 2
    and a.relname in (select t.name from guard.municipal_tables() t) and b.relname in (select t.name from guard.municipal_tables() t)
$$;
-- the root and every table whose rows hang on rows of it
create function guard.hanging_on(root text) returns table (name text) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  with recursive r as materialized (select * from guard.references_between()), g as (select root as name union select r.child from r join g on g.name = r.parent)
  select g.name from g
$$;
create function guard.rows_hanging(wanted text, root text) returns text language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  if wanted = root then return 'x.id = any($1)'; end if;
  return (select string_agg(case when r.parent = root then format('x.%I = any($1)', r.child_column)
      else format('x.%I in (select x.%I from public.%I x where x.municipality_id = $2 and (%s))', r.child_column, r.parent_column, r.parent, guard.rows_hanging(r.parent, root)) end, ' or ')
    from guard.references_between() r
    where r.child = wanted and r.parent <> wanted and r.parent in (select h.name from guard.hanging_on(root) h));
end $$;
-- Move rows with all that hangs on them, in one statement: references are checked when it ends, so no moment exists in which
-- a child is of another town than its parent. What they refer to in the old set-up becomes what the map says.
create function guard.move_rows(root text, ids uuid[], old_town integer, new_town integer) returns jsonb language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  moved jsonb;
  query text;
begin
  if ids = '{}' then return '{}'; end if;
  select 'with ' || string_agg(format('%I as (update public.%I x set municipality_id = $3%s where x.municipality_id = $2 and (%s) returning 1)',
      'moved_' || h.name, h.name, coalesce(s.assignments, '') || case when h.name = 'ticket' then
        ', department_ids = coalesce((select array_agg(coalesce((select p.new_id::integer from guard.succession_map p where p.municipality_id = $2 and p.kind = ''department'' and p.old_id = d::text), d))
          from unnest(x.department_ids) d), ''{}'')' else '' end, guard.rows_hanging(h.name, root)), ', ')
    || ' select jsonb_object_agg(z.name, z.n) from (' || string_agg(format('select %L as name, count(*) as n from %I', h.name, 'moved_' || h.name), ' union all ') || ') z where z.n > 0'
  into query
  from guard.hanging_on(root) h left join lateral (
    select string_agg(format(', %1$I = coalesce((select p.new_id from guard.succession_map p where p.municipality_id = $2 and p.kind = %2$L and p.old_id = x.%1$I::text)::%3$s, x.%1$I)',
      r.child_column, r.parent, case when r.parent = 'party' then 'uuid' else 'integer' end), '' order by r.child_column) as assignments
    from guard.references_between() r where r.child = h.name and r.parent in ('department', 'entrance', 'party')
  ) s on true;
  execute query into moved using ids, old_town, new_town;
  return coalesce(moved, '{}');
end $$;
create function guard.add_counts(a jsonb, b jsonb) returns jsonb language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(k.key, coalesce((a ->> k.key)::bigint, 0) + coalesce((b ->> k.key)::bigint, 0)), '{}')
  from (select jsonb_object_keys(a) as key union select jsonb_object_keys(b)) k
$$;
create function guard.count_town(town integer) returns jsonb language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  t text;
  n bigint;
  counts jsonb := '{}';
begin
  for t in select m.name from guard.municipal_tables() m loop
    execute format('select count(*) from public.%I where municipality_id = $1', t) into n using town;
    counts := counts || jsonb_build_object(t, n);
  end loop;
  return counts;
end $$;
-- What is still open or unmapped in the old town, in figures; nothing when all went over.
create function guard.left_behind(town integer) returns jsonb language sql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(z.name, z.n), '{}') from (
    select 'ticket' as name, count(*) as n from guard.open_tickets(town)
    union all select 'work_item', count(*) from work_item where municipality_id = town and done_at is null
    union all select 'call', count(*) from call where municipality_id = town and state in ('ringing', 'talking', 'on_hold')
    union all select 'received_form', count(*) from received_form where municipality_id = town and state in ('received', 'quarantine')
    union all select 'form_file', count(*) from form_file where municipality_id = town
    union all select 'received_mail', count(*) from received_mail where municipality_id = town and state in ('stored', 'quarantined')
    union all select 'queue_number', count(*) from queue_number where municipality_id = town and state in ('waiting', 'called')
    union all select 'conversation', count(*) from conversation where municipality_id = town and finished_at is null and not cancelled
    union all select 'incident', count(*) from incident where municipality_id = town and ended_at is null
    union all select 'article', count(*) from article where municipality_id = town
    union all select 'article_report', count(*) from article_report where municipality_id = town and handled_at is null
    union all select 'crisis', count(*) from crisis where municipality_id = town and ended_at is null
    union all select 'party', count(*) from party x where x.municipality_id = town and not exists (select 1 from guard.succession_map p where p.municipality_id = town and p.kind = 'party' and p.old_id = x.id::text)
    union all select 'department', count(*) from department x where x.municipality_id = town and not exists (select 1 from guard.succession_map p where p.municipality_id = town and p.kind = 'department' and p.old_id = x.id::text)
    union all select 'topic_route', count(*) from topic_route x where x.municipality_id = town and not exists (select 1 from guard.succession_map p where p.municipality_id = town and p.kind = 'route' and p.old_id = x.topic_id::text)
    union all select 'entrance', count(*) from entrance x where x.municipality_id = town and not exists (select 1 from guard.succession_map p where p.municipality_id = town and p.kind = 'entrance' and p.old_id = x.id::text)
    union all select 'article_overlay', count(*) from article_overlay x where x.municipality_id = town and not exists (select 1 from guard.succession_map p where p.municipality_id = town and p.kind = 'overlay' and p.old_id = x.article_id::text)
  ) z where z.n > 0
$$;
