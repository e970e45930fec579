"""The logo of a town on its pages for strangers."""

from kcc.core import guard

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0028_public_logo.sql")


def downgrade() -> None:
    guard.lay_guard("0028_public_logo_undone.sql")
