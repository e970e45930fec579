"""The counter: queue numbers of visitors, and the screen in the hall."""

import sqlalchemy as sa
from alembic import op

from kcc.core import guard, rls

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entrance_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic_group", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('waiting', 'called', 'done', 'no_show')", name=op.f("ck_queue_number_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_queue_number_account_id_account")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_queue_number_municipality_id_municipality")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "entrance_id"],
            ["entrance.municipality_id", "entrance.id"],
            name=op.f("fk_queue_number_municipality_id_entrance_id_entrance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_number")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_queue_number_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id",
            "entrance_id",
            "on_day",
            "number",
            name=op.f("uq_queue_number_municipality_id_entrance_id_on_day_number"),
        ),
    )
    for statement in rls.statements("queue_number", "whole", "figures"):
        op.execute(statement)
    guard.lay_guard("0009_counter.sql")


def downgrade() -> None:
    guard.lay_guard("0009_counter_undone.sql")
    op.drop_table("queue_number")
