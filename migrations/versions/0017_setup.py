"""How towns are set up: its history, towns in preparation, departments that stand in for another."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.alter_column("municipality", "joined_on", existing_type=sa.Date(), nullable=True)
    op.add_column("municipality", sa.Column("oin", sa.String(), nullable=True))
    op.add_column("department", sa.Column("hours", postgresql.JSONB(), nullable=True))
    op.add_column("department", sa.Column("deputy_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True))
    op.add_column("department", sa.Column("fallback_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        "fk_department_municipality_id_fallback_id_department", "department", "department",
        ["municipality_id", "fallback_id"], ["municipality_id", "id"],
    )  # fmt: skip
    op.create_table(
        "setup_change",
        sa.Column("municipality_id", sa.Integer(), sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("applied_at", Moment, nullable=True),
        sa.Column("cancelled_at", Moment, nullable=True),
        sa.Column("cancelled_by_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality_id", "id"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "undone_by_id"], ["setup_change.municipality_id", "setup_change.id"]
        ),
    )
    op.create_index("ix_setup_change_municipality_id_made_at_id", "setup_change", ["municipality_id", "made_at", "id"])
    op.create_index(
        "ix_setup_change_to_come", "setup_change", ["municipality_id", "effective_on"],
        postgresql_where=sa.text("applied_at is null and cancelled_at is null and fault is null"),
    )  # fmt: skip
    for statement in rls.statements("setup_change", "municipal", "setup"):
        op.execute(statement)
    for statement in guard.guard_writes("membership"):
        op.execute(statement)
    guard.lay_guard("0017_setup.sql")


def downgrade() -> None:
    guard.lay_guard("0017_setup_undone.sql")
    op.execute("drop policy guard_writes on membership")
    op.execute("revoke insert on membership from kcc_guard")
    op.drop_table("setup_change")
    op.drop_column("department", "fallback_id")
    op.drop_column("department", "deputy_id")
    op.drop_column("department", "hours")
    op.drop_column("municipality", "oin")
    op.execute("update municipality set joined_on = current_date where joined_on is null")
    op.alter_column("municipality", "joined_on", existing_type=sa.Date(), nullable=False)
