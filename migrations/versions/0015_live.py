"""One question for the rights of all open streams, and an index for what was done today."""

import sqlalchemy as sa
from alembic import op

from kcc.core import guard

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0015_live.sql")
    op.create_index(
        "ix_work_item_done",
        "work_item",
        ["municipality_id", "done_at"],
        postgresql_where=sa.text("done_at is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_work_item_done", table_name="work_item")
    op.execute("drop function public.kcc_listeners(text[], text[])")
