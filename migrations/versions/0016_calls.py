"""Telephone calls: what is known of each, who called, whose telephone took part, what led nowhere."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import rls

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
TABLES = (
    ("call", "whole", "figures"),
    ("call_event", "whole", "figures"),
    ("caller_number", "written_blind", "person"),
    ("call_leg", "whole", "figures"),
    ("stray_call", "centre", "setup"),
    ("agent_phone", "centre", "setup"),
)


def need(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=nullable)


def town() -> sa.Column:
    return sa.Column("municipality_id", sa.Integer(), sa.ForeignKey("municipality.id"), nullable=False)


def account(name: str = "account_id", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("account.id"), nullable=nullable)


def of_centre() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"])


def of_call() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["municipality_id", "call_id"], ["call.municipality_id", "call.id"], ondelete="CASCADE"
    )


def upgrade() -> None:
    calls()
    around_calls()
    op.create_table(
        "stray_call", sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False), need("id", sa.Uuid()),
        need("exchange_id", sa.Uuid(), nullable=True), need("exchange_call", sa.String()), need("dialled", sa.String()),
        need("first_at", Moment), need("last_at", Moment), need("events", postgresql.JSONB()),
        need("call_id", sa.Uuid(), nullable=True), need("seen_at", Moment, nullable=True), account("seen_by_id", nullable=True),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("centre_id", "id"),
        sa.UniqueConstraint("centre_id", "exchange_id", "exchange_call"),
    )  # fmt: skip
    op.create_index(
        "ix_stray_call_open", "stray_call", ["centre_id", "last_at"], postgresql_where=sa.text("seen_at is null")
    )
    op.create_table(
        "agent_phone", sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False), account(),
        need("address", sa.String()), sa.PrimaryKeyConstraint("centre_id", "account_id"),
        sa.UniqueConstraint("centre_id", "address"),
    )  # fmt: skip
    for table, policy, data_class in TABLES:
        for statement in rls.statements(table, policy, data_class):
            op.execute(statement)


def calls() -> None:
    op.create_table(
        "call", town(), need("id", sa.Uuid()), need("centre_id", sa.Integer()), need("exchange_id", sa.Uuid(), nullable=True),
        need("exchange_call", sa.String()), need("entrance_id", sa.Integer(), nullable=True), need("state", sa.String()),
        need("arrived_at", Moment), need("answered_at", Moment, nullable=True), need("ended_at", Moment, nullable=True),
        need("held_since", Moment, nullable=True), need("waited_seconds", sa.Double(), nullable=True), account(nullable=True),
        need("withheld", sa.Boolean()), need("callback_offered_at", Moment, nullable=True), need("callback_until", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"), of_centre(),
        sa.ForeignKeyConstraint(["municipality_id", "entrance_id"], ["entrance.municipality_id", "entrance.id"]),
        sa.UniqueConstraint("municipality_id", "exchange_id", "exchange_call"),
    )  # fmt: skip
    op.create_index("ix_call_of_exchange", "call", ["exchange_id", "exchange_call"])
    op.create_index("ix_call_municipality_id_arrived_at_id", "call", ["municipality_id", "arrived_at", "id"])
    op.create_index(
        "ix_call_open", "call", ["municipality_id", "arrived_at"],
        postgresql_where=sa.text("state in ('ringing', 'talking', 'on_hold')"),
    )  # fmt: skip


def around_calls() -> None:
    op.create_table(
        "call_event", town(), need("id", sa.Uuid()), need("call_id", sa.Uuid()), need("event_key", sa.String()),
        need("verb", sa.String()), need("at", Moment), need("received_at", Moment), need("agent_phone", sa.String()),
        need("reason", sa.String()), sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"), of_call(),
        sa.UniqueConstraint("municipality_id", "call_id", "event_key"),
    )  # fmt: skip
    op.create_table(
        "caller_number", town(), need("call_id", sa.Uuid()), need("kind", sa.String()),
        need("number", sa.String(), nullable=True), need("raw", sa.String()), need("at", Moment),
        sa.PrimaryKeyConstraint("municipality_id", "call_id", "kind"), of_call(),
    )  # fmt: skip
    op.create_index("ix_caller_number_municipality_id_at", "caller_number", ["municipality_id", "at"])
    op.create_table(
        "call_leg", town(), need("id", sa.Uuid()), need("centre_id", sa.Integer()), need("call_id", sa.Uuid()), account(),
        need("conversation_id", sa.Uuid()), need("taken_at", Moment), need("answered_at", Moment, nullable=True),
        need("ended_at", Moment, nullable=True), need("failed", sa.Boolean()), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality_id", "id"), of_call(), of_centre(),
        sa.ForeignKeyConstraint(["centre_id", "conversation_id"], ["conversation.centre_id", "conversation.id"]),
    )  # fmt: skip
    op.create_index("ix_call_leg_conversation_id", "call_leg", ["conversation_id"])
    op.create_index("ix_call_leg_municipality_id_call_id", "call_leg", ["municipality_id", "call_id"])


def downgrade() -> None:
    for table in ("agent_phone", "stray_call", "call_leg", "caller_number", "call_event", "call"):
        op.drop_table(table)
