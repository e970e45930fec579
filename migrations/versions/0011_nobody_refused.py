"""A new item was refused by nobody, also when whoever puts it in does not say so."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("work_item", "refused_by", server_default="{}")


def downgrade() -> None:
    op.alter_column("work_item", "refused_by", server_default=None)
