-- The door of a telephone exchange: a machine of one centre that signs each request. The database itself checks the signature.

-- Doors of machines carry what they were minted for; a door of a person has its permissions from memberships.
alter table guard.door drop constraint door_kind_check;
alter table guard.door add constraint door_kind_check check (kind in ('session', 'lease', 'command', 'exchange'));
alter table guard.door add column permissions text[];
alter table guard.door add column exchange_id uuid;
alter table guard.door add constraint door_exchange_is_limited check (kind <> 'exchange' or (permissions is not null and exchange_id is not null));

create table guard.exchange (
  id uuid primary key default gen_random_uuid(),
  key_id text not null unique,
  secret bytea not null,            -- the database computes the HMAC, so it holds the key; nobody but the guard reads it
  centre_id integer not null,
  label text not null,
  made_at timestamptz not null default now(),
  used_at timestamptz,
  revoked_at timestamptz
);
-- a nonce counts once: a recorded request that is sent again opens nothing
create table guard.exchange_nonce (exchange_id uuid not null, nonce text not null, at timestamptz not null default clock_timestamp(), primary key (exchange_id, nonce));
create index on guard.exchange_nonce (at);
-- what was answered to an event, so that the same event sent anew (with a new nonce) gets the same answer
create table guard.exchange_answer (exchange_id uuid not null, event_id text not null, digest bytea not null, status integer, body text,
  at timestamptz not null default clock_timestamp(), primary key (exchange_id, event_id));
create index on guard.exchange_answer (at);

-- HMAC (RFC 2104) over SHA-256 with PostgreSQL's own functions
create function guard.hmac_sha256(key bytea, message bytea) returns bytea language plpgsql immutable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  k bytea := case when length(key) > 64 then sha256(key) else key end;
  inner_pad bytea;
  outer_pad bytea;
begin
  k := k || decode(repeat('00', 64 - length(k)), 'hex');
  inner_pad := k;
  outer_pad := k;
  for i in 0..63 loop
    inner_pad := set_byte(inner_pad, i, get_byte(k, i) # 54);   -- 0x36
    outer_pad := set_byte(outer_pad, i, get_byte(k, i) # 92);   -- 0x5c
  end loop;
  return sha256(outer_pad || sha256(inner_pad || message));
end $$;

-- a door of a machine opens what it was minted for, and nothing under any other permission
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
  return coalesce((
    select array_agg(distinct m.municipality_id)
    from public.membership m join guard.role_permission r on r.role = m.role
    where m.account_id = d.account_id and r.permission = current_setting('kcc.permission', true)
      and (not whole_only or not r.by_department)
      and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())), '{}');
end $$;

create or replace function public.kcc_centres() returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  if d.permissions is not null and not coalesce(current_setting('kcc.permission', true) = any(d.permissions), false) then
    return array[]::integer[];
  end if;
  if d.kind = 'command' and d.municipality_ids is null then
    return array[d.centre_id];
  end if;
  return coalesce((select array_agg(distinct centre_id) from public.municipality where id = any(guard.derive('setup', false))), array[]::integer[])
    || case when d.centre_id is null then array[]::integer[] else array[d.centre_id] end;
end $$;

-- which exchange stands at the door; null for everybody else
create function public.kcc_exchange() returns uuid language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  return (guard.current_door()).exchange_id;
end $$;

-- exchange a signature for a door of one minute. Signed is: v1, seconds since 1970, nonce, what is called, body; each but
-- the body followed by a newline. Outcomes: open, refused (key or signature), late (clock), replayed (nonce seen before).
create function public.kcc_open_exchange(key_given text, at_given bigint, nonce_given text, called text, body bytea, signature bytea, new_secret_hash bytea)
returns table (outcome text, exchange_id uuid, centre_id integer)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  x guard.exchange;
  expected bytea;
begin
  select e.* into x from guard.exchange e where e.key_id = key_given and e.revoked_at is null;
  -- an unknown key costs the same time as a wrong signature, and hears the same
  expected := guard.hmac_sha256(coalesce(x.secret, sha256(convert_to(key_given, 'UTF8'))),
    convert_to('v1' || E'\n' || at_given || E'\n' || nonce_given || E'\n' || called || E'\n', 'UTF8') || body);
  -- hashes are compared, so that the time it takes tells nothing of the signature itself
  if x.id is null or sha256(expected) <> sha256(signature) then
    return query select 'refused', null::uuid, null::integer; return;
  end if;
  if abs(extract(epoch from clock_timestamp()) - at_given) > 300 then
    return query select 'late', null::uuid, null::integer; return;
  end if;
  insert into guard.exchange_nonce (exchange_id, nonce) values (x.id, nonce_given) on conflict do nothing;
  if not found then
    return query select 'replayed', null::uuid, null::integer; return;
  end if;
  delete from guard.exchange_nonce n where n.at < clock_timestamp() - interval '15 minutes';
  delete from guard.exchange_answer a where a.at < clock_timestamp() - interval '2 days';
  delete from guard.door d where d.kind = 'exchange' and d.expires_at < now();
  update guard.exchange e set used_at = now() where e.id = x.id and (e.used_at is null or e.used_at < now() - interval '1 minute');
  insert into guard.door (secret_hash, kind, centre_id, municipality_ids, permissions, exchange_id, label, expires_at)
    values (new_secret_hash, 'exchange', x.centre_id,
      (select coalesce(array_agg(m.id), '{}') from public.municipality m where m.centre_id = x.centre_id and m.left_on is null),
      array['telephone:exchange'], x.id, x.label, now() + interval '1 minute');
  return query select 'open', x.id, x.centre_id;
end $$;

-- the memory of events: begin takes the event's id (a parallel copy waits here); a known one gives what was answered
create function public.kcc_exchange_begin(event_given text, digest_given bytea) returns table (known boolean, same boolean, status integer, body text)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  a guard.exchange_answer;
begin
  insert into guard.exchange_answer (exchange_id, event_id, digest) values (d.exchange_id, event_given, digest_given) on conflict do nothing;
  if found then
    return query select false, true, null::integer, null::text; return;
  end if;
  select * into a from guard.exchange_answer x where x.exchange_id = d.exchange_id and x.event_id = event_given;
  return query select true, a.digest = digest_given, a.status, a.body;
end $$;
create function public.kcc_exchange_end(event_given text, status_given integer, body_given text) returns void
language sql security definer set search_path = guard, pg_catalog, pg_temp as $$
  update guard.exchange_answer x set status = status_given, body = body_given where x.exchange_id = (guard.current_door()).exchange_id and x.event_id = event_given
$$;

-- the command line (granted to kcc_platform only)
create function public.kcc_add_exchange(centre_key text, key_given text, secret_given bytea, label_given text) returns uuid
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  made uuid;
begin
  insert into guard.exchange (key_id, secret, centre_id, label) select key_given, secret_given, c.id, label_given from public.centre c where c.key = centre_key
    returning id into made;
  return made;
end $$;
create function public.kcc_revoke_exchange(key_given text) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  update guard.exchange set revoked_at = now() where key_id = key_given and revoked_at is null;
  if not found then return false; end if;
  delete from guard.door d using guard.exchange e where e.key_id = key_given and d.exchange_id = e.id;
  return true;
end $$;
create function public.kcc_exchanges() returns table (key_id text, label text, centre_key text, made_at timestamptz, used_at timestamptz, revoked_at timestamptz)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e.key_id, e.label, c.key::text, e.made_at, e.used_at, e.revoked_at from guard.exchange e join public.centre c on c.id = e.centre_id order by e.made_at
$$;
