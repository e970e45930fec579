"""Attachments: the files that come with questions and answers."""

import sqlalchemy as sa
from alembic import op

from kcc.core import rls

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scan_state", sa.String(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "scan_state in ('not_scanned', 'waiting', 'clean', 'infected', 'refused', 'missing')",
            name=op.f("ck_attachment_scan_state"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_attachment_account_id_account")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_attachment_municipality_id_municipality")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id", "ticket_id"],
            ["ticket.municipality_id", "ticket.id"],
            name=op.f("fk_attachment_municipality_id_ticket_id_ticket"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("municipality_id", "id", name=op.f("uq_attachment_municipality_id_id")),
    )
    op.create_index(op.f("ix_attachment_municipality_id_ticket_id"), "attachment", ["municipality_id", "ticket_id"])
    op.create_index(
        "ix_attachment_unscanned",
        "attachment",
        ["municipality_id", "kept_at"],
        postgresql_where=sa.text("scan_state in ('not_scanned', 'waiting')"),
    )
    for statement in rls.statements("attachment", "ticket_child", "person"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("attachment")
