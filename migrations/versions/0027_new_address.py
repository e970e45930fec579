"""An account gets another e-mail address."""

from alembic import op

from kcc.core import guard

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

FUNCTIONS = (
    "public.kcc_confirm_email(bytea, text)",
    "public.kcc_email_notice(uuid)",
    "public.kcc_mint_email(uuid, bytea, integer)",
    "guard.change_of_lease(uuid)",
    "public.kcc_withdraw_email(uuid)",
    "public.kcc_decide_email(uuid, boolean)",
    "public.kcc_open_email_changes()",
    "guard.may_decide_email(guard.email_change)",
    "public.kcc_ask_email(uuid, uuid, text)",
    "public.kcc_own_email_change()",
    "public.kcc_ask_own_email(uuid, text, bytea, bigint, bytea)",
    "public.kcc_own_code()",
    "guard.begin_email_change(uuid, uuid, text, uuid)",
    "guard.mail_about(guard.email_change, text)",
    "guard.works_in(uuid)",
)


def upgrade() -> None:
    guard.lay_guard("0027_new_address.sql")


def downgrade() -> None:
    op.execute("set role kcc_guard")
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
    op.execute("drop table guard.email_change")
    op.execute("reset role")
