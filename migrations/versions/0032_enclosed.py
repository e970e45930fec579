"""Which files go along with a mail to a citizen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "outgoing_mail", sa.Column("attachment_ids", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}")
    )
    op.alter_column("outgoing_mail", "attachment_ids", server_default=None)


def downgrade() -> None:
    op.drop_column("outgoing_mail", "attachment_ids")
