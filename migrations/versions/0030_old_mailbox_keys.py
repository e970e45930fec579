"""Old names of a mailbox lose their own keys when the mailbox is set up anew."""

from alembic import op

from kcc.core import guard

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0030_old_mailbox_keys.sql")


def downgrade() -> None:
    op.execute("set role kcc_guard")
    op.execute("drop function public.kcc_forget_old_keys(integer)")
    op.execute("reset role")
