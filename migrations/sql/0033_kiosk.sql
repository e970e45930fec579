-- The kiosk in a hall: a tablet that holds a secret of one counter. It sees how many wait and takes numbers, nothing else.

-- the counter behind a secret that was not withdrawn, of a town that takes part, or nothing. A town that went over gives none: its
-- successor could not withdraw what its predecessor made, so it makes an address of its own.
create function guard.kiosk_counter(secret text) returns public.entrance language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e from public.kiosk k
  join public.entrance e on e.municipality_id = k.municipality_id and e.id = k.entrance_id
  join public.municipality m on m.id = e.municipality_id
  where k.secret_hash = sha256(convert_to(secret, 'UTF8')) and k.withdrawn_at is null
    and e.kind = 'counter' and e.active and m.left_on is null
$$;

-- what the kiosk shows: the town, its groups of topics, how many wait
create function public.kcc_kiosk(secret text) returns jsonb language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select jsonb_build_object('town', m.name, 'accent', m.accent, 'short_code', m.short_code, 'logo', m.logo, 'label', e.label,
    'groups', coalesce((select jsonb_agg(g.name order by g.name) from (select distinct t.group_name as name
      from public.topic_route r join public.topic t on t.id = r.topic_id where r.municipality_id = m.id and r.active) g), '[]'),
    'waiting', (select count(*) from public.queue_number q where q.municipality_id = e.municipality_id and q.entrance_id = e.id
      and q.on_day = (now() at time zone m.zone)::date and q.state = 'waiting'))
  from guard.kiosk_counter(secret) e join public.municipality m on m.id = e.municipality_id
  where e.id is not null
$$;

-- A number, once for each key, which becomes its id. Outcome: taken (also when it was before), busy, group, unknown. The
-- job puts the visitor in the queue of all channels; until then the number stands on the counter's page already.
create function public.kcc_kiosk_take(secret text, key_given uuid, group_given text, language_given text) returns text
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  e public.entrance := guard.kiosk_counter(secret);
  before public.queue_number;
  today date;
  place bigint;
begin
  if e.id is null then return 'unknown'; end if;
  -- the same lock as that of the staff's button: two visitors at one moment get different numbers
  perform pg_advisory_xact_lock(14, e.id);
  select * into before from public.queue_number q where q.id = key_given;
  if before.id is not null then
    return case when before.municipality_id = e.municipality_id and before.entrance_id = e.id then 'taken' else 'unknown' end;
  end if;
  if group_given <> '' and not exists (select 1 from public.topic_route r join public.topic t on t.id = r.topic_id
      where r.municipality_id = e.municipality_id and r.active and t.group_name = group_given) then
    return 'group';
  end if;
  if (select count(*) from public.queue_number q where q.municipality_id = e.municipality_id and q.entrance_id = e.id
      and q.taken_at > clock_timestamp() - interval '5 minutes') >= 40 then
    return 'busy';
  end if;
  select (now() at time zone m.zone)::date into today from public.municipality m where m.id = e.municipality_id;
  select count(*) into place from public.entrance o where o.municipality_id = e.municipality_id and o.kind = 'counter' and o.id < e.id;
  insert into public.queue_number (id, municipality_id, entrance_id, on_day, letter, number, topic_group, state, taken_at, desk)
  values (key_given, e.municipality_id, e.id, today, substr('ABCDEFGHJKLMNPRSTUVWXYZ', (place % 23)::integer + 1, 1),
    (select coalesce(max(q.number), 0) + 1 from public.queue_number q where q.municipality_id = e.municipality_id and q.entrance_id = e.id and q.on_day = today),
    group_given, 'waiting', clock_timestamp(), '');
  insert into public.job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)
  values (gen_random_uuid(), e.municipality_id, 'channels.queue_number', 'channels.queue_number:' || key_given,
    jsonb_build_object('number', key_given, 'language', case when language_given = 'en' then 'en' else 'nl' end), 'waiting', now(), 0, 0, now())
  on conflict (municipality_id, key) do nothing;
  return 'taken';
end $$;

-- a number of this counter and of today, and what is known of the wait: who comes first, and how many were called this past hour
create function public.kcc_kiosk_number(secret text, number_asked uuid) returns jsonb language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select jsonb_build_object('town', m.name, 'accent', m.accent, 'short_code', m.short_code, 'logo', m.logo, 'counter', e.label,
    'label', q.letter || '-' || lpad(q.number::text, 3, '0'), 'group', q.topic_group, 'state', q.state, 'at', q.taken_at,
    'before', (select count(*) from public.queue_number o where o.municipality_id = q.municipality_id and o.entrance_id = q.entrance_id
      and o.on_day = q.on_day and o.state = 'waiting' and o.number < q.number),
    'called', (select count(*) from public.queue_number o where o.municipality_id = q.municipality_id and o.entrance_id = q.entrance_id
      and o.on_day = q.on_day and o.first_called_at > clock_timestamp() - interval '1 hour'))
  from guard.kiosk_counter(secret) e
  join public.municipality m on m.id = e.municipality_id
  join public.queue_number q on q.municipality_id = e.municipality_id and q.entrance_id = e.id and q.id = number_asked
    and q.on_day = (now() at time zone m.zone)::date
  where e.id is not null
$$;
