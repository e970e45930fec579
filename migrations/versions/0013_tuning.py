"""Tuning the queue: trials of proposals, versions that only who covers the centre adds, and the crisis switch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
IN_A_CRISIS = (
    # in which function, what stood there, what stands there now: level 0 stays "not allowed", all others count alike
    (
        "kcc_claim_next",
        "case when i.class = 0 then greatest(i.skill, 1) else i.skill end",
        "case when i.class = 0 and i.skill > 0 then 2 else i.skill end",
    ),
    (
        "kcc_offer",
        "greatest(case when class = 0 then 1 else 0 end, coalesce(",
        "least(2, case when class = 0 then 2 else 1 end * coalesce(",
    ),
)


def upgrade() -> None:
    op.create_table(
        "routing_trial", centre(), sa.Column("id", sa.Uuid(), primary_key=True), needed("week", sa.Date()),
        needed("values", postgresql.JSONB()), needed("base_version", sa.Integer()), maybe("recorded", postgresql.JSONB()),
        needed("measured", postgresql.JSONB()), needed("runs", postgresql.JSONB()), needed("runs_wanted", sa.Integer()),
        needed("made_at", Moment), account("made_by_id"), maybe("done_at", Moment), maybe("saved_version", sa.Integer()),
    )  # fmt: skip
    op.create_index("ix_routing_trial_centre_id_made_at", "routing_trial", ["centre_id", "made_at"])
    op.create_table(
        "crisis", centre(), sa.Column("id", sa.Uuid(), primary_key=True), maybe("municipality_id", sa.Integer()),
        needed("topic_group", sa.String()), needed("message", sa.String()), needed("spoken", sa.String()),
        needed("started_at", Moment), account("started_by_id"), maybe("ended_at", Moment), account("ended_by_id"),
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
    )  # fmt: skip
    op.create_index("uq_crisis_now", "crisis", ["centre_id"], unique=True, postgresql_where=sa.text("ended_at is null"))
    op.create_index("ix_crisis_centre_id_started_at", "crisis", ["centre_id", "started_at"])
    for table, policy, data_class in (("routing_trial", "whole_centre", "figures"), ("crisis", "crisis", "setup")):
        for statement in rls.statements(table, policy, data_class):
            op.execute(statement)
    lay_policy("routing_parameters", "centre_covered")
    op.execute("revoke update, delete on routing_parameters from kcc_app")
    op.execute("set role kcc_guard")
    for function, before, after in IN_A_CRISIS:
        reword(function, before, after)
    guard.write_permissions()
    op.execute("reset role")


def downgrade() -> None:
    op.execute("set role kcc_guard")
    for function, before, after in IN_A_CRISIS:
        reword(function, after, before)
    op.execute("delete from guard.role_permission where permission = 'routing:manage'")
    op.execute("delete from guard.permission_reveals where permission = 'routing:manage'")
    op.execute("reset role")
    op.execute("grant update, delete on routing_parameters to kcc_app")
    lay_policy("routing_parameters", "centre")
    op.drop_table("crisis")
    op.drop_table("routing_trial")


def lay_policy(table: str, policy: str) -> None:
    using, check = rls.POLICIES[policy]
    op.execute(f"drop policy rows on {table}")
    op.execute(f"create policy rows on {table} to kcc_app using ({using}) with check ({check or using})")


def reword(function: str, before: str, after: str) -> None:
    """Put other words into a function of the guard; stops when they are not there."""
    find = sa.text(
        "select pg_get_functiondef(oid) from pg_proc where proname = :f and pronamespace = 'public'::regnamespace"
    )
    body = op.get_bind().scalar(find, {"f": function})
    if before not in body:
        raise RuntimeError(f"{function} has other words than expected")
    op.get_bind().connection.cursor().execute(body.replace(before, after).encode())


def centre() -> sa.Column:
    return sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False)


def account(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("account.id"), nullable=True)


def needed(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


def maybe(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=True)
