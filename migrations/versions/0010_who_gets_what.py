"""Who gets what: states and skills of agents, settings of the queue, what the choice stands on, and its functions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls
from kcc.core.migrating import MIGRATIONS

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
TABLES = (
    ("staff_insight", "centre", "setup"),
    ("agent_state", "agent_state", "staff"),
    ("agent_state_period", "agent_history", "staff"),
    ("agent_skill", "staff_of_town", "staff"),
    ("agent_language", "agent_state", "staff"),
    ("routing_parameters", "centre", "setup"),
    ("service_level_today", "municipal", "figures"),
    ("arrival_forecast", "municipal", "figures"),
    ("token_bucket", "municipal", "figures"),
    ("routing_decision", "routing_decision", "person"),
)
OPENED = ("work_item", "service_agreement")
"""Tables of before, which the guard's functions now read."""
FIRST = sa.text("state = 'waiting' and (priority_class <= 2 or kind = 'callback')")


def centre() -> list[sa.schema.SchemaItem]:
    return [sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False)]


def town() -> list[sa.schema.SchemaItem]:
    return [sa.Column("municipality_id", sa.Integer(), sa.ForeignKey("municipality.id"), nullable=False)]


def account(name: str = "account_id", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("account.id"), nullable=nullable)


def column(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=nullable)


def upgrade() -> None:
    op.add_column("work_item", column("offer_until", Moment, nullable=True))
    op.add_column(
        "work_item", sa.Column("refused_by", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}")
    )
    op.alter_column("work_item", "refused_by", server_default=None)
    op.create_index("ix_work_item_first", "work_item", ["municipality_id"], postgresql_where=FIRST)
    op.create_index(
        "ix_work_item_due", "work_item", ["due_at", "since", "id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_work_item_offered", "work_item", ["offered_to"], postgresql_where=sa.text("state = 'offered'"))
    op.create_index("ix_work_item_day", "work_item", ["municipality_id", "since"])
    people()
    deciding()
    for table, policy, data_class in TABLES:
        for statement in rls.statements(table, policy, data_class):
            op.execute(statement)
    for table in OPENED:
        op.execute(f"drop policy if exists guard on {table}")
        op.execute(f"create policy guard on {table} for select to kcc_guard using (true)")
        op.execute(f"grant select on {table} to kcc_guard")
    for statement in guard.guard_writes("work_item", "agent_state"):
        op.execute(statement)
    guard.lay_guard("0010_routing.sql")


def people() -> None:
    op.create_table(
        "agent_state", *centre(), account(), column("state", sa.String()), column("reason", sa.String()), column("since", Moment),
        column("idle_since", Moment), column("resume", sa.String()), column("beat_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("account_id"),
    )  # fmt: skip
    op.create_index(
        "ix_agent_state_working", "agent_state", ["centre_id"], postgresql_where=sa.text("state <> 'offline'")
    )
    op.create_table(
        "agent_state_period", *centre(), column("id", sa.Uuid()), account(), column("state", sa.String()), column("reason", sa.String()),
        column("started_at", Moment), column("ended_at", Moment), sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_agent_state_period_account_id_started_at", "agent_state_period", ["account_id", "started_at"])
    op.create_index("ix_agent_state_period_centre_id_ended_at", "agent_state_period", ["centre_id", "ended_at"])
    op.create_table(
        "staff_insight", *centre(), column("timings_visible", sa.Boolean()), sa.PrimaryKeyConstraint("centre_id")
    )
    op.create_table(
        "agent_skill", *town(), account(), column("topic_group", sa.String()), column("level", sa.SmallInteger()),
        sa.PrimaryKeyConstraint("account_id", "municipality_id", "topic_group"),
        sa.CheckConstraint("level between 0 and 2", name=op.f("ck_agent_skill_level")),
    )  # fmt: skip
    op.create_table(
        "agent_language",
        *centre(),
        account(),
        column("language", sa.String()),
        sa.PrimaryKeyConstraint("account_id", "language"),
    )


def deciding() -> None:
    op.create_table(
        "routing_parameters", *centre(), column("version", sa.Integer()), column("valid_from", Moment), column("made_at", Moment),
        account("made_by_id", nullable=True), column("values", postgresql.JSONB()), sa.PrimaryKeyConstraint("centre_id", "version"),
    )  # fmt: skip
    op.create_table(
        "service_level_today", *town(), column("on_day", sa.Date()), column("channel", sa.String()), column("ok", sa.Integer()),
        column("total", sa.Integer()), column("at", Moment), sa.PrimaryKeyConstraint("municipality_id", "on_day", "channel"),
    )  # fmt: skip
    op.create_table(
        "arrival_forecast", *town(), column("weekday", sa.SmallInteger()), column("half_hour", sa.SmallInteger()),
        column("expected", sa.Double()), sa.PrimaryKeyConstraint("municipality_id", "weekday", "half_hour"),
    )  # fmt: skip
    op.create_table(
        "token_bucket",
        *town(),
        column("tokens", sa.Double()),
        column("at", Moment),
        sa.PrimaryKeyConstraint("municipality_id"),
    )
    op.create_table(
        "routing_decision", *town(), column("id", sa.Uuid()), column("item_id", sa.Uuid()), column("at", Moment), column("way", sa.String()),
        column("account_id", sa.Uuid(), nullable=True), column("by_account_id", sa.Uuid(), nullable=True),
        column("detail", postgresql.JSONB()), sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "item_id"], ["work_item.municipality_id", "work_item.id"], ondelete="CASCADE"
        ),
    )  # fmt: skip
    op.create_index(
        "ix_routing_decision_municipality_id_item_id_at", "routing_decision", ["municipality_id", "item_id", "at"]
    )
    op.create_index("ix_routing_decision_municipality_id_at", "routing_decision", ["municipality_id", "at"])


def downgrade() -> None:
    op.execute("set role kcc_guard")
    op.get_bind().connection.cursor().execute((MIGRATIONS / "sql" / "0010_routing_undone.sql").read_text())
    op.execute("reset role")
    op.execute("drop policy guard_writes on work_item")
    op.execute("revoke update on work_item from kcc_guard")
    for table in OPENED:
        op.execute(f"drop policy guard on {table}")
        op.execute(f"revoke select on {table} from kcc_guard")
    for table, _policy, _data_class in reversed(TABLES):
        op.drop_table(table)
    for index in ("first", "due", "offered", "day"):
        op.drop_index(f"ix_work_item_{index}", table_name="work_item")
    op.drop_column("work_item", "refused_by")
    op.drop_column("work_item", "offer_until")
