"""Kiosks: tablets in a hall at which visitors take a number themselves."""

import sqlalchemy as sa
from alembic import op

from kcc.core import guard, rls

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiosk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entrance_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_kiosk_made_by_id_account")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_kiosk_municipality_id_municipality")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "entrance_id"],
            ["entrance.municipality_id", "entrance.id"],
            name=op.f("fk_kiosk_municipality_id_entrance_id_entrance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_kiosk_municipality_id_id")),
    )
    op.create_index("ix_kiosk_secret_hash", "kiosk", ["secret_hash"])
    for statement in rls.statements("kiosk", "municipal", "setup"):
        op.execute(statement)
    for statement in guard.guard_writes("queue_number"):
        op.execute(statement)
    guard.lay_guard("0033_kiosk.sql")


def downgrade() -> None:
    guard.lay_guard("0033_kiosk_undone.sql")
    op.execute("drop policy guard_writes on queue_number")
    op.drop_table("kiosk")
