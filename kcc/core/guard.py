"""Laying the guard in a migration: its SQL file, its owner, who may call what, and the permission tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kcc.core.migrating import MIGRATIONS
from kcc.core.permissions import BY_DEPARTMENT, REVEALS, ROLE_PERMISSIONS

PLATFORM_ONLY = (
    "kcc_open_command",
    "kcc_make_centre",
    "kcc_make_municipality",
    "kcc_set_credential",
    "kcc_make_account",
    "kcc_centre_keys",
    "kcc_set_maintenance",
    "kcc_add_exchange",
    "kcc_revoke_exchange",
    "kcc_exchanges",
)
INSERTS = {"job": "insert, update, delete", "centre": "insert", "municipality": "insert", "account": "insert, update"}
LATER_INSERTS = {
    "ticket_counter": "insert, update",
    "received_form": "insert",
    "form_file": "insert",
    "work_item": "update",
    "queue_number": "insert",
    "agent_state": "update",
    "mailbox": "update",
    "received_mail": "insert",
    "mail_content": "insert",
    "membership": "insert, update",
    "rights_proposal": "update",
    "invitation": "update",
    "conversation": "update",
    "draft": "update",
}
"""The same for tables, or rights to them, that came after the first migration; each migration lays its own."""


def lay_guard(name: str) -> None:
    """Run ``migrations/sql/<name>`` as the guard, so that the guard owns what it makes, and share out the rights."""
    op.execute("set role kcc_guard")
    op.get_bind().connection.cursor().execute((MIGRATIONS / "sql" / name).read_text())
    op.execute("revoke all on all functions in schema guard from public")
    functions = (
        op.get_bind()
        .execute(
            sa.text(
                "select p.oid::regprocedure::text as signature, p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
                " where n.nspname = 'public' and p.proowner = 'kcc_guard'::regrole"
            )
        )
        .all()
    )
    for signature, function in functions:
        op.execute(f"revoke all on function {signature} from public")
        op.execute(
            f"grant execute on function {signature} to {'kcc_platform' if function in PLATFORM_ONLY else 'kcc_app'}"
        )
    write_permissions()
    op.execute("reset role")


def write_permissions() -> None:
    """Make the database's permission tables equal to ``kcc.core.permissions``."""
    connection = op.get_bind()
    connection.execute(sa.text("delete from guard.role_permission"))
    connection.execute(sa.text("delete from guard.permission_reveals"))
    for role, permission, by_department in role_rows():
        connection.execute(
            sa.text("insert into guard.role_permission values (:r, :p, :d)"),
            {"r": role, "p": permission, "d": by_department},
        )
    for permission, data_class in reveal_rows():
        connection.execute(
            sa.text("insert into guard.permission_reveals values (:p, :c)"), {"p": permission, "c": data_class}
        )


def role_rows() -> list[tuple[str, str, bool]]:
    """Every (role, permission, limited to own departments), sorted."""
    return sorted((str(role), str(p), role in BY_DEPARTMENT) for role, held in ROLE_PERMISSIONS.items() for p in held)


def reveal_rows() -> list[tuple[str, str]]:
    """Every (permission, data class), sorted."""
    return sorted((str(p), c) for p, classes in REVEALS.items() for c in classes)


def guard_writes(*later: str) -> list[str]:
    """SQL by which the guard may write the few tables that its functions change: those of the start, or the named ones."""
    result = []
    for table, rights in ((name, LATER_INSERTS[name]) for name in later) if later else INSERTS.items():
        result.append(f"grant {rights} on {table} to kcc_guard")
        result.append(f"create policy guard_writes on {table} to kcc_guard using (true) with check (true)")
    return result
