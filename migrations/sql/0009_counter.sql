-- The screen in the hall: numbers that were called and how many wait. Public, because everybody in the hall sees it.
create function public.kcc_public_screen(entrance_asked integer) returns jsonb language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select jsonb_build_object('town', m.name, 'accent', m.accent, 'short_code', m.short_code, 'label', e.label,
    'called', coalesce((select jsonb_agg(c) from (
      select q.letter || '-' || lpad(q.number::text, 3, '0') as label, q.desk, q.called_at as at from public.queue_number q
      where q.municipality_id = e.municipality_id and q.entrance_id = e.id and q.on_day = (now() at time zone m.zone)::date and q.state = 'called'
      order by q.called_at desc limit 6) c), '[]'),
    'waiting', (select count(*) from public.queue_number q
      where q.municipality_id = e.municipality_id and q.entrance_id = e.id and q.on_day = (now() at time zone m.zone)::date and q.state = 'waiting'))
  from public.entrance e join public.municipality m on m.id = e.municipality_id
  where e.id = entrance_asked and e.kind = 'counter' and e.active and m.left_on is null
$$;
