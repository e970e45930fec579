"""A draft knows which opened page wrote it last, so that a page is never in conflict with its own autosave."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("page", sa.Uuid(), nullable=True))
    op.add_column("draft", sa.Column("step", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("draft", "step")
    op.drop_column("draft", "page")
