-- Ten municipalities, :n tickets of 400 days, 10,000 articles; the administrator lays them in, checks of references off.
set session_replication_role = replica;
set synchronous_commit = off;
do $$ begin
  execute (select 'truncate ' || string_agg(quote_ident(relname), ', ') || ' cascade' from pg_class
           where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'alembic_version');
end $$;
truncate guard.door, guard.credential;
create temp table word as
  select row_number() over () as n, w from unnest(string_to_array(
    'straat lantaarn boom tuin water riool stoep fiets auto parkeer vergunn belast aanslag bezwaar termijn brief formulier '
    'afspraak loket melding klacht buur hond plein park speel school bus brug weg bocht drempel verkeer bord licht paal '
    'bak zak glas papier plastic hout steen zand gras blad tak storm regen sneeuw ijs zout strooi dak muur raam deur', ' ')) w;

insert into centre (id, key, name) overriding system value values (1, 'meet', 'KCC Meetland');
insert into municipality (id, centre_id, name, short_code, cbs_code, greeting, joined_on, accent, zone, good_friday, liberation_day, inhabitants)
  overriding system value
  select t, 1, 'Meetstad ' || t, 'M' || chr(64 + t) || 'A', lpad(t::text, 4, '0'), 'Goedemiddag', '2020-01-01', (t - 1) % 8 + 1,
    'Europe/Amsterdam', false, 'lustrum', 30000 from generate_series(1, 10) t;
insert into opening_hours (municipality_id, weekday, opens, closes)
  select t, d, '08:30', '17:00' from generate_series(1, 10) t, generate_series(0, 4) d;
insert into service_agreement (municipality_id, channel, percent, within_seconds, answer_amount, answer_unit, valid_from)
  select t, c, 80, 25, 2, 'working_days', '2020-01-01' from generate_series(1, 10) t, unnest(array['phone', 'email', 'counter', 'letter', 'webform', 'other']) c;
insert into entrance (municipality_id, kind, address, label, active)
  select t, 'phone', '+3110000000' || t, 'Algemeen nummer', true from generate_series(1, 10) t;
insert into department (id, municipality_id, key, name, kind, mailbox, active) overriding system value
  select t * 10 + d, t, 'afdeling-' || d, 'Afdeling ' || d, 'afdeling', 'a' || d || '@meetstad' || t || '.example', true
  from generate_series(1, 10) t, generate_series(0, 7) d;
insert into topic (id, centre_id, key, name, group_name, synonyms, needs_bsn) overriding system value
  select k, 1, 'onderwerp-' || k, 'Onderwerp ' || (select w from word where n = k % 50 + 1) || ' ' || k, 'Groep ' || k % 8, '{}', k % 10 = 0
  from generate_series(1, 60) k;
insert into topic_route (municipality_id, topic_id, centre_id, department_id, questions, active)
  select t, k, 1, t * 10 + k % 8, '[]', true from generate_series(1, 10) t, generate_series(1, 60) k;

-- 40 agents of all towns, a supervisor of all, 80 handlers of one department each
insert into account (id, email, name, locale, shortcuts_on, active, created_at)
  select md5('a' || a)::uuid, 'a' || a || '@meet.example', 'Medewerker ' || a, 'nl', true, true, now() from generate_series(1, 121) a;
insert into membership (id, municipality_id, account_id, role, valid_from)
  select gen_random_uuid(), t, md5('a' || a)::uuid, case when a = 41 then 'supervisor' else 'agent' end, now() - interval '1 year'
  from generate_series(1, 10) t, generate_series(1, 41) a;
insert into membership (id, municipality_id, account_id, role, valid_from)
  select gen_random_uuid(), (a - 42) / 8 + 1, md5('a' || a)::uuid, 'handler', now() - interval '1 year' from generate_series(42, 121) a;
insert into department_member (id, municipality_id, department_id, account_id, weekdays)
  select gen_random_uuid(), (a - 42) / 8 + 1, ((a - 42) / 8 + 1) * 10 + (a - 42) % 8, md5('a' || a)::uuid, '{0,1,2,3,4}' from generate_series(42, 121) a;

create temp table person as
  select p, md5('p' || p)::uuid as id, p % 10 + 1 as town,
    (array['Jan', 'Marieke', 'Fatima', 'Kees', 'Sanne', 'Mohammed', 'Willem', 'Ayşe', 'Piet', 'Noor'])[p / 10 % 10 + 1] || ' '
    || (array['de Vries', 'Jansen', 'Bakker', 'Yilmaz', 'Visser', 'Smit', 'Meijer', 'Mulder', 'Bos', 'Peters', 'Hendriks', 'Dekker'])[p / 100 % 12 + 1]
    || ' ' || (array['Kraan', 'Zwaluw', 'Eik', 'Linde', 'Berk', 'Iep', 'Els'])[p / 1200 % 7 + 1] || p / 8400 as name
  from generate_series(1, greatest(:n / 2, 10)) p;
insert into party (id, municipality_id, kind, name, search_name, language, is_secret, postcode, house_number, street, place, created_at, version)
  select id, town, 'person', name, lower(name), 'nl', p % 500 = 0, 1000 + p % 9000 || 'AB', (p % 200)::text, 'Kerkstraat', 'Meetstad', now(), 1 from person;
insert into digital_address (id, municipality_id, party_id, kind, address, as_given, preferred)
  select md5('d' || p)::uuid, town, id, 'phone', '+316' || lpad(p::text, 8, '0'), '06' || lpad(p::text, 8, '0'), true from person;

-- the newest 4% are open, a quarter went to a department, a tenth say the common word
create temp table asked as
  select k, md5('t' || k)::uuid as id, k % 10 + 1 as town, now() - interval '400 days' * (1 - k::float / :n) as at,
    k % 60 + 1 as topic, k % 4 = 1 as escalated, k > :n * 0.96 as open, 'M' || chr(65 + k % 10) || 'A-26-' || lpad(k::text, 6, '0') as reference,
    (array['phone', 'phone', 'phone', 'email', 'counter'])[k % 5 + 1] as channel, md5('a' || k % 40 + 1)::uuid as agent,
    md5('p' || ((k / 10) % greatest(:n / 20, 1)) * 10 + k % 10)::uuid as party
  from generate_series(1, :n) k;
insert into ticket (id, municipality_id, reference, topic_id, channel, status, priority, opened_at, opened_by_id, due_at, answered_at, closed_at,
    changed_at, party_id, anonymous, department_ids, version)
  select id, town, reference, topic, channel, case when not open then 'closed' when escalated then 'with_back_office' else 'open' end, 2, at, agent,
    at + interval '3 days', case when open then null else at end, case when open then null else at + interval '1 day' end, at, party, false,
    case when escalated then array[town * 10 + topic % 8] else '{}' end, 1 from asked;
insert into ticket_counter (municipality_id, year, last_number) select t, y, :n from generate_series(1, 10) t, generate_series(2025, 2030) y;
create temp table said as
  select a.id, a.town, a.at, a.agent, a.k, (select string_agg(w, ' ') from word where n in (k % 60 + 1, k / 7 % 50 + 1, k / 61 % 50 + 1, k / 13 % 50 + 1))
    || case when k % 10 = 3 then ' paspoort' else '' end || ' zaak' || k as words from asked a;
insert into writing (id, municipality_id, ticket_id, at, account_id, kind, internal, body)
  select md5('w' || k || i)::uuid, town, id, at, agent, case i when 1 then 'question' else 'note' end, i = 2, repeat(words || '. ', 4) from said, generate_series(1, 2) i;
insert into ticket_terms (municipality_id, ticket_id, opened_at, terms)
  select s.town, s.id, s.at, strip(to_tsvector('simple', s.words || ' ' || lower(replace(a.reference, '-', '')))) from said s join asked a using (id);
insert into ticket_event (id, municipality_id, ticket_id, at, account_id, verb, detail, writing_id)
  select md5('e' || k || i)::uuid, town, id, at, agent, case i when 1 then 'opened' else 'wrote' end, '{}',
    case when i > 1 then md5('w' || k || i - 1)::uuid end from asked, generate_series(1, 3) i;
insert into conversation (id, centre_id, municipality_id, entrance_id, account_id, channel, started_at, ended_at, finished_at, anonymous, cancelled)
  select md5('c' || k)::uuid, 1, town, null, agent, channel, at, at + interval '5 minutes', at + interval '6 minutes', false, false from asked;
insert into contact (id, municipality_id, centre_id, ticket_id, conversation_id, topic_id, at, channel, outcome, account_id, talk_seconds, wrap_up_seconds, party_id, follow_key)
  select md5('k' || k)::uuid, town, 1, id, md5('c' || k)::uuid, topic, at, channel, case when escalated then 'escalated' else 'answered' end, agent,
    200 + k % 200, 40 + k % 60, party, sha256(party::text::bytea) from asked;
insert into internal_task (id, municipality_id, ticket_id, department_id, assignee_id, state, channel, asked_at, asked_by_id, due_at, route_reason,
    picked_up_at, first_reached_at, attempts, done_at, result, version)
  select md5('i' || k)::uuid, town, id, town * 10 + topic % 8, null, case when open then 'open' else 'done' end, 'phone', at, agent, at + interval '2 days', 'route',
    case when open then null else at + interval '1 hour' end, case when open then null else at + interval '2 hours' end, 0,
    case when open then null else at + interval '1 day' end, case when open then null else 'told' end, 1 from asked where escalated;
insert into task_request (municipality_id, task_id, name, number, email, preferred_moment, answers)
  select town, md5('i' || k)::uuid, 'Inwoner ' || k, '06' || lpad(k::text, 8, '0'), '', '', '{}' from asked where escalated;
insert into work_item (id, municipality_id, kind, channel, subject_id, ticket_id, topic_group, language, state, priority_class, since, due_at, boost_seconds, in_profile, cost, interruptions)
  select md5('q' || k)::uuid, town, 'returned_task', 'phone', md5('i' || k)::uuid, id, '', 'nl', 'waiting', 4, at, at + interval '2 days', 0, true, 100, 0 from asked where escalated and open limit 200;

-- a call in the queue for each contact of 400 days, and a busy day: 4,000 calls today, 40 of them waiting now
insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since, claimed_at, done_at, outcome, boost_seconds, in_profile, cost, interruptions)
  select md5('h' || k)::uuid, town, 'call', 'phone', id, '', 'nl', 'done', 2, at, at + make_interval(secs => k % 60), at + interval '6 minutes', 'done', 0, true, 100, 0
  from asked where at < date_trunc('day', now());
insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since, claimed_at, done_at, outcome, boost_seconds, in_profile, cost, interruptions)
  select md5('b' || k)::uuid, k % 10 + 1, 'call', 'phone', md5('b' || k)::uuid, '', 'nl', case when k < 40 then 'waiting' when k % 20 = 0 then 'withdrawn' else 'done' end, 2,
    now() - make_interval(secs => k), case when k >= 40 and k % 20 > 0 then now() - make_interval(secs => k - k % 40) end, case when k >= 40 then now() end,
    case when k >= 40 then case when k % 20 = 0 then 'abandoned' else 'done' end end, 0, true, 100, 0
  from generate_series(0, 3999) k;

insert into article (id, centre_id, key, kind, title, body, desk_memo, keywords, variables, status, version, changed_at, terms)
  select md5('x' || k)::uuid, 1, 'artikel-' || k, 'article', initcap(a.w) || ' en ' || b.w || ' ' || k, repeat(a.w || ' ' || b.w || ' ' || c.w || '. ', 60), '',
    a.w || ' ' || c.w, '{}', 'published', 1, now(),
    setweight(to_tsvector('simple', a.w || ' ' || b.w || case when k % 25 = 0 then ' paspoort' else '' end || ' nummer' || k), 'A')
    || setweight(to_tsvector('simple', a.w || ' ' || b.w || ' ' || c.w), 'C')
  from generate_series(1, 10000) k join word a on a.n = k % 50 + 1 join word b on b.n = k / 60 % 50 + 1 join word c on c.n = k / 7 % 50 + 1;
insert into article_topic (centre_id, article_id, topic_id) select 1, md5('x' || k)::uuid, k % 60 + 1 from generate_series(1, 10000) k;
insert into article_overlay (municipality_id, article_id, centre_id, text, deviation, desk_memo, variables, hidden, version, terms)
  select t, md5('x' || k)::uuid, 1, 'Bij ons ' || k, '', '', '{}', false, 1, to_tsvector('simple', 'bij ons ' || k)
  from generate_series(1, 10000) k, generate_series(1, 10) t where k % 10 = t - 1;
set session_replication_role = origin;
vacuum analyze;
