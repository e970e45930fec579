"""A town that came out of a merger leaves with everything of its predecessors."""

from alembic import op

from kcc.core import guard

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local check_function_bodies = off")
    guard.lay_guard("0026_whole_departure.sql")


def downgrade() -> None:
    op.execute("set local check_function_bodies = off")
    guard.lay_guard("0026_whole_departure_undone.sql")
