"""Tables of mail: boxes, what came in with its bytes, what goes out, and texts to answer with."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, TenantMixin, centre_reference, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)
UNDECIDED = "state in ('stored', 'quarantined')"
TROUBLE = "state in ('failed', 'in_doubt', 'bounced', 'no_mail_server')"


class Mailbox(TenantMixin, Base):
    """How a town writes from one of its mailboxes, and where the post is fetched. Dutch: mailbox.

    ``imap_sealed`` is the address of the IMAP server with its password, sealed; without it the post is delivered here.
    """

    __tablename__ = "mailbox"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "entrance_id"),
        tenant_reference("entrance_id", "entrance"),
    )

    entrance_id: Mapped[int]
    sender_name: Mapped[str] = mapped_column(default="")
    signature: Mapped[str] = mapped_column(default="")
    receipt_on: Mapped[bool] = mapped_column(default=False)
    receipt_text: Mapped[str] = mapped_column(default="")
    imap_sealed: Mapped[bytes | None]
    imap_folder: Mapped[str] = mapped_column(default="INBOX")
    imap_done_folder: Mapped[str] = mapped_column(default="KCC verwerkt")
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    fetched_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(default="")
    """Why fetching does not work now: a word of ours; empty while it does."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class ReceivedMail(CentreMixin, Base):
    """A mail that came in, once for each delivery: how, when, and what became of it. Dutch: ontvangen mail.

    Written by the database's own function before anything reads the mail. Without a municipality nobody here has the
    address it was sent to: it waits for whoever covers the centre. States: stored, then ticketed, attached, duplicate or
    quarantined; from quarantine ticketed, attached or dismissed.
    """

    __tablename__ = "received_mail"
    __policy__ = "mail"
    __data_class__ = "figures"
    __table_args__ = (
        sa.UniqueConstraint("centre_id", "id"),
        sa.UniqueConstraint("centre_id", "entrance_id", "uidvalidity", "uid"),
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        sa.ForeignKeyConstraint(["municipality_id", "entrance_id"], ["entrance.municipality_id", "entrance.id"]),
        sa.ForeignKeyConstraint(["municipality_id", "ticket_id"], ["ticket.municipality_id", "ticket.id"]),
        sa.ForeignKeyConstraint(["municipality_id", "suggested_ticket_id"], ["ticket.municipality_id", "ticket.id"]),
        centre_reference("duplicate_of_id", "received_mail"),
        sa.CheckConstraint(
            "state in ('stored', 'ticketed', 'attached', 'duplicate', 'quarantined', 'dismissed')", name="state"
        ),
        sa.Index("ix_received_mail_undecided", "received_at", "id", postgresql_where=sa.text(UNDECIDED)),
        sa.Index("ix_received_mail_recent", "municipality_id", "received_at", "id"),
        sa.Index("ix_received_mail_ticket", "municipality_id", "ticket_id", "received_at"),
        sa.Index("ix_received_mail_sha256", "municipality_id", "sha256"),
        sa.Index("ix_received_mail_content", "municipality_id", "content_hash"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[int | None]
    entrance_id: Mapped[int | None]
    source: Mapped[str]
    """How it came: lmtp, smtp, imap or feed."""
    uidvalidity: Mapped[int | None] = mapped_column(sa.BigInteger)
    uid: Mapped[int | None] = mapped_column(sa.BigInteger)
    sha256: Mapped[bytes]
    size: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)
    state: Mapped[str] = mapped_column(default="stored")
    reason: Mapped[str] = mapped_column(default="")
    """Why it is in quarantine, or why it was dismissed: a word of ours."""
    automatic: Mapped[str] = mapped_column(default="")
    """What kind of automatic mail it is (bounce, auto_reply, list…); empty when somebody wrote it."""
    content_hash: Mapped[bytes | None]
    ticket_id: Mapped[uuid.UUID | None]
    suggested_ticket_id: Mapped[uuid.UUID | None]
    """A ticket that it names while its sender is not known there: for a person to decide."""
    outgoing_id: Mapped[uuid.UUID | None]
    """The mail of ours that it answers or returns."""
    duplicate_of_id: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))


class MailContent(CentreMixin, Base):
    """The bytes of a mail as they came, and what was read from them. Dutch: inhoud van een mail.

    The bytes are kept for the term of ``rules_mail.KEPT_DAYS`` and then dropped; what was read stays with its ticket.
    """

    __tablename__ = "mail_content"
    __policy__ = "mail_content"
    __data_class__ = "person"
    __table_args__ = (
        sa.PrimaryKeyConstraint("mail_id"),
        centre_reference("mail_id", "received_mail", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        sa.Index("ix_mail_content_message_id", "municipality_id", "message_id"),
    )

    mail_id: Mapped[uuid.UUID]
    municipality_id: Mapped[int | None]
    recipient: Mapped[str] = mapped_column(default="")
    envelope_from: Mapped[str | None]
    raw: Mapped[bytes | None] = deferred(mapped_column(sa.LargeBinary))
    parsed: Mapped[dict[str, Any] | None] = deferred(mapped_column(JSONB))
    message_id: Mapped[str | None]
    from_name: Mapped[str] = mapped_column(default="")
    from_address: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    """What a person wrote when deciding about it."""


class OutgoingMail(TenantMixin, Base):
    """A mail to a citizen, from a ticket: written down together with the job that sends it. Dutch: uitgaande mail.

    States: queued (can be taken back until ``send_after``), sending, sent; withdrawn; failed, in_doubt, bounced and
    no_mail_server are shown to people, who send it again or settle it.
    """

    __tablename__ = "outgoing_mail"
    __policy__ = "ticket_child"
    __data_class__ = "person"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"),
        tenant_reference("writing_id", "writing"),
        sa.UniqueConstraint("municipality_id", "message_id"),
        sa.CheckConstraint(
            "state in ('queued', 'sending', 'sent', 'withdrawn', 'failed', 'in_doubt', 'bounced', 'no_mail_server', 'settled')",
            name="state",
        ),
        sa.Index("ix_outgoing_mail_ticket", "municipality_id", "ticket_id", "made_at"),
        sa.Index("ix_outgoing_mail_trouble", "made_at", "id", postgresql_where=sa.text(TROUBLE)),
        sa.Index("ix_outgoing_mail_receipts", "municipality_id", "recipient", "made_at", postgresql_where=sa.text("kind = 'receipt'")),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(default="answer")
    writing_id: Mapped[uuid.UUID | None]
    answers_id: Mapped[uuid.UUID | None]
    message_id: Mapped[str]
    in_reply_to: Mapped[str] = mapped_column(default="")
    thread: Mapped[str] = mapped_column(default="")
    """Message-IDs of what went before, with blanks between."""
    sender: Mapped[str]
    sender_name: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    attachment_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(sa.Uuid), default=list)
    """Files of its ticket that go along, in this order."""
    state: Mapped[str] = mapped_column(default="queued")
    fault: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    send_after: Mapped[datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))


class StandardText(TenantMixin, Base):
    """A text of a town to answer mail with, put in by one choice and then edited. Dutch: standaardtekst."""

    __tablename__ = "standard_text"
    __table_args__ = tenant_key(sa.UniqueConstraint("municipality_id", "title"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    title: Mapped[str]
    body: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration
