-- How an agent and an item find each other, with the locks that make each item reach one agent.
-- The arithmetic is that of kcc/routing/rules_choice.py, to the last digit: tests/routing/test_the_same_choice.py compares.
-- Run with the guard's rights, because the choice stands on what the caller may not see: whether colleagues are idle, how
-- full they are, items of their other towns. Each function filters by its door and gives back no more than the choice.
-- Locks are taken in the order agent, item. Parameters come as JSON from the application, which knows their defaults.

-- how full an agent is: percent for work that is not put down, percent for work that is, and seconds spent on the latter
create function guard.load_of(agent uuid, p jsonb, moment timestamptz, out load integer, out soft_load integer, out invested double precision)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select coalesce(sum(i.cost) filter (where not s.soft), 0)::integer, coalesce(sum(i.cost) filter (where s.soft), 0)::integer,
    coalesce(extract(epoch from moment - min(i.claimed_at) filter (where s.soft)), 0)::double precision
  from public.work_item i
  cross join lateral (select i.kind in ('mail', 'web_form', 'returned_task') and i.interruptions < (p->>'most_interruptions')::integer) s(soft)
  where i.account_id = agent and i.done_at is null and i.state = 'taken'
$$;

-- whether an agent may work for a town at this moment, as its pages would say
create function guard.works_for(agent uuid, town integer) returns boolean
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select exists (select 1 from public.membership m join guard.role_permission r on r.role = m.role
    where m.account_id = agent and m.municipality_id = town and r.permission = 'desk:use' and not r.by_department
      and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now()))
$$;

-- agents at work and agents idle in a centre, and whether callers or visitors come in there at all these hours
create function guard.situation(centre integer, moment timestamptz, out ready integer, out idle integer, out live_expected boolean)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select
    (select count(*)::integer from public.agent_state a where a.centre_id = centre and a.state in ('available', 'in_conversation', 'wrap_up')),
    (select count(*)::integer from public.agent_state a where a.centre_id = centre and a.state = 'available'
      and not exists (select 1 from public.work_item i where i.done_at is null and i.account_id = a.account_id)
      and not exists (select 1 from public.work_item i where i.state = 'offered' and i.offered_to = a.account_id)),
    exists (select 1 from public.municipality m join public.work_item i on i.municipality_id = m.id
      where m.centre_id = centre and i.since > moment - interval '1 hour' and i.kind in ('call', 'counter'))
$$;

-- The class of an item at a moment (rules.class_at) and the reserve (rules_choice.reserve) are written out where they are
-- needed: a function that pins its search path is not folded into a query, and would be called for every row.

-- What this agent should do now. way 'take': theirs; way 'offer': rings for some seconds, first classes only.
-- Gives the item and what was looked at, best first; nothing when the agent is not free or nothing is for this agent.
create function public.kcc_claim_next(p jsonb, way text, moment timestamptz) returns table (item uuid, town integer, considered jsonb)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  me uuid := (guard.current_door()).account_id;
  towns integer[] := guard.derive('figures', true);
  starving constant double precision := (p->>'starving_after')::double precision;
  prior constant double precision := (p->>'prior_weight')::double precision;
  kappa constant double precision := (p->>'kappa')::double precision;
  clip constant double precision := (p->>'clip')::double precision;
  basic constant double precision := (p->>'basic_factor')::double precision;
  out_of_profile constant double precision := (p->>'out_of_profile_factor')::double precision;
  language_wait constant double precision := (p->>'language_wait')::double precision;
  mine record;
  s record;
  kept integer;
  a record;
  c record;
  looked jsonb := '[]';
  speaks text[];
  n integer := 0;
begin
  if me is null or current_setting('kcc.permission', true) <> 'desk:use' then return; end if;
  select * into a from public.agent_state x where x.account_id = me and x.state = 'available' for update skip locked;
  if not found or exists (select 1 from public.work_item i where i.state = 'offered' and i.offered_to = me) then return; end if;
  mine := guard.load_of(me, p, moment);
  s := guard.situation(a.centre_id, moment);
  kept := case when s.ready <= 1 or not s.live_expected then 0 when (p->>'interruptible')::boolean then 1
    else greatest(1, floor((p->>'reserve_share')::double precision * s.ready + 0.5)::integer) end;
  speaks := array['nl'] || array(select l.language::text from public.agent_language l where l.account_id = me);

  -- first what does not wait: crisis, urgent call-backs, callers and visitors, by class and score
  for c in
    with agreed as materialized (
      select distinct on (g.municipality_id, g.channel) g.municipality_id, g.channel, g.percent / 100.0::double precision as target, g.within_seconds::double precision as within
      from public.service_agreement g join public.municipality m on m.id = g.municipality_id
      where g.municipality_id = any(towns) and g.valid_from <= (moment at time zone m.zone)::date
        and (g.valid_to is null or g.valid_to >= (moment at time zone m.zone)::date)
      order by g.municipality_id, g.channel, g.valid_from desc
    ), today as materialized (
      select t.municipality_id, t.channel, t.ok::double precision as ok, t.total::double precision as total
      from public.municipality m join public.service_level_today t on t.municipality_id = m.id and t.on_day = (moment at time zone m.zone)::date
      where m.centre_id = a.centre_id
    ), pool as materialized (
      select t.channel, sum(t.ok) as ok, sum(t.total) as total from today t group by t.channel
    ), waits as (
      select i.id, i.municipality_id, i.since, i.boost_seconds, i.in_profile, i.channel, i.language, i.cost, i.sticky_account_id, i.sticky_until,
        case when i.urgent_at is null or moment < i.urgent_at then i.priority_class else least(i.priority_class, case when i.kind = 'callback' then 1 else 3 end) end as class,
        extract(epoch from moment - i.since)::double precision as waited,
        coalesce(k.level, k0.level, 1) as skill
      from public.work_item i
      left join public.agent_skill k on k.account_id = me and k.municipality_id = i.municipality_id and k.topic_group = i.topic_group
      left join public.agent_skill k0 on k0.account_id = me and k0.municipality_id = i.municipality_id and k0.topic_group = ''
      where i.state = 'waiting' and (i.priority_class <= 2 or i.kind = 'callback') and i.municipality_id = any(towns)
    ), scored as (
      select i.*, case when i.class = 0 then greatest(i.skill, 1) else i.skill end as level, f.*
      from waits i
      left join agreed g on g.municipality_id = i.municipality_id and g.channel = i.channel
      left join today t on t.municipality_id = i.municipality_id and t.channel = i.channel
      left join pool o on o.channel = i.channel
      cross join lateral (select coalesce(g.target, 0.8) as target, coalesce(g.within, 20) as within) d
      cross join lateral (select
        (i.waited + i.boost_seconds + 1) / greatest(d.within, 1.0) as ratio,
        case when i.in_profile or (coalesce(o.ok, 0) + prior * d.target) / (coalesce(o.total, 0) + prior) >= d.target then 1.0::double precision else out_of_profile end as profile,
        exp(kappa * least(greatest(d.target - (coalesce(t.ok, 0) + prior * d.target) / (coalesce(t.total, 0) + prior), -clip), clip)) as behind,
        case when (case when i.class = 0 then greatest(i.skill, 1) else i.skill end) = 1 then basic else 1.0::double precision end as basic_factor) f
      where i.class <= 2
    )
    select x.id, x.municipality_id, x.class, x.waited, x.level, x.ratio, x.profile, x.behind, x.basic_factor, w.why,
      case when x.waited >= starving then 1e6::double precision + x.waited else x.ratio * x.profile * x.behind * x.basic_factor end as score
    from scored x
    cross join lateral (select case
      when x.level <= 0 then 'level'
      when x.language <> all(speaks) and x.waited < language_wait then 'language'
      when x.sticky_account_id <> me and x.sticky_until > moment
        and exists (select 1 from public.agent_state z where z.account_id = x.sticky_account_id and z.state <> 'offline') then 'sticky'
      when mine.load + case when (p->>'interruptible')::boolean then 0 else mine.soft_load end + x.cost > 100 then 'capacity'
    end) w(why)
    order by x.class, score desc, x.waited desc, x.id
  loop
    if n < 12 then
      looked := looked || jsonb_build_object('id', c.id, 'm', c.municipality_id, 'class', c.class, 'waited', round(c.waited), 'why', c.why, 'score', c.score,
        'ratio', c.ratio, 'profile', c.profile, 'level', c.behind, 'skill', c.basic_factor, 'agent_level', c.level);
      n := n + 1;
    end if;
    exit when item is not null and n >= 12;
    if item is null and c.why is null then
      perform 1 from public.work_item i where i.id = c.id and i.state = 'waiting' for update skip locked;
      if found then item := c.id; town := c.municipality_id; end if;
    end if;
    exit when item is not null and n >= 4;
  end loop;

  -- then what can wait, in the order in which it is due, when enough colleagues are idle for callers
  if item is null and way = 'take' and mine.load + mine.soft_load < 100 then
    for c in
      select i.id, i.municipality_id, i.cost, i.due_at, case when i.urgent_at is null or moment < i.urgent_at then i.priority_class else least(i.priority_class, case when i.kind = 'callback' then 1 else 3 end) end as class,
        extract(epoch from moment - i.since)::double precision as waited,
        case
          when coalesce(k.level, k0.level, 1) <= 0 then 'level'
          when i.language <> all(speaks) and extract(epoch from moment - i.since) < language_wait then 'language'
          when i.sticky_account_id <> me and i.sticky_until > moment
            and exists (select 1 from public.agent_state z where z.account_id = i.sticky_account_id and z.state <> 'offline') then 'sticky'
          when mine.load + mine.soft_load + i.cost > 100 then 'capacity'
          when s.idle <= kept then 'reserve'
        end as why
      from public.work_item i
      left join public.agent_skill k on k.account_id = me and k.municipality_id = i.municipality_id and k.topic_group = i.topic_group
      left join public.agent_skill k0 on k0.account_id = me and k0.municipality_id = i.municipality_id and k0.topic_group = ''
      where i.state = 'waiting' and i.municipality_id = any(towns) and case when i.urgent_at is null or moment < i.urgent_at then i.priority_class else least(i.priority_class, case when i.kind = 'callback' then 1 else 3 end) end > 2
      order by i.due_at, i.since, i.id
    loop
      if n < 12 then
        looked := looked || jsonb_build_object('id', c.id, 'm', c.municipality_id, 'class', c.class, 'waited', round(c.waited), 'why', c.why,
          'due_in', round(extract(epoch from c.due_at - moment)));
        n := n + 1;
      end if;
      if item is null and c.why is null then
        perform 1 from public.work_item i where i.id = c.id and i.state = 'waiting' for update skip locked;
        if found then item := c.id; town := c.municipality_id; end if;
      end if;
      -- where nobody is to be kept from the telephone, nothing further on is for this agent either
      exit when (item is not null or c.why = 'reserve') and n >= 4;
    end loop;
  end if;

  considered := jsonb_build_object('looked', looked, 'ready', s.ready, 'idle', s.idle, 'reserve', kept);
  if item is not null then
    update public.work_item i set
      state = case when way = 'take' then 'taken' else 'offered' end,
      account_id = case when way = 'take' then me end, claimed_at = case when way = 'take' then moment end,
      offered_to = case when way = 'offer' then me end, offered_at = case when way = 'offer' then moment end,
      offer_until = case when way = 'offer' then moment + make_interval(secs => (p->>'offer_seconds')::double precision) end
    where i.id = item;
  end if;
  return next;
end $$;

-- Who should have this item: rings there for some seconds. Gives the agent and everybody who was looked at, best first;
-- the agent is null when nobody is free, nothing at all when the item does not wait (any more) or is out of sight.
create function public.kcc_offer(item_asked uuid, p jsonb, moment timestamptz) returns table (agent uuid, town integer, considered jsonb)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  towns integer[] := guard.derive('figures', false);
  centre integer;
  i public.work_item;
  class integer;
  waited double precision;
  sticky_left double precision;
  s record;
  kept integer;
  c record;
  again record;
  looked jsonb := '[]';
  n integer := 0;
begin
  select * into i from public.work_item w where w.id = item_asked and w.state = 'waiting' and w.municipality_id = any(towns);
  if not found then return; end if;
  select m.centre_id into centre from public.municipality m where m.id = i.municipality_id;
  town := i.municipality_id;
  class := case when i.urgent_at is null or moment < i.urgent_at then i.priority_class else least(i.priority_class, case when i.kind = 'callback' then 1 else 3 end) end;
  waited := extract(epoch from moment - i.since);
  sticky_left := case when exists (select 1 from public.agent_state z where z.account_id = i.sticky_account_id and z.state <> 'offline')
    then extract(epoch from i.sticky_until - moment) else 0 end;
  s := guard.situation(centre, moment);
  kept := case when s.ready <= 1 or not s.live_expected then 0 when (p->>'interruptible')::boolean then 1
    else greatest(1, floor((p->>'reserve_share')::double precision * s.ready + 0.5)::integer) end;
  for c in
    select y.* from (
    select x.*, case
        when not x.free then 'busy'
        when not guard.works_for(x.account_id, i.municipality_id) then 'town'
        when x.level <= 0 then 'level'
        when not x.speaks and waited < (p->>'language_wait')::double precision then 'language'
        when i.sticky_account_id <> x.account_id and sticky_left > 0 then 'sticky'
        when x.load + case when (p->>'interruptible')::boolean and class <= 2 then 0 else x.soft_load end + i.cost > 100 then 'capacity'
        when class > 2 and s.idle <= kept then 'reserve'
        when x.account_id = any(i.refused_by) and waited < (p->>'starving_after')::double precision then 'refused'
      end as why,
      x.load + x.soft_load + i.cost > 100 as interrupts
    from (
      select a.account_id, l.load, l.soft_load, l.invested, extract(epoch from moment - a.idle_since)::double precision as idle,
        a.state = 'available' and not exists (select 1 from public.work_item w where w.state = 'offered' and w.offered_to = a.account_id) as free,
        i.language = 'nl' or exists (select 1 from public.agent_language g where g.account_id = a.account_id and g.language = i.language) as speaks,
        (select count(distinct k.municipality_id) from public.agent_skill k where k.account_id = a.account_id and k.level = 2)::integer as expert_towns,
        greatest(case when class = 0 then 1 else 0 end, coalesce(
          (select k.level from public.agent_skill k where k.account_id = a.account_id and k.municipality_id = i.municipality_id and k.topic_group = i.topic_group),
          (select k.level from public.agent_skill k where k.account_id = a.account_id and k.municipality_id = i.municipality_id and k.topic_group = ''), 1)) as level
      from public.agent_state a cross join lateral guard.load_of(a.account_id, p, moment) l
      where a.centre_id = centre and a.state <> 'offline'
    ) x ) y
    order by y.why is not null, i.sticky_account_id is distinct from y.account_id, y.interrupts, y.level desc, y.expert_towns,
      case when y.interrupts then y.invested else 0 end, y.idle desc, y.account_id
  loop
    if n < 20 then
      looked := looked || jsonb_build_object('id', c.account_id, 'why', c.why, 'agent_level', c.level, 'idle', round(c.idle), 'expert_towns', c.expert_towns, 'interrupts', c.interrupts);
      n := n + 1;
    end if;
    if agent is null and c.why is null then
      -- the agent first, and looked at again under the lock: another offer may have come between
      perform 1 from public.agent_state a where a.account_id = c.account_id and a.state = 'available' for update skip locked;
      continue when not found or exists (select 1 from public.work_item w where w.state = 'offered' and w.offered_to = c.account_id);
      again := guard.load_of(c.account_id, p, moment);
      continue when again.load <> c.load or again.soft_load <> c.soft_load;
      perform 1 from public.work_item w where w.id = i.id and w.state = 'waiting' for update skip locked;
      if not found then return; end if;
      update public.work_item w set state = 'offered', offered_to = c.account_id, offered_at = moment,
        offer_until = moment + make_interval(secs => (p->>'offer_seconds')::double precision) where w.id = i.id;
      agent := c.account_id;
    end if;
  end loop;
  considered := jsonb_build_object('looked', looked, 'class', class, 'waited', round(waited), 'ready', s.ready, 'idle', s.idle, 'reserve', kept);
  return next;
end $$;

-- how many agents are in which state, without saying who: for agents themselves and for boards
create function public.kcc_agent_counts() returns table (state text, n integer)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select a.state::text, count(*)::integer from public.agent_state a
  where a.state <> 'offline' and exists (select 1 from public.membership m where m.account_id = a.account_id and m.municipality_id = any(guard.derive('figures', true)))
  group by a.state
$$;

-- when somebody was last seen at a door of theirs; only for work of the machine, which puts absent agents offline
create function public.kcc_last_seen(agents uuid[]) returns table (account_id uuid, seen_at timestamptz)
language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  if (guard.current_door()).kind = 'session' then return; end if;
  return query
  select d.account_id, max(d.seen_at) from guard.door d
  where d.account_id = any(agents) and d.kind = 'session' and d.second_factor and d.expires_at > now() and (d.idle is null or d.seen_at + d.idle > now())
    and exists (select 1 from public.membership m where m.account_id = d.account_id and m.municipality_id = any(guard.derive('setup', false)))
  group by d.account_id;
end $$;

-- one job per municipality for each tick; what was done on a clock is forgotten within the hour, or it would pile up
create or replace function public.kcc_tick(name_given text, tick text) returns integer language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  n integer;
begin
  insert into public.job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)
    select gen_random_uuid(), m.id, name_given, name_given || ':' || tick, '{}', 'waiting', now(), 0, 0, now() from public.municipality m
    where m.left_on is null
      -- a tick is not worth doing twice: the one before still waits
      and not exists (select 1 from public.job j where j.municipality_id = m.id and j.name = name_given and j.state = 'waiting' and j.key like name_given || ':%')
    on conflict (municipality_id, key) do nothing;
  get diagnostics n = row_count;
  delete from public.job where state = 'done' and done_at < now() - interval '1 hour' and name = name_given;
  return n;
end $$;
