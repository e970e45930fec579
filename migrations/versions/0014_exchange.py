"""The door of a telephone exchange: signed requests, checked by the database, limited to one permission."""

from kcc.core import guard

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0014_exchange.sql")


def downgrade() -> None:
    guard.lay_guard("0014_exchange_undone.sql")
