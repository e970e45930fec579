-- Maintenance: one switch for the whole installation, set at the command line; while it is on nothing is written by people.
create table guard.maintenance (only_one boolean primary key default true check (only_one), message text not null, since timestamptz not null default now());

-- the message that people see while maintenance is on, or null
create function public.kcc_maintenance() returns text language sql stable security definer set search_path = guard, pg_catalog, pg_temp as
  $$ select message from guard.maintenance $$;
-- granted to kcc_platform only: a message switches it on, null switches it off
create function public.kcc_set_maintenance(message_given text) returns void language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  delete from guard.maintenance;
  if message_given is not null then
    insert into guard.maintenance (message) values (message_given);
  end if;
end $$;
