-- The steps of a succession. Each is one transaction of one job; done again after a failure it goes on where it was.

-- What would happen, for the people who review it: numbers and names of set-up, nobody's data. `numbers` are the keyed hashes
-- of identifiers of the old town as the new one would keep them: how many people both know.
create function public.kcc_compare_towns(asked uuid, numbers bytea[]) returns jsonb language plpgsql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  p integer := s.municipality_id;
  n integer := s.successor_id;
  moving uuid[] := guard.together_with(p, (select coalesce(array_agg(o.ticket_id), '{}') from guard.open_tickets(p) o));
begin
  return jsonb_build_object(
    'counts', guard.count_town(p), 'moving', cardinality(moving),
    'staying', (select count(*) from ticket t where t.municipality_id = p) - cardinality(moving),
    'tasks', (select count(*) from internal_task k where k.municipality_id = p and k.ticket_id = any(moving)),
    'parties', (select count(*) from party x where x.municipality_id = p),
    'same_number', (select count(*) from party_identifier i where i.municipality_id = n and i.lookup_hash = any(numbers)),
    'alike', (select count(*) from party x where x.municipality_id = p and guard.alike(x, n) is not null),
    'departments', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name, 'key', d.key) order by d.name), '[]') from department d where d.municipality_id = p),
    'new_departments', (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name, 'key', d.key) order by d.name), '[]') from department d where d.municipality_id = n and d.active),
    'routes', (select count(*) from topic_route r where r.municipality_id = p),
    'route_conflicts', (select coalesce(jsonb_agg(jsonb_build_object('topic', a.topic_id, 'name', t.name, 'old', d.id, 'old_name', d.name, 'new', e.id, 'new_name', e.name) order by t.name), '[]')
      from topic_route a join topic_route b on b.municipality_id = n and b.topic_id = a.topic_id join topic t on t.id = a.topic_id
      join department d on d.municipality_id = p and d.id = a.department_id join department e on e.municipality_id = n and e.id = b.department_id
      where a.municipality_id = p and a.active),
    'articles', (select count(*) from article x where x.municipality_id = p),
    'overlays', (select count(*) from article_overlay x where x.municipality_id = p),
    'overlay_conflicts', (select coalesce(jsonb_agg(jsonb_build_object('article', a.id, 'title', a.title) order by a.title), '[]')
      from article_overlay o join article_overlay q on q.municipality_id = n and q.article_id = o.article_id join article a on a.id = o.article_id where o.municipality_id = p),
    'entrances', (select coalesce(jsonb_agg(jsonb_build_object('kind', e.kind, 'address', e.address) order by e.kind, e.address), '[]') from entrance e where e.municipality_id = p and e.active),
    'roles', (select count(*) from membership m where m.municipality_id = p and (m.valid_to is null or m.valid_to > now())),
    'calls', (select count(*) from call c where c.municipality_id = p and c.state in ('ringing', 'talking', 'on_hold')),
    'has_hours', exists (select 1 from opening_hours h where h.municipality_id = n),
    'has_agreement', exists (select 1 from service_agreement a where a.municipality_id = n));
end $$;
-- the party of a town that has the same name at the same address
create function guard.alike(x public.party, town integer) returns uuid language sql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
  select q.id from party q where q.municipality_id = town and q.postcode = x.postcode and q.house_number = x.house_number and q.search_name = x.search_name and q.kind = x.kind
  order by q.created_at, q.id limit 1
$$;
create function guard.chosen(s public.succession, what text, subject_asked text, otherwise text) returns text language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select coalesce((select c.choice from public.succession_choice c where c.municipality_id = s.municipality_id and c.succession_id = s.id and c.kind = what and c.subject = subject_asked), otherwise)
$$;

-- The first step: the set-up goes over and the old town closes, all at once. From here on what comes in is for the new one.
create function public.kcc_start_succession(asked uuid) returns text language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  p integer := s.municipality_id;
  n integer := s.successor_id;
  old public.municipality;
begin
  if exists (select 1 from guard.succession_run r where r.succession_id = asked) then
    return (select r.step from guard.succession_run r where r.succession_id = asked);
  end if;
  -- Both rows are held: two towns that merge into one at the same moment do so one after the other.
  perform 1 from municipality m where m.id in (p, n) order by m.id for update;
  select * into old from municipality m where m.id = p;
  if s.kind <> 'merger' or old.left_on is not null then raise exception 'the town is gone already' using errcode = 'KC011'; end if;
  if (select m.left_on from municipality m where m.id = n) is not null then raise exception 'the successor is gone' using errcode = 'KC011'; end if;
  if guard.succession_signers(asked) < 2 then raise exception 'not signed by two' using errcode = 'KC012'; end if;
  if s.on_day > (now() at time zone old.zone)::date then raise exception 'the day has not come' using errcode = 'KC013'; end if;
  insert into guard.succession_run (succession_id, predecessor_id, successor_id, on_day, before) values (asked, p, n, s.on_day, guard.count_town(p));
  perform guard.carry_departments(s);
  perform guard.carry_routes(s, old);
  perform guard.carry_knowledge(s, old);
  update municipality m set left_on = s.on_day where m.id = p;
  update municipality m set joined_on = s.on_day where m.id = n and (m.joined_on is null or m.joined_on > s.on_day);
  -- Jobs of the old town go on in the new; those on a clock have their own there.
  update job j set municipality_id = n where j.municipality_id = p and j.state = 'waiting' and j.name not like 'succession.%' and j.args <> '{}'
    and not exists (select 1 from job k where k.municipality_id = n and k.key = j.key);
  delete from job j where j.municipality_id = p and j.state = 'waiting' and j.name not like 'succession.%';
  return 'parties';
end $$;

create function guard.carry_departments(s public.succession) returns void language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  p integer := s.municipality_id;
  n integer := s.successor_id;
  d public.department;
  choice text;
  made integer;
begin
  for d in select * from department x where x.municipality_id = p order by x.id loop
    choice := guard.chosen(s, 'department', d.id::text, 'new');
    if choice <> 'new' then
      select x.id into strict made from department x where x.municipality_id = n and x.id = choice::integer;
      insert into guard.succession_map values (p, 'department', d.id::text, made::text, 'joined');
    else
      insert into department (municipality_id, key, name, kind, mailbox, phone, active)
        values (n, d.key || case when exists (select 1 from department x where x.municipality_id = n and x.key = d.key) then '-' || p else '' end, d.name, d.kind, d.mailbox, d.phone, d.active) returning id into made;
      insert into guard.succession_map values (p, 'department', d.id::text, made::text, 'new');
    end if;
  end loop;
  update department x set parent_id = up.new_id::integer from department o join guard.succession_map me on me.municipality_id = p and me.kind = 'department' and me.old_id = o.id::text and me.how = 'new'
    join guard.succession_map up on up.municipality_id = p and up.kind = 'department' and up.old_id = o.parent_id::text
    where o.municipality_id = p and x.municipality_id = n and x.id = me.new_id::integer;
  insert into department_member (id, municipality_id, department_id, account_id, phone, weekdays, absent_until, deputy_id)
    select gen_random_uuid(), n, k.new_id::integer, w.account_id, w.phone, w.weekdays, w.absent_until, w.deputy_id
    from department_member w join guard.succession_map k on k.municipality_id = p and k.kind = 'department' and k.old_id = w.department_id::text where w.municipality_id = p
    on conflict (municipality_id, department_id, account_id) do nothing;
  insert into membership (id, municipality_id, account_id, role, valid_from, valid_to)
    select gen_random_uuid(), n, m.account_id, m.role, now(), m.valid_to from membership m
    where m.municipality_id = p and (m.valid_to is null or m.valid_to > now())
      and not exists (select 1 from membership h where h.municipality_id = n and h.account_id = m.account_id and h.role = m.role and h.valid_from <= now() and (h.valid_to is null or h.valid_to > now()));
  update membership m set valid_to = now() where m.municipality_id = p and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now());
  insert into agent_skill (account_id, municipality_id, topic_group, level) select k.account_id, n, k.topic_group, k.level from agent_skill k where k.municipality_id = p
    on conflict (account_id, municipality_id, topic_group) do nothing;
end $$;

create function guard.carry_routes(s public.succession, old public.municipality) returns void language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  p integer := s.municipality_id;
  n integer := s.successor_id;
  r public.topic_route;
  e public.entrance;
  there public.topic_route;
  target integer;
  made integer;
begin
  for r in select * from topic_route x where x.municipality_id = p order by x.topic_id loop
    select m.new_id::integer into strict target from guard.succession_map m where m.municipality_id = p and m.kind = 'department' and m.old_id = r.department_id::text;
    select * into there from topic_route x where x.municipality_id = n and x.topic_id = r.topic_id;
    if there.topic_id is null then
      insert into topic_route (municipality_id, topic_id, centre_id, department_id, term_amount, term_unit, questions, active)
        values (n, r.topic_id, r.centre_id, target, r.term_amount, r.term_unit, r.questions, r.active);
      insert into guard.succession_map values (p, 'route', r.topic_id::text, target::text, 'new');
    elsif there.department_id = target then
      insert into guard.succession_map values (p, 'route', r.topic_id::text, target::text, 'same');
    elsif guard.chosen(s, 'route', r.topic_id::text, 'successor') = 'old' then
      update topic_route x set department_id = target, term_amount = r.term_amount, term_unit = r.term_unit, questions = r.questions, active = r.active
        where x.municipality_id = n and x.topic_id = r.topic_id;
      insert into guard.succession_map values (p, 'route', r.topic_id::text, target::text, 'old');
    else
      insert into guard.succession_map values (p, 'route', r.topic_id::text, there.department_id::text, 'successor');
    end if;
    there := null;
  end loop;
  for e in select * from entrance x where x.municipality_id = p order by x.id loop
    select x.id into made from entrance x where x.municipality_id = n and x.kind = e.kind and x.address = e.address;
    if made is null then
      insert into entrance (municipality_id, kind, address, label, topic_id, active)
        values (n, e.kind, e.address, case when position(old.name in e.label) > 0 then e.label else e.label || ' (' || old.name || ')' end, e.topic_id, e.active) returning id into made;
      insert into web_form (municipality_id, entrance_id, words, frame_ancestors) select n, made, w.words, w.frame_ancestors from web_form w where w.municipality_id = p and w.entrance_id = e.id;
      insert into mailbox (municipality_id, entrance_id, sender_name, signature, receipt_on, receipt_text, imap_folder, imap_done_folder, fault, version)
        select n, made, b.sender_name, b.signature, b.receipt_on, b.receipt_text, b.imap_folder, b.imap_done_folder, '', 1 from mailbox b where b.municipality_id = p and b.entrance_id = e.id;
    end if;
    insert into guard.succession_map values (p, 'entrance', e.id::text, made::text, case when e.active then 'new' else 'closed' end);
    made := null;
  end loop;
  update entrance x set active = false where x.municipality_id = p;
  update topic_route x set active = false where x.municipality_id = p;
  if not exists (select 1 from opening_hours h where h.municipality_id = n) then
    insert into opening_hours (municipality_id, weekday, opens, closes) select n, h.weekday, h.opens, h.closes from opening_hours h where h.municipality_id = p;
  end if;
  if not exists (select 1 from service_agreement a where a.municipality_id = n) then
    insert into service_agreement (municipality_id, channel, percent, within_seconds, answer_amount, answer_unit, valid_from, valid_to)
      select n, a.channel, a.percent, a.within_seconds, a.answer_amount, a.answer_unit, a.valid_from, a.valid_to from service_agreement a where a.municipality_id = p;
  end if;
end $$;

create function guard.carry_knowledge(s public.succession, old public.municipality) returns void language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  p integer := s.municipality_id;
  n integer := s.successor_id;
  o public.article_overlay;
  choice text;
  moved jsonb := '{}';
  k bigint;
begin
  insert into standard_text (id, municipality_id, title, body, active, changed_at, changed_by_id, version)
    select gen_random_uuid(), n, case when exists (select 1 from standard_text h where h.municipality_id = n and h.title = t.title) then t.title || ' (' || old.name || ')' else t.title end,
      t.body, t.active, t.changed_at, t.changed_by_id, 1 from standard_text t where t.municipality_id = p;
  insert into useful_link (municipality_id, label, url, position) select n, u.label, u.url, u.position from useful_link u where u.municipality_id = p
    and not exists (select 1 from useful_link h where h.municipality_id = n and h.url = u.url);
  insert into guard.succession_map select p, 'article', a.id::text, a.id::text, 'moved' from article a where a.municipality_id = p;
  update article a set municipality_id = n where a.municipality_id = p;
  get diagnostics k = row_count;
  moved := moved || jsonb_build_object('article', k);
  update article_report a set municipality_id = n where a.municipality_id = p and a.handled_at is null;
  get diagnostics k = row_count;
  moved := moved || jsonb_build_object('article_report', k);
  for o in select * from article_overlay x where x.municipality_id = p order by x.article_id loop
    choice := 'new';
    if exists (select 1 from article_overlay x where x.municipality_id = n and x.article_id = o.article_id) then
      choice := guard.chosen(s, 'overlay', o.article_id::text, 'both');
    end if;
    if choice = 'new' then
      insert into article_overlay (article_id, municipality_id, centre_id, text, deviation, desk_memo, variables, hidden, version, terms)
        values (o.article_id, n, o.centre_id, o.text, o.deviation, o.desk_memo, o.variables, o.hidden, 1, o.terms);
    elsif choice = 'old' then
      update article_overlay x set text = o.text, deviation = o.deviation, desk_memo = o.desk_memo, variables = o.variables, hidden = o.hidden, terms = o.terms, version = x.version + 1
        where x.municipality_id = n and x.article_id = o.article_id;
    elsif choice = 'both' then
      update article_overlay x set text = guard.both_texts(x.text, old.name, o.text), deviation = guard.both_texts(x.deviation, old.name, o.deviation),
          desk_memo = guard.both_texts(x.desk_memo, old.name, o.desk_memo), variables = o.variables || x.variables, hidden = x.hidden and o.hidden,
          terms = coalesce(x.terms, '') || coalesce(o.terms, ''), version = x.version + 1
        where x.municipality_id = n and x.article_id = o.article_id;
    end if;
    insert into guard.succession_map values (p, 'overlay', o.article_id::text, o.article_id::text, choice);
  end loop;
  update incident i set municipality_id = n where i.municipality_id = p and i.ended_at is null;
  get diagnostics k = row_count;
  moved := moved || jsonb_build_object('incident', k);
  update crisis c set municipality_id = n where c.municipality_id = p and c.ended_at is null;
  get diagnostics k = row_count;
  moved := moved || jsonb_build_object('crisis', k);
  update guard.succession_run r set moved = guard.add_counts(r.moved, moved_now.m) from (select moved as m) moved_now where r.succession_id = s.id;
end $$;
create function guard.both_texts(here text, name_of_old text, there text) returns text language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select case when coalesce(there, '') = '' or there = here then here when coalesce(here, '') = '' then name_of_old || ': ' || there else here || E'\n\n' || name_of_old || ': ' || there end
$$;

-- parties: the job asks for the next ones, seals their numbers for the new town, and gives them back ----------------------
create function public.kcc_next_parties(asked uuid, most integer) returns table (id uuid, identifier_kind text, ciphertext bytea, masked text)
language plpgsql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
begin
  return query
  select x.id, i.kind::text, i.ciphertext, i.masked::text from (
    select y.id from party y where y.municipality_id = s.municipality_id and not exists (
      select 1 from guard.succession_map k where k.municipality_id = s.municipality_id and k.kind = 'party' and k.old_id = y.id::text) order by y.id limit most) x
  left join party_identifier i on i.municipality_id = s.municipality_id and i.party_id = x.id;
end $$;
-- Who has the same number in the new town is the same; who only looks alike is so when that was chosen. The others are added.
-- What stays behind keeps the party it had.
create function public.kcc_carry_parties(asked uuid, given jsonb) returns bigint language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  p integer := s.municipality_id;
  n integer := s.successor_id;
  join_alike boolean := guard.chosen(s, 'parties', 'alike', 'apart') = 'join';
  g jsonb;
  x public.party;
  there uuid;
  way text;
  done bigint := 0;
begin
  perform 1 from guard.succession_run r where r.succession_id = asked for update;
  if not found then raise exception 'not started' using errcode = 'KC012'; end if;
  for g in select * from jsonb_array_elements(given) loop
    select * into x from party y where y.municipality_id = p and y.id = (g ->> 'old')::uuid;
    continue when x.id is null or exists (select 1 from guard.succession_map k where k.municipality_id = p and k.kind = 'party' and k.old_id = x.id::text);
    way := 'same_number';
    select i.party_id into there from party_identifier i where i.municipality_id = n
      and (i.kind, i.lookup_hash) in (select h ->> 'kind', decode(h ->> 'lookup_hash', 'hex') from jsonb_array_elements(g -> 'identifiers') h) limit 1;
    -- somebody with a number that nobody there has is somebody else, however alike
    if there is null and join_alike and jsonb_array_length(g -> 'identifiers') = 0 then
      there := guard.alike(x, n);
      way := 'alike';
    end if;
    if there is null then
      way := 'new';
      there := (g ->> 'new')::uuid;
      insert into party (id, municipality_id, kind, name, search_name, language, is_secret, postcode, house_number, street, place, created_at, version)
        values (there, n, x.kind, x.name, x.search_name, x.language, x.is_secret, x.postcode, x.house_number, x.street, x.place, x.created_at, 1);
    else
      -- a secret address of one is a secret address of both
      update party y set is_secret = y.is_secret or x.is_secret, version = y.version + 1 where y.municipality_id = n and y.id = there;
    end if;
    insert into party_identifier (id, municipality_id, party_id, kind, ciphertext, lookup_hash, masked)
      select gen_random_uuid(), n, there, h ->> 'kind', decode(h ->> 'ciphertext', 'hex'), decode(h ->> 'lookup_hash', 'hex'), h ->> 'masked'
      from jsonb_array_elements(g -> 'identifiers') h where way = 'new';
    insert into digital_address (id, municipality_id, party_id, kind, address, as_given, preferred)
      select gen_random_uuid(), n, there, a.kind, a.address, a.as_given, a.preferred and way = 'new' from digital_address a where a.municipality_id = p and a.party_id = x.id
        and not exists (select 1 from digital_address b where b.municipality_id = n and b.party_id = there and b.kind = a.kind and b.address = a.address);
    insert into guard.succession_map values (p, 'party', x.id::text, there::text, way);
    done := done + 1;
    there := null;
  end loop;
  return done;
end $$;

-- One step of moving. Gives the step that comes next and the files whose folder changes with their rows.
create function public.kcc_move_on(asked uuid, most integer) returns table (step text, moved bigint, files uuid[]) language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  s public.succession := guard.succession_of_lease(asked);
  p integer := s.municipality_id;
  n integer := s.successor_id;
  run guard.succession_run;
  ids uuid[];
  counts jsonb := '{}';
  kept uuid[] := '{}';
begin
  select * into run from guard.succession_run r where r.succession_id = asked for update;
  if run.succession_id is null then raise exception 'not started' using errcode = 'KC012'; end if;
  if run.step = 'parties' then
    if exists (select 1 from party x where x.municipality_id = p and not exists (select 1 from guard.succession_map k where k.municipality_id = p and k.kind = 'party' and k.old_id = x.id::text)) then
      return query select 'parties', 0::bigint, kept; return;
    end if;
    run.step := 'tickets';
  end if;
  if run.step in ('tickets', 'done') then
    ids := guard.together_with(p, (select coalesce(array_agg(o.ticket_id), '{}') from (select t.ticket_id from guard.open_tickets(p) t order by t.ticket_id limit most) o));
    if ids <> '{}' then
      select coalesce(array_agg(a.id), '{}') into kept from attachment a where a.municipality_id = p and a.ticket_id = any(ids);
      counts := guard.move_rows('ticket', ids, p, n);
      insert into ticket_event (id, municipality_id, ticket_id, at, verb, detail) select gen_random_uuid(), n, i, now(), 'succeeded', jsonb_build_object('from', p) from unnest(ids) i;
    elsif run.step = 'tickets' then
      run.step := 'loose';
    end if;
  end if;
  if run.step = 'loose' or (run.step = 'done' and ids = '{}') then
    counts := guard.move_loose(p, n);
    if run.step = 'loose' then run.step := 'check'; end if;
  elsif run.step = 'check' then
    run.after := guard.count_town(p);
    select coalesce(jsonb_object_agg(z.key, z.missing), '{}') into run.differences from (
      select b.key, b.value::bigint - coalesce((run.moved ->> b.key)::bigint, 0) - (run.after ->> b.key)::bigint as missing from jsonb_each_text(run.before) b
      where b.key not in ('job', 'audit_entry', 'access_record', 'succession', 'succession_choice', 'ticket_presence', 'service_level_today', 'arrival_forecast', 'token_bucket')) z where z.missing <> 0;
    if guard.left_behind(p) <> '{}' then raise exception 'left behind: %', guard.left_behind(p) using errcode = 'KC014'; end if;
    if run.differences <> '{}' then raise exception 'counts differ: %', run.differences using errcode = 'KC015'; end if;
    run.step := 'done';
    run.done_at := clock_timestamp();
  end if;
  update guard.succession_run r set step = run.step, moved = guard.add_counts(run.moved, counts), after = run.after, differences = run.differences, done_at = run.done_at where r.succession_id = asked;
  return query select run.step, (select coalesce(sum(value::bigint), 0)::bigint from jsonb_each_text(counts)), kept;
end $$;
-- what waits or runs without a ticket
create function guard.move_loose(p integer, n integer) returns jsonb language plpgsql security definer set search_path = public, guard, pg_catalog, pg_temp as $$
declare
  counts jsonb := '{}';
  k bigint;
begin
  counts := guard.add_counts(counts, guard.move_rows('call', (select coalesce(array_agg(c.id), '{}') from call c where c.municipality_id = p and c.state in ('ringing', 'talking', 'on_hold')), p, n));
  counts := guard.add_counts(counts, guard.move_rows('work_item', (select coalesce(array_agg(w.id), '{}') from work_item w where w.municipality_id = p and w.done_at is null), p, n));
  counts := guard.add_counts(counts, guard.move_rows('received_form', (select coalesce(array_agg(f.id), '{}') from received_form f where f.municipality_id = p and f.state in ('received', 'quarantine')), p, n));
  counts := guard.add_counts(counts, guard.move_rows('received_mail', (select coalesce(array_agg(r.id), '{}') from received_mail r where r.municipality_id = p and r.state in ('stored', 'quarantined')), p, n));
  counts := guard.add_counts(counts, guard.move_rows('queue_number', (select coalesce(array_agg(q.id), '{}') from queue_number q where q.municipality_id = p and q.state in ('waiting', 'called')), p, n));
  counts := guard.add_counts(counts, guard.move_rows('form_file', (select coalesce(array_agg(f.id), '{}') from form_file f where f.municipality_id = p), p, n));
  -- conversations in hand, with what is typed in them
  update draft d set body = guard.renamed_body(d.body, p, n) where d.conversation_id in (select c.id from conversation c where c.municipality_id = p and c.finished_at is null and not c.cancelled);
  update conversation c set municipality_id = n, entrance_id = coalesce((select m.new_id::integer from guard.succession_map m where m.municipality_id = p and m.kind = 'entrance' and m.old_id = c.entrance_id::text), c.entrance_id)
    where c.municipality_id = p and c.finished_at is null and not c.cancelled;
  get diagnostics k = row_count;
  return guard.add_counts(counts, jsonb_build_object('conversation', k));
end $$;
create function guard.renamed_body(body jsonb, p integer, n integer) returns jsonb language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select case when k.new_id is null then b.body else jsonb_set(b.body, '{party_id}', to_jsonb(k.new_id)) end
  from (select regexp_replace(body::text, '("(?:municipality_id|party_town)": )' || p || '(?=[,}])', '\1' || n, 'g')::jsonb as body) b
  left join guard.succession_map k on k.municipality_id = p and k.kind = 'party' and k.old_id = b.body ->> 'party_id'
$$;

-- how it goes, to the administrators of either town
create function public.kcc_succession_state(asked uuid) returns table (step text, started_at timestamptz, done_at timestamptz, before jsonb, moved jsonb, after jsonb, left_over jsonb)
language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  return query select r.step, r.started_at, r.done_at, r.before, r.moved, r.after, case when r.done_at is null then guard.left_behind(r.predecessor_id) else '{}' end
  from guard.succession_run r where r.succession_id = asked and r.predecessor_id = any(guard.derive('setup', false));
end $$;
-- what became of set-up: names of both sides, nobody's data
create function public.kcc_succession_trace(asked uuid) returns table (kind text, old_id text, new_id text, old_name text, new_name text, how text)
language sql stable security definer set search_path = public, guard, pg_catalog, pg_temp as $$
  select k.kind, k.old_id, k.new_id,
    case k.kind when 'department' then od.name when 'route' then t.name when 'entrance' then oe.address else a.title end::text,
    case k.kind when 'department' then nd.name when 'route' then nr.name when 'entrance' then ne.label else a.title end::text, k.how
  from guard.succession_run r join guard.succession_map k on k.municipality_id = r.predecessor_id and k.kind <> 'party'
  left join department od on k.kind = 'department' and od.id::text = k.old_id left join department nd on k.kind = 'department' and nd.id::text = k.new_id
  left join topic t on k.kind = 'route' and t.id::text = k.old_id left join department nr on k.kind = 'route' and nr.id::text = k.new_id
  left join entrance oe on k.kind = 'entrance' and oe.id::text = k.old_id left join entrance ne on k.kind = 'entrance' and ne.id::text = k.new_id
  left join article a on k.kind in ('article', 'overlay') and a.id::text = k.old_id
  where r.succession_id = asked and r.predecessor_id = any(guard.derive('setup', false)) order by 1, 4
$$;
create function public.kcc_succession_parties(asked uuid) returns table (how text, n bigint) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select k.how, count(*) from guard.succession_run r join guard.succession_map k on k.municipality_id = r.predecessor_id and k.kind = 'party'
  where r.succession_id = asked and r.predecessor_id = any(guard.derive('setup', false)) group by k.how order by k.how
$$;
-- closed towns whose tickets somebody opened again, or where something came in after all: their jobs bring it over
create function public.kcc_succession_of_town() returns uuid language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select r.succession_id from guard.succession_run r where r.done_at is not null and array[r.predecessor_id] = (guard.current_door()).municipality_ids and (guard.current_door()).kind = 'lease'
    and guard.left_behind(r.predecessor_id) <> '{}'
$$;
