-- People: accounts by hand, invitations, four eyes for administrators, leaving. Every function asks for people:manage in
-- the town itself, so that a wrong stamp on a page changes nothing here. A command covers its whole centre.

create table guard.invitation (
  token_hash bytea primary key,
  invitation_id uuid not null unique,
  account_id uuid not null,
  expires_at timestamptz not null
);

-- towns in which this door may manage people
create function guard.managed() returns integer[] language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
begin
  if d.kind = 'command' then return coalesce(d.municipality_ids, '{}'); end if;
  if d.kind <> 'session' or current_setting('kcc.permission', true) <> 'people:manage' then return '{}'; end if;
  return guard.derive('setup', false);
end $$;

-- an account works for one centre: two centres in one installation share nobody
create function guard.one_centre() returns trigger language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  if exists (
    select 1 from public.membership m join public.municipality t on t.id = m.municipality_id
    where m.account_id = new.account_id and t.centre_id <> (select centre_id from public.municipality where id = new.municipality_id)
  ) then
    raise exception 'an account works for one centre' using errcode = 'KC010';
  end if;
  return new;
end $$;

-- an account for an address, made or found in the same centre; no account when the address is in use elsewhere
create function public.kcc_add_account(account uuid, email_given text, name_given text, town integer) returns table (account_id uuid, is_new boolean)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  known public.account;
begin
  if not town = any(guard.managed()) then return; end if;
  insert into public.account (id, email, name, locale, shortcuts_on, active, created_at)
    values (account, lower(email_given), name_given, 'nl', true, true, now()) on conflict (email) do nothing;
  if found then return query select account, true; return; end if;
  select * into known from public.account a where a.email = lower(email_given);
  if exists (
    select 1 from public.membership m join public.municipality t on t.id = m.municipality_id
    where m.account_id = known.id and t.centre_id <> (select centre_id from public.municipality where id = town)
  ) then
    return query select null::uuid, false; return;
  end if;
  update public.account set active = true where id = known.id and not active;
  return query select known.id, false;
end $$;

-- who else administers a town at this moment
create function guard.other_administrators(town integer, but uuid[]) returns bigint language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select count(distinct m.account_id) from public.membership m join public.account a on a.id = m.account_id and a.active
  where m.municipality_id = town and m.role = 'administrator' and not m.account_id = any(but)
    and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())
$$;

-- end a role at a moment; 'last' when a town would be left without an administrator
create function public.kcc_end_membership(membership_asked uuid, at timestamptz) returns text language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  m public.membership;
begin
  select * into m from public.membership where id = membership_asked and municipality_id = any(guard.managed()) and (valid_to is null or valid_to > now());
  if m.id is null then return null; end if;
  perform pg_advisory_xact_lock(hashtextextended('administrators', m.municipality_id));
  if m.role = 'administrator' and guard.other_administrators(m.municipality_id, array[m.account_id]) = 0 then return 'last'; end if;
  update public.membership set valid_to = greatest(at, now()), valid_from = least(valid_from, greatest(at, now())) where id = m.id;
  return 'ended';
end $$;

-- somebody leaves: every role in the towns this door manages ends now, every session ends, and nothing opens the account
-- when no role is left anywhere. The towns; null when one of them would be left without an administrator.
create function public.kcc_leave(who uuid) returns integer[] language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  towns integer[];
  town integer;
begin
  if who = (guard.current_door()).account_id then return '{}'; end if;
  select array_agg(distinct m.municipality_id order by m.municipality_id) into towns from public.membership m
    where m.account_id = who and m.municipality_id = any(guard.managed()) and (m.valid_to is null or m.valid_to > now());
  if towns is null then return '{}'; end if;
  foreach town in array towns loop
    perform pg_advisory_xact_lock(hashtextextended('administrators', town));
    if guard.other_administrators(town, array[who]) = 0 and exists (
      select 1 from public.membership m where m.account_id = who and m.municipality_id = town and m.role = 'administrator'
        and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())
    ) then
      return null;
    end if;
  end loop;
  update public.membership set valid_to = now(), valid_from = least(valid_from, now())
    where account_id = who and municipality_id = any(towns) and (valid_to is null or valid_to > now());
  update public.rights_proposal set decided_at = now(), decision = 'withdrawn', decided_by_id = (guard.current_door()).account_id
    where account_id = who and municipality_id = any(towns) and decided_at is null;
  delete from guard.door d where d.account_id = who;
  delete from guard.invitation i where i.account_id = who;
  update public.invitation set ended_at = now(), outcome = 'withdrawn' where account_id = who and ended_at is null;
  if not exists (select 1 from public.membership m where m.account_id = who and (m.valid_to is null or m.valid_to > now())) then
    update public.account set active = false where id = who;
    delete from guard.credential c where c.account_id = who;
    delete from guard.recovery_code c where c.account_id = who;
  end if;
  return towns;
end $$;

-- whether an account has a password, of accounts in sight of who manages people
create function public.kcc_has_password(accounts uuid[]) returns table (account_id uuid, second_factor boolean) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select c.account_id, c.totp_confirmed from guard.credential c where c.account_id = any(accounts)
    and exists (select 1 from public.membership m where m.account_id = c.account_id and m.municipality_id = any(guard.managed()))
$$;

-- how much open work somebody has, by town and kind, before it is handed over: numbers only
create function public.kcc_open_work(account uuid) returns table (municipality_id integer, kind text, n bigint) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select w.municipality_id, 'item', count(*) from public.work_item w
    where w.municipality_id = any(guard.managed()) and w.done_at is null and (w.account_id = account or w.offered_to = account) group by 1
  union all
  select k.municipality_id, case when exists (
      select 1 from public.department_member d
      join public.department_member e on e.municipality_id = d.municipality_id and e.department_id = d.department_id and e.account_id = d.deputy_id
      where d.municipality_id = k.municipality_id and d.department_id = k.department_id and d.account_id = account
    ) then 'task_deputy' else 'task' end, count(*)
    from public.internal_task k where k.municipality_id = any(guard.managed()) and k.done_at is null and k.assignee_id = account group by 1, 2
  union all
  select c.municipality_id, 'conversation', count(*) from public.conversation c
    where c.municipality_id = any(guard.managed()) and c.finished_at is null and c.account_id = account group by 1
$$;

-- conversations that nobody can finish, because who had them does not work there any more: for supervisors
create function public.kcc_left_conversations() returns table (conversation_id uuid, municipality_id integer, account_id uuid, name text, channel text, started_at timestamptz, has_draft boolean)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select c.id, c.municipality_id, c.account_id, a.name::text, c.channel::text, c.started_at, exists (select 1 from public.draft d where d.conversation_id = c.id)
  from public.conversation c join public.account a on a.id = c.account_id
  where c.finished_at is null and c.municipality_id = any(guard.derive('staff', true))
    and not exists (
      select 1 from public.membership m join guard.role_permission r on r.role = m.role and r.permission = 'desk:use'
      where m.account_id = c.account_id and m.municipality_id = c.municipality_id and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now()))
  order by c.started_at
$$;
-- give such a conversation, with what was typed in it, to an agent of the town
create function public.kcc_hand_conversation(asked uuid, to_account uuid) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  town integer;
begin
  if current_setting('kcc.permission', true) <> 'routing:supervise' then return false; end if;
  select l.municipality_id into town from public.kcc_left_conversations() l where l.conversation_id = asked;
  if town is null or not exists (
    select 1 from public.membership m join public.account a on a.id = m.account_id and a.active
    join guard.role_permission r on r.role = m.role and r.permission = 'desk:use'
    where m.account_id = to_account and m.municipality_id = town and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())
  ) then
    return false;
  end if;
  update public.conversation set account_id = to_account where id = asked;
  update public.draft set account_id = to_account where conversation_id = asked;
  return true;
end $$;

-- invitations ------------------------------------------------------------------------------------------------------------
-- the job that mails a link (or a command that prints one) names the hash of its secret; an earlier link ends
create function public.kcc_mint_invitation(invitation uuid, token_hash_given bytea, hours integer) returns table (email text, name text, locale text, centre_name text)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  i public.invitation;
begin
  if d.kind not in ('lease', 'command') then return; end if;
  select * into i from public.invitation v where v.id = invitation and v.ended_at is null and v.municipality_id = any(d.municipality_ids);
  if i.id is null then return; end if;
  delete from guard.invitation g where g.account_id = i.account_id;
  insert into guard.invitation values (token_hash_given, i.id, i.account_id, now() + make_interval(hours => hours));
  update public.invitation v set sent_at = now(), expires_at = now() + make_interval(hours => hours) where v.id = i.id;
  return query select a.email::text, a.name::text, a.locale::text, c.name::text from public.account a, public.municipality t join public.centre c on c.id = t.centre_id
    where a.id = i.account_id and a.active and t.id = i.municipality_id;
end $$;
create function public.kcc_open_invitation(token_hash_given bytea) returns table (email text, name text, locale text, centre_name text, expires_at timestamptz)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select a.email::text, a.name::text, a.locale::text, c.name::text, g.expires_at from guard.invitation g
  join public.account a on a.id = g.account_id and a.active
  join public.invitation i on i.id = g.invitation_id and i.ended_at is null
  join public.municipality t on t.id = i.municipality_id join public.centre c on c.id = t.centre_id
  where g.token_hash = token_hash_given and g.expires_at > now()
$$;
-- once: password, confirmed code and recovery codes in place of what was, other sessions over, and a session open
create function public.kcc_accept_invitation(token_hash_given bytea, new_salt bytea, new_verifier bytea, totp bytea, step bigint, codes bytea[], new_secret_hash bytea, label_given text, idle_minutes integer, hours integer)
returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  g guard.invitation;
begin
  delete from guard.invitation i using public.account a where i.token_hash = token_hash_given and i.expires_at > now() and a.id = i.account_id and a.active
    returning i.* into g;
  if g.account_id is null then return false; end if;
  insert into guard.credential (account_id, salt, verifier, totp_secret, totp_confirmed, totp_last_step)
    values (g.account_id, new_salt, new_verifier, totp, true, step)
    on conflict (account_id) do update set salt = excluded.salt, verifier = excluded.verifier, totp_secret = excluded.totp_secret,
      totp_confirmed = true, totp_last_step = excluded.totp_last_step, changed_at = now();
  delete from guard.recovery_code c where c.account_id = g.account_id;
  insert into guard.recovery_code (account_id, code_hash) select g.account_id, unnest(codes);
  delete from guard.door d where d.account_id = g.account_id;
  insert into guard.door (secret_hash, kind, account_id, label, second_factor, expires_at, idle, lasts)
    values (new_secret_hash, 'session', g.account_id, label_given, true, now() + make_interval(hours => hours), make_interval(mins => idle_minutes), make_interval(hours => hours));
  update public.invitation set ended_at = now(), outcome = 'accepted' where id = g.invitation_id;
  return true;
end $$;
create function public.kcc_withdraw_invitation(invitation uuid) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  update public.invitation i set ended_at = now(), outcome = 'withdrawn' where i.id = invitation and i.ended_at is null and i.municipality_id = any(guard.managed());
  if not found then return false; end if;
  delete from guard.invitation g where g.invitation_id = invitation;
  return true;
end $$;

-- four eyes ----------------------------------------------------------------------------------------------------------------
-- who may decide: an administrator of the town who neither proposed it nor gains by it; where there is no such person,
-- one of another town of the centre
create function guard.may_decide(p public.rights_proposal) returns boolean language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  me uuid := (guard.current_door()).account_id;
  towns integer[] := guard.managed();
begin
  if me is null or me in (p.account_id, p.proposed_by_id) then return false; end if;
  if p.municipality_id = any(towns) then return true; end if;
  return guard.other_administrators(p.municipality_id, array[p.account_id, p.proposed_by_id]) = 0 and exists (
    select 1 from public.municipality t join public.municipality o on o.centre_id = t.centre_id where t.id = p.municipality_id and o.id = any(towns));
end $$;
create function public.kcc_open_proposals() returns table (proposal_id uuid, municipality_id integer, town text, account_id uuid, name text, email text, proposed_by text, proposed_at timestamptz, valid_from timestamptz, valid_to timestamptz, may_decide boolean, is_mine boolean)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select p.id, p.municipality_id, t.name::text, p.account_id, a.name::text, a.email::text, b.name::text, p.proposed_at, p.valid_from, p.valid_to, guard.may_decide(p), p.proposed_by_id = (guard.current_door()).account_id
  from public.rights_proposal p join public.municipality t on t.id = p.municipality_id join public.account a on a.id = p.account_id join public.account b on b.id = p.proposed_by_id
  where p.decided_at is null and (p.municipality_id = any(guard.managed()) or guard.may_decide(p)) order by p.proposed_at, p.id
$$;
create function public.kcc_decide_proposal(proposal uuid, confirm boolean) returns text language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  p public.rights_proposal;
  me uuid := (guard.current_door()).account_id;
  said text;
begin
  select * into p from public.rights_proposal where id = proposal and decided_at is null for update;
  if p.id is null then return null; end if;
  if guard.may_decide(p) then
    said := case when confirm then 'confirmed' else 'refused' end;
  elsif not confirm and p.proposed_by_id = me and p.municipality_id = any(guard.managed()) then
    said := 'withdrawn';
  else
    return null;
  end if;
  update public.rights_proposal set decided_at = now(), decided_by_id = me, decision = said where id = p.id;
  if said = 'confirmed' then
    insert into public.membership (id, municipality_id, account_id, role, valid_from, valid_to)
      select gen_random_uuid(), p.municipality_id, p.account_id, 'administrator', greatest(p.valid_from, now()), p.valid_to
      from public.account a where a.id = p.account_id and a.active;
  end if;
  return said;
end $$;
