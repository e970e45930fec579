-- An account gets another e-mail address: asked by its person with password and code, or by an administrator and confirmed by
-- a second one; valid only when somebody who reads the new mailbox says so. All of it stands here, out of the application's reach.

create table guard.email_change (
  change_id uuid primary key,
  account_id uuid not null,
  municipality_id integer not null,   -- whose jobs send the mails
  old_email text not null,
  new_email text not null,
  asked_by uuid not null,
  asked_at timestamptz not null default clock_timestamp(),
  approved_by uuid,
  token_hash bytea unique,
  expires_at timestamptz,
  ended_at timestamptz,
  outcome text not null default '' check (outcome in ('', 'confirmed', 'refused', 'withdrawn')),
  constraint four_eyes check (approved_by is null or approved_by not in (asked_by, account_id))
);
create unique index on guard.email_change (account_id) where ended_at is null;

-- towns for which somebody works, or will
create function guard.works_in(account uuid) returns integer[] language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select coalesce(array_agg(distinct m.municipality_id order by m.municipality_id), '{}') from public.membership m
  where m.account_id = account and (m.valid_to is null or m.valid_to > now())
$$;
create function guard.mail_about(c guard.email_change, job_name text) returns void language sql security definer set search_path = guard, pg_catalog, pg_temp as $$
  insert into public.job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)
  values (gen_random_uuid(), c.municipality_id, job_name, job_name || ':' || gen_random_uuid(), jsonb_build_object('change', c.change_id), 'waiting', now(), 0, 0, now())
$$;
-- The new one takes the place of one that was still open. Whether the address is in use is not looked at: no answer may tell.
create function guard.begin_email_change(change uuid, account uuid, email_given text, by_whom uuid) returns guard.email_change language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  made guard.email_change;
begin
  delete from guard.email_change e where e.ended_at < now() - interval '30 days' or e.asked_at < now() - interval '90 days';
  update guard.email_change e set ended_at = now(), outcome = 'withdrawn', token_hash = null where e.account_id = account and e.ended_at is null;
  insert into guard.email_change (change_id, account_id, municipality_id, old_email, new_email, asked_by)
    select change, a.id, (guard.works_in(a.id))[1], a.email, lower(email_given), by_whom from public.account a where a.id = account and a.active
    returning * into made;
  return made;
end $$;

-- one's own, on proof of the password and, where codes are on, of a step that was not used yet or a recovery code
create function public.kcc_own_code() returns bytea language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select c.totp_secret from guard.credential c where c.account_id = (guard.current_door()).account_id and (guard.current_door()).kind = 'session' and c.totp_confirmed
$$;
create function public.kcc_ask_own_email(change uuid, email_given text, proof bytea, step bigint, recovery bytea) returns text language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  d guard.door := guard.current_door();
  c guard.credential;
  made guard.email_change;
begin
  if d.kind <> 'session' then return null; end if;
  select * into c from guard.credential k where k.account_id = d.account_id and k.verifier = sha256(proof);
  if c.account_id is null then return 'password'; end if;
  if c.totp_confirmed then
    update guard.credential k set totp_last_step = step where k.account_id = d.account_id and k.totp_last_step < step;
    if not found then
      update guard.recovery_code r set used_at = now() where r.account_id = d.account_id and r.code_hash = recovery and r.used_at is null;
      if not found then return 'code'; end if;
    end if;
  end if;
  if guard.works_in(d.account_id) = '{}' then return null; end if;
  made := guard.begin_email_change(change, d.account_id, email_given, d.account_id);
  perform guard.mail_about(made, 'people.new_address');
  perform guard.mail_about(made, 'people.address_notice');
  return 'asked';
end $$;
create function public.kcc_own_email_change() returns table (change_id uuid, new_email text, asked_at timestamptz, expires_at timestamptz, own boolean) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e.change_id, e.new_email, e.asked_at, e.expires_at, e.asked_by = e.account_id from guard.email_change e
  where e.account_id = (guard.current_door()).account_id and (guard.current_door()).kind = 'session' and e.ended_at is null
$$;

-- for somebody else: every town where they work has to be the asker's to manage, as the address opens the account in all of them
create function public.kcc_ask_email(change uuid, account uuid, email_given text) returns boolean language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  me uuid := (guard.current_door()).account_id;
  made guard.email_change;
begin
  if me is null or me = account or guard.works_in(account) = '{}' or not guard.works_in(account) <@ guard.managed() then return false; end if;
  made := guard.begin_email_change(change, account, email_given, me);
  return made.change_id is not null;
end $$;
-- who may decide: somebody who manages a town where they work, and neither asked nor is it; where nobody like that is left, an
-- administrator of another town of the centre
create function guard.may_decide_email(e guard.email_change) returns boolean language plpgsql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  me uuid := (guard.current_door()).account_id;
  towns integer[] := guard.managed();
  theirs integer[] := guard.works_in(e.account_id);
begin
  if me is null or me in (e.account_id, e.asked_by) or e.asked_by = e.account_id or e.approved_by is not null or e.ended_at is not null then return false; end if;
  if theirs && towns then return true; end if;
  return not exists (select 1 from unnest(theirs) t where guard.other_administrators(t, array[e.account_id, e.asked_by]) > 0) and exists (
    select 1 from public.municipality t join public.municipality o on o.centre_id = t.centre_id where t.id = any(theirs) and o.id = any(towns));
end $$;
create function public.kcc_open_email_changes() returns table (change_id uuid, account_id uuid, municipality_id integer, name text, old_email text, new_email text, asked_by text, asked_at timestamptz, expires_at timestamptz, approved boolean, may_decide boolean, may_withdraw boolean)
language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e.change_id, e.account_id, e.municipality_id, a.name::text, e.old_email, e.new_email, b.name::text, e.asked_at, e.expires_at,
    e.approved_by is not null or e.asked_by = e.account_id, guard.may_decide_email(e), guard.works_in(e.account_id) && guard.managed()
  from guard.email_change e join public.account a on a.id = e.account_id join public.account b on b.id = e.asked_by
  where e.ended_at is null and (guard.works_in(e.account_id) && guard.managed() or guard.may_decide_email(e)) order by e.asked_at, e.change_id
$$;
create function public.kcc_decide_email(change uuid, confirm boolean) returns text language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  e guard.email_change;
begin
  select * into e from guard.email_change x where x.change_id = change and x.ended_at is null for update;
  if e.change_id is null or not guard.may_decide_email(e) then return null; end if;
  if not confirm then
    update guard.email_change x set ended_at = now(), outcome = 'refused', token_hash = null where x.change_id = change;
    return 'refused';
  end if;
  update guard.email_change x set approved_by = (guard.current_door()).account_id where x.change_id = change returning * into e;
  perform guard.mail_about(e, 'people.new_address');
  perform guard.mail_about(e, 'people.address_notice');
  return 'confirmed';
end $$;
-- the person, or who manages people where they work
create function public.kcc_withdraw_email(change uuid) returns uuid language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  who uuid;
begin
  update guard.email_change e set ended_at = now(), outcome = 'withdrawn', token_hash = null where e.change_id = change and e.ended_at is null
    and (e.account_id = (guard.current_door()).account_id or guard.works_in(e.account_id) && guard.managed()) returning e.account_id into who;
  return who;
end $$;

-- mails: by the job of a town --------------------------------------------------------------------------------------------
create function guard.change_of_lease(change uuid) returns guard.email_change language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e from guard.email_change e where e.change_id = change and (guard.current_door()).kind = 'lease' and e.municipality_id = any((guard.current_door()).municipality_ids)
$$;
-- Whoever asks sees the same whether the address is free or not; a link goes only where nobody has an account with it.
create function public.kcc_mint_email(change uuid, token_hash_given bytea, hours integer) returns table (email text, name text, locale text, centre_name text)
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  e guard.email_change := guard.change_of_lease(change);
  taken boolean := exists (select 1 from public.account a where a.email = e.new_email);
begin
  if e.change_id is null or e.ended_at is not null or (e.asked_by <> e.account_id and e.approved_by is null) then return; end if;
  update guard.email_change x set token_hash = case when not taken then token_hash_given end, expires_at = now() + make_interval(hours => hours) where x.change_id = change;
  return query select e.new_email, a.name::text, a.locale::text, c.name::text from public.account a, public.municipality t join public.centre c on c.id = t.centre_id
    where a.id = e.account_id and a.active and t.id = e.municipality_id and not taken;
end $$;
create function public.kcc_email_notice(change uuid) returns table (email text, name text, locale text, centre_name text, confirmed boolean) language sql stable security definer set search_path = guard, pg_catalog, pg_temp as $$
  select e.old_email, a.name::text, a.locale::text, c.name::text, e.outcome = 'confirmed'
  from guard.change_of_lease(change) e join public.account a on a.id = e.account_id and a.active
  join public.municipality t on t.id = e.municipality_id join public.centre c on c.id = t.centre_id
  where e.outcome in ('', 'confirmed')
$$;
-- Once. What could still open the account by the old mailbox ends with it: sessions (but the one that confirms) and invitations.
create function public.kcc_confirm_email(token_hash_given bytea, kept_secret text) returns text language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
declare
  e guard.email_change;
begin
  select x.* into e from guard.email_change x join public.account a on a.id = x.account_id and a.active
    where x.token_hash = token_hash_given and x.expires_at > now() and x.ended_at is null and guard.works_in(x.account_id) <> '{}' for update of x;
  if e.change_id is null or exists (select 1 from public.account a where a.email = e.new_email) then return null; end if;
  begin
    update public.account a set email = e.new_email where a.id = e.account_id;
  exception when unique_violation then return null;
  end;
  update guard.email_change x set ended_at = now(), outcome = 'confirmed', token_hash = null where x.change_id = e.change_id;
  delete from guard.door d where d.account_id = e.account_id and d.secret_hash <> sha256(convert_to(kept_secret, 'UTF8'));
  delete from guard.invitation i where i.account_id = e.account_id;
  update public.invitation i set ended_at = now(), outcome = 'withdrawn' where i.account_id = e.account_id and i.ended_at is null;
  insert into public.audit_entry (id, at, municipality_id, account_id, actor_kind, verb, subject_type, subject_id, fields)
    values (gen_random_uuid(), now(), null, e.account_id, 'person', 'email_changed', 'account', e.account_id, array['email']);
  perform guard.mail_about(e, 'people.address_notice');
  return e.new_email;
end $$;
