-- The logo of a town on its pages for strangers. A logo is public by its nature, and is known by what is in it (SHA-256):
-- only one that a town wears now is given, so that an earlier one cannot be asked for.
create function public.kcc_logo_of_entrance(entrance_asked integer) returns text language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select m.logo::text from public.entrance e join public.municipality m on m.id = e.municipality_id
  where e.id = guard.heir_entrance(entrance_asked) and e.kind in ('form', 'counter') and e.active and m.left_on is null
$$;
create function public.kcc_logo_of_status(secret text) returns text language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select m.logo::text from guard.citizen_form(secret) f join public.municipality m on m.id = f.municipality_id
$$;
create function public.kcc_public_logo(mark text) returns bytea language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select l.picture from public.town_logo l join public.municipality m on m.id = l.municipality_id and m.logo = l.sha256
  where l.sha256 = mark order by m.id limit 1
$$;
