"""The rules of the schema, read from the catalogue of a database: what docs/tenancy.md promises, and nothing else.

``faults`` needs a superuser's connection inside a transaction that the caller rolls back: to compare policies it
writes each expected one beside the real one, so that PostgreSQL itself spells both.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import psycopg

from kcc.core import guard, rls
from kcc.core.db import Base, CentreMixin, TenantMixin
from tests.house.code import KCC

Rows = list[tuple[Any, ...]]
UNSEEN = ("alembic_version",)
"""Tables of no model, which the application may not touch at all."""
SERVING = ("kcc_app", "kcc_platform")
READ_BY_GUARD = frozenset({*rls.GUARD_READS, *rls.LATER_READS})
CLOSED = ("closed_insert", "closed_update", "closed_delete")
"""Policies that keep everybody from writing in a town that went on as another."""
WRITTEN_BY_GUARD = guard.INSERTS | guard.LATER_INSERTS
DEFINERS = frozenset({
    "kcc_listeners",
    "hmac_sha256", "kcc_exchange", "kcc_open_exchange", "kcc_exchange_begin", "kcc_exchange_end",
    "kcc_add_exchange", "kcc_revoke_exchange", "kcc_exchanges",
    "current_door", "reveals", "derive",
    "kcc_visible", "kcc_whole", "kcc_departments", "kcc_centres", "kcc_account", "kcc_door_kind", "kcc_who",
    "kcc_begin_sign_in", "kcc_open_session", "kcc_second_factor", "kcc_confirm_second_factor", "kcc_use_recovery_code",
    "kcc_touch", "kcc_close_session", "kcc_sessions", "kcc_close_other_session", "kcc_own_factors",
    "kcc_change_password", "kcc_offer_totp", "kcc_confirm_totp", "kcc_drop_totp",
    "kcc_claim_job", "kcc_finish_job", "kcc_fail_job", "kcc_tick", "kcc_job_counts",
    "kcc_open_command", "kcc_make_centre", "kcc_make_municipality", "kcc_set_credential", "kcc_make_account",
    "kcc_last_backup", "kcc_maintenance", "kcc_set_maintenance", "kcc_centre_keys", "kcc_find_tickets",
    "kcc_find_articles", "kcc_covers_centre", "kcc_find_parties", "form_entrance", "kcc_public_form",
    "kcc_keep_form_file", "kcc_form_files", "kcc_receive_form", "enqueue_form", "kcc_open_status", "citizen_form",
    "kcc_close_status", "kcc_public_status", "kcc_receive_answer", "kcc_status_file", "kcc_public_screen", "kcc_kiosk", "kcc_kiosk_take", "kcc_kiosk_number", "kiosk_counter", "load_of",
    "works_for", "situation", "kcc_claim_next", "kcc_offer", "kcc_agent_counts", "kcc_last_seen",
    "with_predecessors", "kcc_closed", "kcc_heirs", "heir_entrance", "succession_digest", "succession_signers",
    "kcc_sign_succession", "kcc_succession_signatures", "succession_of_lease", "open_tickets", "together_with", "municipal_tables",
    "references_between", "hanging_on", "rows_hanging", "move_rows", "add_counts", "count_town", "left_behind", "kcc_compare_towns",
    "alike", "chosen", "kcc_start_succession", "carry_departments", "carry_routes", "carry_knowledge", "both_texts",
    "kcc_next_parties", "kcc_carry_parties", "kcc_move_on", "move_loose", "renamed_body", "kcc_succession_state",
    "kcc_succession_trace", "kcc_succession_parties", "kcc_succession_of_town",
    "checksum", "checksums_of_others", "kcc_start_departure", "kcc_export_tables", "kcc_export_rows", "kcc_export_done",
    "kcc_departure_sums", "emptying_order", "kcc_remove_next", "kcc_bury_departed", "kcc_departure_state",
    "works_in", "mail_about", "begin_email_change", "kcc_own_code", "kcc_ask_own_email", "kcc_own_email_change", "kcc_ask_email",
    "may_decide_email", "kcc_open_email_changes", "kcc_decide_email", "kcc_withdraw_email", "change_of_lease", "kcc_mint_email",
    "kcc_email_notice", "kcc_confirm_email",
    "family", "arriving", "kcc_departing_towns", "kcc_kept_question", "kcc_bring_question", "kcc_forget_old_keys",
    "kcc_logo_of_entrance", "kcc_logo_of_status", "kcc_public_logo",
    "kcc_setup_taken", "kcc_add_municipality",
    "managed", "one_centre", "kcc_add_account", "other_administrators", "kcc_end_membership", "kcc_leave", "kcc_has_password",
    "kcc_open_work", "kcc_left_conversations", "kcc_hand_conversation", "kcc_mint_invitation", "kcc_open_invitation",
    "kcc_accept_invitation", "kcc_withdraw_invitation", "may_decide", "kcc_open_proposals", "kcc_decide_proposal",
    "mail_entrance", "mail_centre", "kcc_mail_recipient", "kcc_receive_mail", "kcc_mail_accounts", "kcc_note_mailbox",
})  # fmt: skip
"""Every function that runs with the guard's rights. One more needs a reader who checks its own filter."""


def models() -> dict[str, type[Base]]:
    """Every model by the name of its table."""
    for path in KCC.glob("*/models*.py"):
        import_module(f"kcc.{path.parent.name}.{path.stem}")
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def faults(connection: psycopg.Connection[Any]) -> list[str]:
    """Every rule that this database breaks, in words."""
    return [
        *_tables(connection),
        *_policies(connection),
        *_roles(connection),
        *_rights(connection),
        *_references(connection),
        *_uniqueness(connection),
        *_functions(connection),
        *_views(connection),
    ]


def _rows(connection: psycopg.Connection[Any], query: str, *values: object) -> Rows:
    return connection.execute(query, values).fetchall()


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    found = []
    query = (
        "select relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname"
    )
    known = models()
    rows = [row for row in _rows(connection, query) if row[0] not in UNSEEN]
    for name, enabled, forced, owner in rows:
        if name not in known:
            found.append(f"{name}: no model says whose its rows are")
        if not enabled:
            found.append(f"{name}: row security is not enabled")
        if not forced:
            found.append(f"{name}: row security is not forced on its owner")
        if owner != "kcc_owner":
            found.append(f"{name}: owned by {owner}")
    found += [f"{name}: a model without a table" for name in sorted(set(known) - {row[0] for row in rows})]
    return found


def _policies(connection: psycopg.Connection[Any]) -> list[str]:
    found = []
    for name, model in sorted(models().items()):
        if connection.execute("select to_regclass(%s)", (f"public.{name}",)).fetchone() == (None,):
            continue
        real = _spelled(connection, name)
        expected = {"rows", *(["guard"] if name in READ_BY_GUARD else [])}
        expected |= {"guard_writes"} if name in WRITTEN_BY_GUARD else set()
        expected |= {"removal"} if model.__policy__ == "national" else set()
        if "municipality_id" in model.__table__.columns:
            expected |= {"succession"} if name in rls.LOOKS else {"succession", *CLOSED}
        expected |= {"succession"} if name in rls.ALSO_MOVED else set()
        found += [f"{name}: policy {extra} is on no list" for extra in sorted(set(real) - expected)]
        found += [f"{name}: policy {missing} is missing" for missing in sorted(expected - set(real))]
        using, check = rls.POLICIES[model.__policy__]
        values = {"t": name, "c": model.__data_class__}
        using_sql, check_sql = using.format(**values), (check or using).format(**values)
        connection.execute(
            f"create policy wanted on {name} to kcc_app using ({using_sql}) with check ({check_sql})".encode()
        )
        wanted = _spelled(connection, name)["wanted"]
        connection.execute(f"drop policy wanted on {name}".encode())
        if "rows" in real and real["rows"] != wanted:
            found.append(f"{name}: policy rows is not the one of kcc.core.rls ({model.__policy__})")
        for helper in ("guard", "guard_writes", "succession"):
            if helper in real and real[helper][2] != ["kcc_guard"]:
                found.append(f"{name}: policy {helper} is for {real[helper][2]}")
        found += [
            f"{name}: policy {helper} does not only take away"
            for helper in CLOSED
            if helper in real and (real[helper][0] != "RESTRICTIVE" or real[helper][2] != ["kcc_app"])
        ]
    return found


def _spelled(connection: psycopg.Connection[Any], table: str) -> dict[str, tuple[Any, ...]]:
    query = "select policyname, permissive, cmd, roles::text[], qual, with_check from pg_policies where tablename = %s"
    return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in _rows(connection, query, table)}


def _roles(connection: psycopg.Connection[Any]) -> list[str]:
    found = []
    query = (
        "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolcanlogin from pg_roles"
        " where rolname in ('kcc_app', 'kcc_platform', 'kcc_owner', 'kcc_guard')"
    )
    for name, *powers, may_log_in in _rows(connection, query):
        if any(powers):
            found.append(f"role {name} is superuser, passes row security, or makes roles, databases or copies")
        if name == "kcc_guard" and may_log_in:
            found.append("role kcc_guard can log in")
    for role in SERVING:
        members = _rows(
            connection, "select roleid::regrole::text from pg_auth_members where member = %s::regrole", role
        )
        found += [f"role {role} is a member of {row[0]}" for row in members]
        owned = _rows(
            connection,
            "select relname from pg_class where relowner = %s::regrole and relpersistence <> 't'"
            " union all select proname from pg_proc where proowner = %s::regrole"
            " union all select nspname from pg_namespace where nspowner = %s::regrole and nspname !~ '^pg_'",
            role, role, role,
        )  # fmt: skip
        found += [f"role {role} owns {row[0]}" for row in owned]
        for schema, right in (("public", "create"), ("guard", "usage"), ("guard", "create")):
            if _rows(connection, "select has_schema_privilege(%s, %s, %s)", role, schema, right) == [(True,)]:
                found.append(f"role {role} has {right} on schema {schema}")
    return found


def _rights(connection: psycopg.Connection[Any]) -> list[str]:
    """What each role may do to each table, against what kcc.core.rls grants."""
    query = (
        "select c.relname, n.nspname, coalesce(a.grantee::regrole::text, 'public'), a.privilege_type from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a"
        " where n.nspname in ('public', 'guard') and c.relkind in ('r', 'p', 'v', 'm') and a.grantee <> c.relowner"
    )
    found, known = [], models()
    for table, schema, role, right in _rows(connection, query):
        allowed: set[str] = set()
        if schema == "public" and role == "kcc_app" and table in known:
            allowed = {"SELECT", "INSERT"} | (set() if table in rls.APPEND_ONLY else {"UPDATE", "DELETE"})
        elif schema == "public" and role == "kcc_guard":
            allowed = {"SELECT"} if table in READ_BY_GUARD else set()
            allowed |= {word.strip().upper() for word in WRITTEN_BY_GUARD.get(table, "").split(",")}
            if table in rls.ALSO_MOVED or (table in known and "municipality_id" in known[table].__table__.columns):
                allowed |= {"SELECT", "INSERT", "UPDATE", "DELETE"}
        if right not in allowed:
            found.append(f"{table}: {role} holds {right}")
    return found


def _references(connection: psycopg.Connection[Any]) -> list[str]:
    query = (
        "select k.conname, k.conrelid::regclass::text, k.confrelid::regclass::text,"
        " array(select attname::text from unnest(k.conkey) with ordinality u(n, o) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.n order by o),"
        " array(select attname::text from unnest(k.confkey) with ordinality u(n, o) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.n order by o)"
        " from pg_constraint k where k.contype = 'f' and k.connamespace = 'public'::regnamespace"
    )
    found, known = [], models()
    homes = set()
    for name, table, target, columns, referred in _rows(connection, query):
        pairs = set(zip(columns, referred, strict=True))
        model, other = known.get(table), known.get(target)
        if other is not None and issubclass(other, TenantMixin) and ("municipality_id", "municipality_id") not in pairs:
            found.append(f"{table}: reference {name} to {target} without the municipality")
        if other is not None and issubclass(other, CentreMixin) and ("centre_id", "centre_id") not in pairs:
            found.append(f"{table}: reference {name} to {target} without the centre")
        if target == "municipality" and {("centre_id", "centre_id"), ("municipality_id", "id")} <= pairs:
            homes.add(table)
        if model is None:
            found.append(f"{table}: reference {name} from a table without a model")
    both = {
        name for name, model in known.items() if {"centre_id", "municipality_id"} <= set(model.__table__.columns.keys())
    }
    found += [f"{table}: its municipality may be of another centre" for table in sorted(both - homes)]
    return found


def _uniqueness(connection: psycopg.Connection[Any]) -> list[str]:
    query = (
        "select i.indrelid::regclass::text, c.relname, i.indisprimary, array(select attname::text from pg_attribute a"
        " where a.attrelid = i.indrelid and a.attnum = any(i.indkey::int2[])) from pg_index i join pg_class c on c.oid = i.indexrelid"
        " where i.indisunique and c.relnamespace = 'public'::regnamespace"
    )
    found, known = [], models()
    for table, name, primary, columns in _rows(connection, query):
        model = known.get(table)
        if model is None or not issubclass(model, (TenantMixin, CentreMixin)):
            continue
        key = "municipality_id" if issubclass(model, TenantMixin) else "centre_id"
        if key in columns or (primary and (columns == ["id"] or key == "centre_id")):
            continue
        found.append(f"{table}: {name} is unique over all municipalities, and so tells what others have")
    return found


def _functions(connection: psycopg.Connection[Any]) -> list[str]:
    query = (
        "select p.proname, p.prosecdef, p.proowner::regrole::text, coalesce(p.proconfig, '{}'),"
        " has_function_privilege('public', p.oid, 'execute'), has_function_privilege('kcc_app', p.oid, 'execute')"
        " from pg_proc p where p.pronamespace in ('public'::regnamespace, 'guard'::regnamespace)"
        " and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
    )
    found = []
    for name, definer, owner, configuration, everyone, application in _rows(connection, query):
        if not definer:
            found.append(f"function {name} runs as its caller and is on no list")
            continue
        if owner != "kcc_guard":
            found.append(f"function {name} runs with the rights of {owner}")
        if not any(line.startswith("search_path=") and line.endswith("pg_temp") for line in configuration):
            found.append(f"function {name} does not pin its search_path with pg_temp last")
        if name not in DEFINERS:
            found.append(f"function {name} runs with the guard's rights and is on no list")
        if everyone:
            found.append(f"function {name} may be called by everyone")
        if application and name in guard.PLATFORM_ONLY:
            found.append(f"function {name} is for the platform only, and the application may call it")
    return found


def _views(connection: psycopg.Connection[Any]) -> list[str]:
    query = (
        "select c.relname, c.relkind, coalesce(c.reloptions::text, '') from pg_class c"
        " where c.relnamespace in ('public'::regnamespace, 'guard'::regnamespace) and c.relkind in ('v', 'm', 'f')"
        " and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')"
    )
    found = []
    for name, kind, options in _rows(connection, query):
        if kind == "v" and "security_invoker=true" in options:
            continue
        found.append(f"{name}: a view, materialised view or foreign table that row policies do not reach")
    return found
