"""Mail: boxes, what came in with its bytes, what goes out, and texts to answer with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kcc.core import guard, rls

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = (
    ("standard_text", "municipal", "setup"),
    ("mailbox", "municipal", "setup"),
    ("received_mail", "mail", "figures"),
    ("mail_content", "mail_content", "person"),
    ("outgoing_mail", "ticket_child", "person"),
)


def upgrade():
    op.create_table(
        "standard_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["account.id"], name=op.f("fk_standard_text_changed_by_id_account")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_standard_text_municipality_id_municipality")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_text")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_standard_text_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "title", name=op.f("uq_standard_text_municipality_id_title")),
    )
    op.create_table(
        "mailbox",
        sa.Column("entrance_id", sa.Integer(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("receipt_on", sa.Boolean(), nullable=False),
        sa.Column("receipt_text", sa.String(), nullable=False),
        sa.Column("imap_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("imap_folder", sa.String(), nullable=False),
        sa.Column("imap_done_folder", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "entrance_id"],
            ["entrance.municipality_id", "entrance.id"],
            name=op.f("fk_mailbox_municipality_id_entrance_id_entrance"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_mailbox_municipality_id_municipality")
        ),
        sa.PrimaryKeyConstraint("municipality_id", "entrance_id", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "received_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.Column("entrance_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("automatic", sa.String(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("suggested_ticket_id", sa.Uuid(), nullable=True),
        sa.Column("outgoing_id", sa.Uuid(), nullable=True),
        sa.Column("duplicate_of_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('stored', 'ticketed', 'attached', 'duplicate', 'quarantined', 'dismissed')",
            name=op.f("ck_received_mail_state"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "duplicate_of_id"],
            ["received_mail.centre_id", "received_mail.id"],
            name=op.f("fk_received_mail_centre_id_duplicate_of_id_received_mail"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "municipality_id"],
            ["municipality.centre_id", "municipality.id"],
            name=op.f("fk_received_mail_centre_id_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_received_mail_centre_id_centre")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["account.id"], name=op.f("fk_received_mail_decided_by_id_account")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "entrance_id"],
            ["entrance.municipality_id", "entrance.id"],
            name=op.f("fk_received_mail_municipality_id_entrance_id_entrance"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "suggested_ticket_id"],
            ["ticket.municipality_id", "ticket.id"],
            name=op.f("fk_received_mail_municipality_id_suggested_ticket_id_ticket"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "ticket_id"],
            ["ticket.municipality_id", "ticket.id"],
            name=op.f("fk_received_mail_municipality_id_ticket_id_ticket"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_mail")),
        sa.UniqueConstraint(
            "centre_id",
            "entrance_id",
            "uidvalidity",
            "uid",
            name=op.f("uq_received_mail_centre_id_entrance_id_uidvalidity_uid"),
        ),
        sa.UniqueConstraint("centre_id", "id", name=op.f("uq_received_mail_centre_id_id")),
    )
    op.create_index("ix_received_mail_content", "received_mail", ["municipality_id", "content_hash"], unique=False)
    op.create_index("ix_received_mail_recent", "received_mail", ["municipality_id", "received_at", "id"], unique=False)
    op.create_index("ix_received_mail_sha256", "received_mail", ["municipality_id", "sha256"], unique=False)
    op.create_index(
        "ix_received_mail_ticket", "received_mail", ["municipality_id", "ticket_id", "received_at"], unique=False
    )
    op.create_index(
        "ix_received_mail_undecided",
        "received_mail",
        ["received_at", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('stored', 'quarantined')"),
    )
    op.create_table(
        "mail_content",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("envelope_from", sa.String(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("parsed", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("from_address", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id", "mail_id"],
            ["received_mail.centre_id", "received_mail.id"],
            name=op.f("fk_mail_content_centre_id_mail_id_received_mail"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "municipality_id"],
            ["municipality.centre_id", "municipality.id"],
            name=op.f("fk_mail_content_centre_id_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_mail_content_centre_id_centre")),
        sa.PrimaryKeyConstraint("mail_id", name=op.f("pk_mail_content")),
    )
    op.create_index("ix_mail_content_message_id", "mail_content", ["municipality_id", "message_id"], unique=False)
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("writing_id", sa.Uuid(), nullable=True),
        sa.Column("answers_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("in_reply_to", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fault", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('queued', 'sending', 'sent', 'withdrawn', 'failed', 'in_doubt', 'bounced', 'no_mail_server', 'settled')",
            name=op.f("ck_outgoing_mail_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outgoing_mail_account_id_account")),
        sa.ForeignKeyConstraint(
            ["municipality_id", "ticket_id"],
            ["ticket.municipality_id", "ticket.id"],
            name=op.f("fk_outgoing_mail_municipality_id_ticket_id_ticket"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "writing_id"],
            ["writing.municipality_id", "writing.id"],
            name=op.f("fk_outgoing_mail_municipality_id_writing_id_writing"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_outgoing_mail_municipality_id_municipality")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_outgoing_mail_municipality_id_id")),
        sa.UniqueConstraint("municipality_id", "message_id", name=op.f("uq_outgoing_mail_municipality_id_message_id")),
    )
    op.create_index(
        "ix_outgoing_mail_receipts",
        "outgoing_mail",
        ["municipality_id", "recipient", "made_at"],
        unique=False,
        postgresql_where=sa.text("kind = 'receipt'"),
    )
    op.create_index(
        "ix_outgoing_mail_ticket", "outgoing_mail", ["municipality_id", "ticket_id", "made_at"], unique=False
    )
    op.create_index(
        "ix_outgoing_mail_trouble",
        "outgoing_mail",
        ["made_at", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('failed', 'in_doubt', 'bounced', 'no_mail_server')"),
    )
    for table, policy, data_class in TABLES:
        for statement in rls.statements(table, policy, data_class):
            op.execute(statement)
    for statement in guard.guard_writes("mailbox", "received_mail", "mail_content"):
        op.execute(statement)
    guard.lay_guard("0012_mail.sql")


def downgrade():
    op.execute("set role kcc_guard")
    for signature in (
        "public.kcc_note_mailbox(integer, text)",
        "public.kcc_mail_accounts()",
        "public.kcc_receive_mail(text, bytea, text, text, bigint, bigint)",
        "public.kcc_mail_recipient(text)",
        "guard.mail_centre(text)",
        "guard.mail_entrance(text)",
    ):
        op.execute(f"drop function {signature}")
    op.execute("reset role")
    for table, *_rest in reversed(TABLES):
        op.drop_table(table)
