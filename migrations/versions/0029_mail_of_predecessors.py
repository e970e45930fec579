"""Mail to the old name of a town that went on as another."""

from kcc.core import guard

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0029_mail_of_predecessors.sql")


def downgrade() -> None:
    guard.lay_guard("0029_mail_of_predecessors_undone.sql")
