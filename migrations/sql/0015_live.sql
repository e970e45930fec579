-- Who may hear what, for many open streams in one question: the live process asks for two thousand desks at once.
-- A secret that opens no door, a session without its second factor, one that is over and a closed account give no row.
-- Each right: the towns seen whole, the departments where somebody sees only those, and all towns, for what every role sees.
create function public.kcc_listeners(secrets text[], asked text[]) returns table (place integer, account_id uuid, rights text)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  with door as (
    select s.place::integer as place, d.account_id
    from unnest(secrets) with ordinality s(secret, place)
    join guard.door d on d.secret_hash = sha256(convert_to(s.secret, 'UTF8'))
    join public.account a on a.id = d.account_id and a.active
    where d.kind = 'session' and d.second_factor and d.expires_at > now() and (d.idle is null or d.seen_at + d.idle > now())
  ), held as (
    select distinct m.account_id, r.permission, r.by_department, m.municipality_id
    from public.membership m join guard.role_permission r on r.role = m.role
    where m.account_id in (select d.account_id from door d) and r.permission = any(asked)
      and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())
  ), heard as (
    select h.account_id, h.permission,
      coalesce(json_agg(distinct h.municipality_id) filter (where not h.by_department), '[]') as whole,
      coalesce(json_agg(distinct w.department_id) filter (where w.department_id is not null), '[]') as departments,
      json_agg(distinct h.municipality_id) as towns
    from held h left join public.department_member w
      on h.by_department and w.account_id = h.account_id and w.municipality_id = h.municipality_id
    group by h.account_id, h.permission
  )
  select d.place, d.account_id, g.rights
  from door d join (
    select h.account_id, json_object_agg(h.permission, json_build_array(h.whole, h.departments, h.towns) order by h.permission)::text as rights
    from heard h group by h.account_id
  ) g on g.account_id = d.account_id
$$;
