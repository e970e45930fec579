"""Web forms: what citizens send, as it came, with its files; the status page; ratings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = (
    ("web_form", "municipal", "setup"),
    ("received_form", "whole", "person"),
    ("form_file", "whole", "person"),
    ("rating", "ticket_child", "figures"),
)
READ_NOW = ("entrance", "topic", "topic_route", "writing", "attachment", "ticket_counter")
"""Older tables that the guard's functions for strangers read from now on."""


def upgrade() -> None:
    op.create_table(
        "web_form",
        sa.Column("entrance_id", sa.Integer(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("frame_ancestors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        *_town("web_form"),
        _reference("web_form", "entrance_id", "entrance"),
        sa.PrimaryKeyConstraint("municipality_id", "entrance_id", name=op.f("pk_web_form")),
    )
    op.create_table(
        "received_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entrance_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("doubts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        *_town("received_form"),
        sa.CheckConstraint("kind in ('question', 'reply', 'rating')", name=op.f("ck_received_form_kind")),
        sa.CheckConstraint(
            "state in ('received', 'ticketed', 'duplicate', 'quarantine', 'discarded')",
            name=op.f("ck_received_form_state"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_received_form_decided_by_id_account")),
        _reference("received_form", "entrance_id", "entrance"),
        _reference("received_form", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_form")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_received_form_municipality_id_id")),
        sa.UniqueConstraint(
            "municipality_id", "entrance_id", "key", name=op.f("uq_received_form_municipality_id_entrance_id_key")
        ),
        sa.UniqueConstraint("municipality_id", "reference", name=op.f("uq_received_form_municipality_id_reference")),
        _reference("received_form", "parent_id", "received_form"),
    )
    op.create_index(
        "ix_received_form_pending",
        "received_form",
        ["municipality_id", "received_at"],
        postgresql_where=sa.text("state in ('received', 'quarantine')"),
    )
    op.create_index("ix_received_form_reference", "received_form", ["reference"])
    op.create_index("ix_received_form_address", "received_form", ["address_hash", "received_at"])
    op.create_index(
        op.f("ix_received_form_municipality_id_ticket_id"), "received_form", ["municipality_id", "ticket_id"]
    )
    op.create_index(op.f("ix_received_form_parent_id"), "received_form", ["parent_id"])
    op.create_table(
        "form_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entrance_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        *_town("form_file"),
        _reference("form_file", "entrance_id", "entrance"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_file")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_form_file_municipality_id_id")),
    )
    op.create_index(
        op.f("ix_form_file_municipality_id_entrance_id_key"), "form_file", ["municipality_id", "entrance_id", "key"]
    )
    op.create_index(op.f("ix_form_file_address_hash_sent_at"), "form_file", ["address_hash", "sent_at"])
    op.create_table(
        "rating",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("writing_id", sa.Uuid(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("score between 1 and 5", name=op.f("ck_rating_score")),
        *_town("rating"),
        _reference("rating", "ticket_id", "ticket"),
        sa.PrimaryKeyConstraint("municipality_id", "ticket_id", name=op.f("pk_rating")),
    )
    op.create_index(op.f("ix_rating_municipality_id_rated_at"), "rating", ["municipality_id", "rated_at"])
    for table, policy, data_class in TABLES:
        for statement in rls.statements(table, policy, data_class):
            op.execute(statement)
    for table in READ_NOW:
        op.execute(f"drop policy if exists guard on {table}")
        op.execute(f"create policy guard on {table} for select to kcc_guard using (true)")
        op.execute(f"grant select on {table} to kcc_guard")
    for statement in guard.guard_writes("ticket_counter", "received_form", "form_file"):
        op.execute(statement)
    guard.lay_guard("0008_forms.sql")


def downgrade() -> None:
    guard.lay_guard("0008_forms_undone.sql")
    op.execute("drop policy guard_writes on ticket_counter")
    op.execute("revoke insert, update on ticket_counter from kcc_guard")
    for table, *_rest in reversed(TABLES):
        op.drop_table(table)


def _town(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    name = op.f(f"fk_{table}_municipality_id_municipality")
    return (sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=name),)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["municipality_id", column],
        [f"{target}.municipality_id", f"{target}.id"],
        name=op.f(f"fk_{table}_municipality_id_{column}_{target}"),
    )
