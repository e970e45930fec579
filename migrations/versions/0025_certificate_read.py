"""Certificates of departure are for who administers a whole centre."""

from alembic import op

from kcc.core import rls

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    lay("whole_centre")


def downgrade() -> None:
    lay("centre")


def lay(policy: str) -> None:
    using = rls.POLICIES[policy][0].format(t="departure_certificate", c="setup")
    op.execute("drop policy rows on departure_certificate")
    op.execute(f"create policy rows on departure_certificate to kcc_app using ({using}) with check ({using})")
