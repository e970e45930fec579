-- When back-ups were made: written by the administrator's command, read for the page that watches over the installation.
create table guard.backup_run (at timestamptz primary key, size bigint not null);

-- the last back-up, or no row; holds nothing of any municipality
create function public.kcc_last_backup() returns table (at timestamptz, size bigint) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as
  $$ select b.at, b.size from guard.backup_run b order by b.at desc limit 1 $$;
