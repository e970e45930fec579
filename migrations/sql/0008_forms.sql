-- Strangers: the web form and the status page. Each function checks what it was given and does one thing; none takes the
-- number of a municipality. Writing for strangers is inserting what they sent, as it is, and a job that looks at it later.

create table guard.citizen_door (
  secret_hash bytea primary key,
  form_id uuid not null,
  made_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on guard.citizen_door (expires_at);
create table guard.status_attempt (
  id bigint generated always as identity primary key,
  reference_hash bytea not null,
  address_hash bytea not null,
  at timestamptz not null default clock_timestamp(),
  succeeded boolean not null default false
);
create index on guard.status_attempt (reference_hash, at);
create index on guard.status_attempt (address_hash, at);

-- the entrance that an address names, of a town that takes part, or nothing
create function guard.form_entrance(entrance_asked integer, slug text) returns public.entrance language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e from public.entrance e join public.municipality m on m.id = e.municipality_id
  where e.id = entrance_asked and e.address = slug and e.kind = 'form' and e.active and m.left_on is null
$$;

-- what the page of a form shows: public by its nature
create function public.kcc_public_form(entrance_asked integer, slug text) returns jsonb language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select jsonb_build_object(
    'entrance_id', e.id, 'slug', e.address, 'town', m.name, 'accent', m.accent, 'short_code', m.short_code,
    'words', coalesce(w.words, '{}'), 'frame_ancestors', coalesce(to_jsonb(w.frame_ancestors), '[]'),
    'topic_id', e.topic_id,
    'topics', coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'group', t.group_name) order by t.group_name, t.name)
      from public.topic_route r join public.topic t on t.id = r.topic_id where r.municipality_id = m.id and r.active), '[]'))
  from guard.form_entrance(entrance_asked, slug) e
  join public.municipality m on m.id = e.municipality_id
  left join public.web_form w on w.municipality_id = e.municipality_id and w.entrance_id = e.id
  where e.id is not null
$$;

-- a file of a form that is being filled in; 'kept', or why not
create function public.kcc_keep_form_file(entrance_asked integer, slug text, key_given uuid, name_given text, content bytea, address_hash_given bytea) returns text
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  e public.entrance := guard.form_entrance(entrance_asked, slug);
  n bigint;
  total bigint;
begin
  if e.id is null then return 'unknown'; end if;
  perform pg_advisory_xact_lock(hashtextextended(key_given::text, 12));
  -- sent before, with the form or by a second click: it is there already
  if exists (select 1 from public.received_form r where r.municipality_id = e.municipality_id and r.entrance_id = e.id and r.key = key_given)
    or exists (select 1 from public.form_file f where f.municipality_id = e.municipality_id and f.entrance_id = e.id and f.key = key_given
      and f.name = name_given and f.data = content) then
    return 'kept';
  end if;
  select count(*), coalesce(sum(f.size), 0) into n, total from public.form_file f
    where f.municipality_id = e.municipality_id and f.entrance_id = e.id and f.key = key_given;
  if n >= 10 or total + length(content) > 25000000 then return 'too_much'; end if;
  select coalesce(sum(f.size), 0) into total from public.form_file f where f.address_hash = address_hash_given and f.sent_at > now() - interval '1 hour';
  if total > 200000000 then return 'busy'; end if;
  insert into public.form_file (id, municipality_id, entrance_id, key, name, data, size, sent_at, address_hash)
    values (gen_random_uuid(), e.municipality_id, e.id, key_given, name_given, content, length(content), now(), address_hash_given);
  return 'kept';
end $$;

-- the files of a form so far, to who holds its key: names and sizes, never what is in them
create function public.kcc_form_files(entrance_asked integer, slug text, key_given uuid) returns table (id uuid, name text, size integer)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select f.id, f.name::text, f.size from guard.form_entrance(entrance_asked, slug) e
  join public.form_file f on f.municipality_id = e.municipality_id and f.entrance_id = e.id and f.key = key_given
  where not exists (select 1 from public.received_form r where r.municipality_id = f.municipality_id and r.entrance_id = f.entrance_id and r.key = f.key)
  order by f.sent_at, f.id
$$;

-- A form as it was sent, once for each key. Outcome: new, same (sent before), differs (the key with another text), busy
-- (too many from one place), unknown. The reference is given out here, so that the sender has it whatever happens next.
create function public.kcc_receive_form(entrance_asked integer, slug text, key_given uuid, digest_given bytea, body_given jsonb, doubts_given text[], address_hash_given bytea, code_hash_given bytea)
returns table (outcome text, reference_given text) language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  e public.entrance := guard.form_entrance(entrance_asked, slug);
  m public.municipality;
  before public.received_form;
  made uuid := gen_random_uuid();
  year_now integer;
  number_now integer;
  recent integer;
  told text;
begin
  if e.id is null then return query select 'unknown', null::text; return; end if;
  perform pg_advisory_xact_lock(hashtextextended(key_given::text, 11));
  select * into before from public.received_form r where r.municipality_id = e.municipality_id and r.entrance_id = e.id and r.key = key_given;
  if before.id is not null then
    return query select case when before.digest = digest_given then 'same' else 'differs' end, before.reference::text; return;
  end if;
  select count(*) into recent from public.received_form r where r.address_hash = address_hash_given and r.received_at > now() - interval '10 minutes';
  if recent >= 200 then return query select 'busy', null::text; return; end if;
  select * into m from public.municipality where id = e.municipality_id;
  year_now := extract(year from now() at time zone m.zone);
  insert into public.ticket_counter as c (municipality_id, year, last_number) values (m.id, year_now, 1)
    on conflict (municipality_id, year) do update set last_number = c.last_number + 1 returning c.last_number into number_now;
  told := m.short_code || '-' || lpad((year_now % 100)::text, 2, '0') || '-' || lpad(number_now::text, greatest(6, length(number_now::text)), '0');
  insert into public.received_form (id, municipality_id, entrance_id, kind, key, digest, received_at, body, doubts, address_hash, state, reference, code_hash)
    values (made, m.id, e.id, 'question', key_given, digest_given, now(), body_given,
      doubts_given || case when recent >= 20 then array['often'] else array[]::text[] end, address_hash_given, 'received', told, code_hash_given);
  perform guard.enqueue_form(m.id, made);
  return query select 'new', told;
end $$;

create function guard.enqueue_form(municipality integer, form uuid) returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as $$
  insert into public.job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)
  values (gen_random_uuid(), municipality, 'channels.form', 'channels.form:' || form, jsonb_build_object('form', form), 'waiting', now(), 0, 0, now())
  on conflict (municipality_id, key) do nothing
$$;

-- the status page ------------------------------------------------------------------------------------------------------
-- reference and code for a short-lived door to that one question; throttled as signing in is, and as silent about why not
create function public.kcc_open_status(reference_asked text, code_hash_given bytea, address_hash_given bytea, new_secret_hash bytea) returns table (opened boolean, wait_seconds integer)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  h bytea := sha256(convert_to(upper(reference_asked), 'UTF8'));
  found uuid;
  attempt bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(upper(reference_asked), 13));
  if (select count(*) from guard.status_attempt t where t.reference_hash = h and not t.succeeded and t.at > clock_timestamp() - interval '5 minutes') >= 10
    or (select count(*) from guard.status_attempt t where t.address_hash = address_hash_given and not t.succeeded and t.at > clock_timestamp() - interval '5 minutes') >= 100 then
    return query select false, 300; return;
  end if;
  insert into guard.status_attempt (reference_hash, address_hash) values (h, address_hash_given) returning id into attempt;
  select r.id into found from public.received_form r where r.reference = upper(reference_asked) and r.code_hash = code_hash_given and r.kind = 'question';
  if found is null then return query select false, 0; return; end if;
  update guard.status_attempt set succeeded = true where id = attempt;
  delete from guard.status_attempt where at < now() - interval '1 day';
  delete from guard.citizen_door where expires_at < now();
  insert into guard.citizen_door (secret_hash, form_id, expires_at) values (new_secret_hash, found, now() + interval '30 minutes');
  return query select true, 0;
end $$;

create function guard.citizen_form(secret text) returns public.received_form language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select r from guard.citizen_door d join public.received_form r on r.id = d.form_id
  where d.secret_hash = sha256(convert_to(secret, 'UTF8')) and d.expires_at > now()
$$;

create function public.kcc_close_status(secret text) returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as
  $$ delete from guard.citizen_door where secret_hash = sha256(convert_to(secret, 'UTF8')) $$;

-- What the code proves, and no more: this question, what may be read of it by the citizen, never internal text. A ticket
-- that went into another shows where that stands, not what was written there: somebody else may have asked that.
create function public.kcc_public_status(secret text) returns jsonb language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  f public.received_form := guard.citizen_form(secret);
  t public.ticket;
  into_other public.ticket;
  m public.municipality;
begin
  if f.id is null then return null; end if;
  select * into m from public.municipality where id = f.municipality_id;
  select * into t from public.ticket where municipality_id = f.municipality_id and id = f.ticket_id;
  select * into into_other from public.ticket where municipality_id = f.municipality_id and id = t.merged_into_id;
  return jsonb_build_object(
    'reference', f.reference, 'town', m.name, 'accent', m.accent, 'short_code', m.short_code, 'state', f.state, 'received_at', f.received_at,
    'question', f.body ->> 'question', 'language', f.body ->> 'language',
    'status', coalesce(into_other.status, t.status), 'merged', into_other.id is not null,
    'due_at', coalesce(into_other.due_at, t.due_at), 'answered_at', t.answered_at, 'closed_at', t.closed_at,
    'topic', (select x.name from public.topic x where x.id = t.topic_id),
    'messages', coalesce((select jsonb_agg(jsonb_build_object('at', w.at, 'kind', w.kind, 'body', w.body) order by w.at, w.id)
      from public.writing w where w.municipality_id = f.municipality_id and w.ticket_id = t.id and not w.internal and w.kind in ('question', 'answer', 'told')), '[]'),
    'files', coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'size', a.size, 'state', a.scan_state) order by a.kept_at, a.id)
      from public.attachment a where a.municipality_id = f.municipality_id and a.ticket_id = t.id and not a.internal and a.scan_state <> 'refused'), '[]'),
    'replies', coalesce((select jsonb_agg(jsonb_build_object('at', r.received_at, 'body', r.body ->> 'question') order by r.received_at)
      from public.received_form r where r.municipality_id = f.municipality_id and r.parent_id = f.id and r.kind = 'reply' and r.state in ('received', 'quarantine')), '[]'),
    'rating', (select jsonb_build_object('score', (r.body ->> 'score')::integer, 'words', r.body ->> 'question', 'at', r.received_at)
      from public.received_form r where r.municipality_id = f.municipality_id and r.parent_id = f.id and r.kind = 'rating' order by r.received_at desc, r.id desc limit 1),
    'rated_first_at', (select min(r.received_at) from public.received_form r where r.municipality_id = f.municipality_id and r.parent_id = f.id and r.kind = 'rating'));
end $$;

-- a reply or a rating by who proved to have the code; once for each key. Outcome as above, or closed (not, or no longer)
create function public.kcc_receive_answer(secret text, key_given uuid, digest_given bytea, kind_given text, body_given jsonb, address_hash_given bytea) returns text
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  f public.received_form := guard.citizen_form(secret);
  t public.ticket;
  before public.received_form;
  made uuid := gen_random_uuid();
  first_at timestamptz;
begin
  if f.id is null then return 'unknown'; end if;
  if kind_given not in ('reply', 'rating') then return 'unknown'; end if;
  perform pg_advisory_xact_lock(hashtextextended(f.id::text, 11));
  select * into before from public.received_form r where r.municipality_id = f.municipality_id and r.entrance_id = f.entrance_id and r.key = key_given;
  if before.id is not null then
    return case when before.digest = digest_given and before.parent_id = f.id then 'same' else 'differs' end;
  end if;
  if (select count(*) from public.received_form r where r.parent_id = f.id and r.received_at > now() - interval '1 hour') >= 20 then return 'busy'; end if;
  select * into t from public.ticket where municipality_id = f.municipality_id and id = f.ticket_id;
  if t.id is null or f.state not in ('ticketed', 'duplicate') then return 'closed'; end if;
  if kind_given = 'rating' then
    select min(r.received_at) into first_at from public.received_form r where r.parent_id = f.id and r.kind = 'rating';
    if t.status <> 'closed' or first_at < now() - interval '1 day' then return 'closed'; end if;
  end if;
  insert into public.received_form (id, municipality_id, entrance_id, kind, key, digest, received_at, body, doubts, address_hash, state, parent_id, ticket_id)
    values (made, f.municipality_id, f.entrance_id, kind_given, key_given, digest_given, now(), body_given, '{}', address_hash_given, 'received', f.id, t.id);
  perform guard.enqueue_form(f.municipality_id, made);
  return 'new';
end $$;

-- where a file stands that the citizen may have; no row for any other
create function public.kcc_status_file(secret text, file_asked uuid) returns table (municipality_id integer, id uuid, name text, media_type text, scan_state text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select a.municipality_id, a.id, a.name::text, a.media_type::text, a.scan_state::text
  from guard.citizen_form(secret) f
  join public.ticket t on t.municipality_id = f.municipality_id and t.id = f.ticket_id and t.merged_into_id is null
  join public.attachment a on a.municipality_id = t.municipality_id and a.ticket_id = t.id
  where a.id = file_asked and not a.internal
$$;
