-- As it was before successions.
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
create or replace function public.kcc_departments() returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
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
create or replace function guard.form_entrance(entrance_asked integer, slug text) returns public.entrance language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e from public.entrance e join public.municipality m on m.id = e.municipality_id
  where e.id = entrance_asked and e.address = slug and e.kind = 'form' and e.active and m.left_on is null
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
  where e.id = entrance_asked and e.kind = 'counter' and e.active and m.left_on is null
$$;
create or replace function public.kcc_mail_accounts() returns table (municipality_id integer, entrance_id integer, address text, imap_sealed bytea, folder text, done_folder text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select b.municipality_id, b.entrance_id, e.address::text, b.imap_sealed, b.imap_folder::text, b.imap_done_folder::text
  from public.mailbox b join public.entrance e on e.municipality_id = b.municipality_id and e.id = b.entrance_id
  join public.municipality m on m.id = b.municipality_id
  where b.imap_sealed is not null and e.active and e.kind = 'mailbox' and m.left_on is null order by b.entrance_id
$$;
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
do $$
declare
  f regprocedure;
begin
  for f in select p.oid from pg_proc p where p.pronamespace in ('guard'::regnamespace, 'public'::regnamespace) and p.proname = any(array['with_predecessors', 'kcc_closed', 'kcc_heirs', 'heir_entrance', 'succession_digest', 'succession_signers', 'kcc_sign_succession', 'kcc_succession_signatures', 'succession_of_lease', 'open_tickets', 'together_with', 'municipal_tables', 'references_between', 'hanging_on', 'rows_hanging', 'move_rows', 'add_counts', 'count_town', 'left_behind', 'kcc_compare_towns', 'alike', 'chosen', 'kcc_start_succession', 'carry_departments', 'carry_routes', 'carry_knowledge', 'both_texts', 'kcc_next_parties', 'kcc_carry_parties', 'kcc_move_on', 'move_loose', 'renamed_body', 'kcc_succession_state', 'kcc_succession_trace', 'kcc_succession_parties', 'kcc_succession_of_town']) loop
    execute format('drop function %s', f);
  end loop;
end $$;
drop table guard.succession_map, guard.succession_run, guard.succession_signature;
