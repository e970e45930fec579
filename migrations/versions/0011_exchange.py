"""The door of a telephone exchange: signed requests, checked by the database, limited to one permission."""

from kcc.core import guard

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0011_exchange.sql")


def downgrade() -> None:
    guard.lay_guard("0011_exchange_undone.sql")
