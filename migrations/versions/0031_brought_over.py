"""A closed question of a town that went on as another comes over when somebody answers it."""

from kcc.core import guard

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0031_brought_over.sql")


def downgrade() -> None:
    guard.lay_guard("0031_brought_over_undone.sql")
