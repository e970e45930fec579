"""Logos of towns: a checked picture each, known by its hash."""

import sqlalchemy as sa
from alembic import op

from kcc.core import rls

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "town_logo",
        sa.Column("municipality_id", sa.Integer(), sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("municipality_id", "sha256"),
    )
    op.add_column("municipality", sa.Column("logo", sa.String(), nullable=True))
    for statement in rls.statements("town_logo", "municipal", "setup"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("municipality", "logo")
    op.drop_table("town_logo")
