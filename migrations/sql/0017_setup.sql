-- A town in preparation has not joined yet: nobody needs a role there to act for the whole centre.
create or replace function public.kcc_covers_centre(asked integer) returns boolean language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select exists (select 1 from public.municipality where centre_id = asked)
    and not exists (select 1 from public.municipality m where m.centre_id = asked and m.left_on is null and m.joined_on <= current_date
      and not m.id = any(guard.derive('setup', false)))
$$;

-- Whether another town of the centre has this already: its short code, its CBS code, or an entrance with this address. It
-- says yes or no and never whose it is; asked by those who set up a town of this centre only.
create function public.kcc_setup_taken(centre integer, except_town integer, what text, value text) returns boolean
language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  if not centre = any(public.kcc_centres()) then
    return null;
  end if;
  if what in ('short_code', 'cbs_code') then
    return exists (select 1 from public.municipality m where m.centre_id = centre and m.id is distinct from except_town
      and case what when 'short_code' then upper(m.short_code) = upper(value) else m.left_on is null and m.cbs_code = value end);
  end if;
  return exists (select 1 from public.entrance e join public.municipality m on m.id = e.municipality_id
    where m.centre_id = centre and m.id is distinct from except_town and m.left_on is null and e.active and e.kind = what and lower(e.address) = lower(value));
end $$;

-- A new town, in preparation, of a centre where this account sets up at least one town; the maker becomes its administrator.
-- Null for everybody else: a lease or a command makes no towns here.
create function public.kcc_add_municipality(centre integer, name_given text, short_code_given text, cbs_code_given text, greeting_given text, membership_given uuid) returns integer
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  made integer;
begin
  if d.kind <> 'session' or current_setting('kcc.permission', true) is distinct from 'setup:manage'
    or not exists (select 1 from public.municipality m where m.centre_id = centre and m.id = any(guard.derive('setup', true))) then
    return null;
  end if;
  insert into public.municipality (centre_id, name, short_code, cbs_code, greeting, accent, zone, good_friday, liberation_day)
    values (centre, name_given, short_code_given, cbs_code_given, greeting_given, 1, 'Europe/Amsterdam', false, 'lustrum') returning id into made;
  insert into public.membership (id, municipality_id, account_id, role, valid_from) values (membership_given, made, d.account_id, 'administrator', now());
  return made;
end $$;
