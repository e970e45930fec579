"""Towns that leave: closed, exported, removed, and the certificate that stays."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def need(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "departure_certificate", need("id", sa.Uuid()), sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
        need("town_name", sa.String()), need("cbs_code", sa.String()), need("municipality_number", sa.Integer()), need("on_day", sa.Date()),
        need("closed_at", Moment), need("exported_at", Moment), need("removed_at", Moment), need("manifest", postgresql.JSONB()),
        need("removed", postgresql.JSONB()), need("accounts", sa.Integer()), need("others_before", postgresql.JSONB()),
        need("others_after", postgresql.JSONB()), sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    for statement in rls.statements("departure_certificate", "centre", "setup"):
        op.execute(statement)
    op.execute("set local check_function_bodies = off")
    guard.lay_guard("0021_departure.sql")
    for statement in rls.moved_statements("departure_certificate"):
        op.execute(statement)


def downgrade() -> None:
    guard.lay_guard("0021_departure_undone.sql")
    op.drop_table("departure_certificate")
