"""The daily round, and a switch for maintenance."""

import sqlalchemy as sa
from alembic import op

from kcc.core import guard, rls

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "daily_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_daily_check_account_id_account")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_daily_check_centre_id_centre")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_check")),
        sa.UniqueConstraint("centre_id", "on_day", "point", name=op.f("uq_daily_check_centre_id_on_day_point")),
    )
    for statement in rls.statements("daily_check", "centre", "setup"):
        op.execute(statement)
    guard.lay_guard("0007_operations.sql")


def downgrade() -> None:
    op.execute("drop function public.kcc_set_maintenance(text)")
    op.execute("drop function public.kcc_maintenance()")
    op.execute("drop table guard.maintenance")
    op.drop_table("daily_check")
