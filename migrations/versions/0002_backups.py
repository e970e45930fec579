"""A memory of back-ups, so that their absence can be noticed."""

from alembic import op

from kcc.core import guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    guard.lay_guard("0002_backups.sql")


def downgrade() -> None:
    op.execute("drop function public.kcc_last_backup()")
    op.execute("drop table guard.backup_run")
