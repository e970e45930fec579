"""Intake: an entrance knows what comes in by it, and a contact keeps the e-mail address it came from."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("entrance", sa.Column("topic_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_entrance_municipality_id_topic_route"),
        "entrance",
        "topic_route",
        ["municipality_id", "topic_id"],
        ["municipality_id", "topic_id"],
    )
    op.add_column("involvement", sa.Column("email", sa.String(), nullable=False, server_default=""))


def downgrade():
    op.drop_column("involvement", "email")
    op.drop_constraint(op.f("fk_entrance_municipality_id_topic_route"), "entrance", type_="foreignkey")
    op.drop_column("entrance", "topic_id")
