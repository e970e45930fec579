"""People: invitations, administrators by two, the quarterly review, and the roster."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
TABLES = (
    ("invitation", "invitation", "setup"),
    ("rights_proposal", "proposal", "setup"),
    ("membership_review", "reviewed", "setup"),
    ("roster_shift", "agent_state", "staff"),
)
OPENED = ("conversation", "draft")
"""Tables of before, which the guard's functions now read."""
WRITTEN = ("membership", "rights_proposal", "invitation", "conversation", "draft")
FUNCTIONS = (
    "public.kcc_decide_proposal(uuid, boolean)",
    "public.kcc_open_proposals()",
    "guard.may_decide(public.rights_proposal)",
    "public.kcc_withdraw_invitation(uuid)",
    "public.kcc_accept_invitation(bytea, bytea, bytea, bytea, bigint, bytea[], bytea, text, integer, integer)",
    "public.kcc_open_invitation(bytea)",
    "public.kcc_mint_invitation(uuid, bytea, integer)",
    "public.kcc_hand_conversation(uuid, uuid)",
    "public.kcc_left_conversations()",
    "public.kcc_open_work(uuid)",
    "public.kcc_has_password(uuid[])",
    "public.kcc_leave(uuid)",
    "public.kcc_end_membership(uuid, timestamptz)",
    "guard.other_administrators(integer, uuid[])",
    "public.kcc_add_account(uuid, text, text, integer)",
    "guard.one_centre()",
    "guard.managed()",
)
MAY_CHANGE = "name, locale, shortcuts_on"
"""What the application may change of an account; address, and whether it is open, are for the guard's functions."""


def town() -> list[sa.schema.SchemaItem]:
    return [sa.Column("municipality_id", sa.Integer(), sa.ForeignKey("municipality.id"), nullable=False)]


def needed(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


def maybe(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=True)


def account(name: str = "account_id", *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("account.id"), nullable=nullable)


def upgrade() -> None:
    invitations()
    proposals()
    op.create_table(
        "membership_review", *town(), needed("id", sa.Uuid()), needed("membership_id", sa.Uuid()), needed("quarter", sa.Date()),
        needed("verdict", sa.String()), needed("reviewed_at", Moment), account("reviewed_by_id"),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"),
        sa.UniqueConstraint("municipality_id", "membership_id", "quarter"),
        sa.ForeignKeyConstraint(["municipality_id", "membership_id"], ["membership.municipality_id", "membership.id"]),
        sa.CheckConstraint("verdict in ('keep', 'end')", name=op.f("ck_membership_review_verdict")),
    )  # fmt: skip
    op.create_index("ix_membership_review_municipality_id_quarter", "membership_review", ["municipality_id", "quarter"])
    op.create_table(
        "roster_shift", sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False), needed("id", sa.Uuid()),
        account(), needed("on_day", sa.Date()), needed("starts", sa.Time()), needed("ends", sa.Time()),
        needed("channels", postgresql.ARRAY(sa.String())), needed("note", sa.String()), sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("centre_id", "account_id", "on_day", "starts"),
        sa.CheckConstraint("starts < ends", name=op.f("ck_roster_shift_starts_first")),
    )  # fmt: skip
    op.create_index("ix_roster_shift_centre_id_on_day", "roster_shift", ["centre_id", "on_day"])
    rights()


def invitations() -> None:
    op.create_table(
        "invitation", *town(), needed("id", sa.Uuid()), account(), needed("made_at", Moment), account("made_by_id", nullable=True),
        maybe("sent_at", Moment), maybe("expires_at", Moment), maybe("ended_at", Moment), needed("outcome", sa.String()),
        sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"),
        sa.CheckConstraint("outcome in ('', 'accepted', 'withdrawn')", name=op.f("ck_invitation_outcome")),
    )  # fmt: skip
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["municipality_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index("ix_invitation_account_id_made_at", "invitation", ["account_id", "made_at"])


def proposals() -> None:
    op.create_table(
        "rights_proposal", *town(), needed("id", sa.Uuid()), account(), needed("valid_from", Moment), maybe("valid_to", Moment),
        needed("proposed_at", Moment), account("proposed_by_id"), maybe("decided_at", Moment), account("decided_by_id", nullable=True),
        needed("decision", sa.String()), sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("municipality_id", "id"),
        sa.CheckConstraint("decision in ('', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_rights_proposal_decision")),
        sa.CheckConstraint(
            "decision not in ('confirmed', 'refused') or decided_by_id <> proposed_by_id", name=op.f("ck_rights_proposal_four_eyes")
        ),
        sa.CheckConstraint("decision <> 'confirmed' or decided_by_id <> account_id", name=op.f("ck_rights_proposal_not_oneself")),
    )  # fmt: skip
    op.create_index(
        "uq_rights_proposal_open",
        "rights_proposal",
        ["municipality_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("decided_at is null"),
    )
    op.create_index(
        "ix_rights_proposal_municipality_id_proposed_at", "rights_proposal", ["municipality_id", "proposed_at"]
    )


def rights() -> None:
    for table, policy, data_class in TABLES:
        for statement in rls.statements(table, policy, data_class):
            op.execute(statement)
    for table in OPENED:
        op.execute(f"drop policy if exists guard on {table}")
        op.execute(f"create policy guard on {table} for select to kcc_guard using (true)")
        op.execute(f"grant select on {table} to kcc_guard")
    for table in WRITTEN:
        op.execute(f"drop policy if exists guard_writes on {table}")
    for statement in guard.guard_writes(*WRITTEN):
        op.execute(statement)
    lay_policy("account", "account")
    lay_policy("membership", "membership")
    op.execute("revoke delete on membership from kcc_app")
    op.execute("revoke insert, update, delete on account from kcc_app")
    op.execute(f"grant update ({MAY_CHANGE}) on account to kcc_app")
    guard.lay_guard("0022_people.sql")
    op.execute(
        "create trigger one_centre before insert or update of account_id, municipality_id on membership"
        " for each row execute function guard.one_centre()"
    )


def lay_policy(table: str, policy: str) -> None:
    using, check = rls.POLICIES[policy]
    values = {"c": "setup"}
    op.execute(f"drop policy rows on {table}")
    op.execute(
        f"create policy rows on {table} to kcc_app using ({using.format(**values)})"
        f" with check ({(check or using).format(**values)})"
    )


def downgrade() -> None:
    op.execute("drop trigger one_centre on membership")
    op.execute("set role kcc_guard")
    for signature in FUNCTIONS:
        op.execute(f"drop function {signature}")
    op.execute("drop table guard.invitation")
    op.execute("reset role")
    op.execute(f"revoke update ({MAY_CHANGE}) on account from kcc_app")
    op.execute("grant insert, update, delete on account to kcc_app")
    op.execute("grant delete on membership to kcc_app")
    lay_policy("membership", "municipal")
    op.execute("revoke update on membership from kcc_guard")
    for table in ("conversation", "draft"):
        op.execute(f"drop policy guard_writes on {table}")
        op.execute(f"revoke update on {table} from kcc_guard")
    for table in OPENED:
        op.execute(f"drop policy guard on {table}")
        op.execute(f"revoke select on {table} from kcc_guard")
    for table, *_rest in reversed(TABLES):
        op.drop_table(table)
