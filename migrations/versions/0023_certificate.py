"""A certificate names the towns of its own centre only."""

from kcc.core import guard

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0023_certificate.sql")


def downgrade() -> None:
    guard.lay_guard("0023_certificate_undone.sql")
