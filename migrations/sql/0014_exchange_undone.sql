-- The two functions as they were before doors of machines had permissions.
create or replace function guard.derive(asked text, whole_only boolean) returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
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

create or replace function public.kcc_centres() returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  if d.kind = 'command' and d.municipality_ids is null then
    return array[d.centre_id];
  end if;
  return coalesce((select array_agg(distinct centre_id) from public.municipality where id = any(guard.derive('setup', false))), array[]::integer[])
    || case when d.centre_id is null then array[]::integer[] else array[d.centre_id] end;
end $$;

drop function public.kcc_exchange();
drop function public.kcc_open_exchange(text, bigint, text, text, bytea, bytea, bytea);
drop function public.kcc_exchange_begin(text, bytea);
drop function public.kcc_exchange_end(text, integer, text);
drop function public.kcc_add_exchange(text, text, bytea, text);
drop function public.kcc_revoke_exchange(text);
drop function public.kcc_exchanges();
drop function guard.hmac_sha256(bytea, bytea);
drop table guard.exchange_answer;
drop table guard.exchange_nonce;
drop table guard.exchange;
delete from guard.door where kind = 'exchange';
alter table guard.door drop constraint door_exchange_is_limited;
alter table guard.door drop column exchange_id;
alter table guard.door drop column permissions;
alter table guard.door drop constraint door_kind_check;
alter table guard.door add constraint door_kind_check check (kind in ('session', 'lease', 'command'));
