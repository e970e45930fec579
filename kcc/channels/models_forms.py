"""Tables of the web form: what each looks like, what came in by it, as it came, and what the citizen thought of it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class WebForm(TenantMixin, Base):
    """How the form behind an entrance looks: its words, and which sites may show it in a frame. Dutch: webformulier.

    ``words`` holds ``{"nl": {"title": …, "intro": …, "thanks": …}, "en": {…}}``; what is missing has usual words.
    """

    __tablename__ = "web_form"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "entrance_id"),
        tenant_reference("entrance_id", "entrance"),
    )

    entrance_id: Mapped[int]
    words: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    frame_ancestors: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)


class ReceivedForm(TenantMixin, Base):
    """What a citizen sent, as it was sent: a question, or with its code a reply or a rating. Dutch: ontvangen formulier.

    Written by the database's own function for strangers before anything is made of it. ``state``: received, then
    ticketed, duplicate, quarantine or discarded. ``body`` is what was typed; ``doubts`` why it may be no question at all.
    ``code_hash`` is the keyed hash of the status code; the code itself is kept nowhere.
    """

    __tablename__ = "received_form"
    __policy__ = "whole"
    __data_class__ = "person"
    __table_args__ = tenant_key(
        sa.UniqueConstraint("municipality_id", "entrance_id", "key"),
        sa.UniqueConstraint("municipality_id", "reference"),
        sa.CheckConstraint("kind in ('question', 'reply', 'rating')", name="kind"),
        sa.CheckConstraint("state in ('received', 'ticketed', 'duplicate', 'quarantine', 'discarded')", name="state"),
        tenant_reference("entrance_id", "entrance"),
        tenant_reference("ticket_id", "ticket"),
        tenant_reference("parent_id", "received_form"),
        sa.Index(
            "ix_received_form_pending",
            "municipality_id",
            "received_at",
            postgresql_where=sa.text("state in ('received', 'quarantine')"),
        ),
        sa.Index("ix_received_form_reference", "reference"),
        sa.Index("ix_received_form_address", "address_hash", "received_at"),
        sa.Index(None, "municipality_id", "ticket_id"),
        sa.Index(None, "parent_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entrance_id: Mapped[int]
    kind: Mapped[str] = mapped_column(default="question")
    key: Mapped[uuid.UUID]
    digest: Mapped[bytes]
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    doubts: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    address_hash: Mapped[bytes]
    state: Mapped[str] = mapped_column(default="received")
    reference: Mapped[str | None]
    code_hash: Mapped[bytes | None]
    ticket_id: Mapped[uuid.UUID | None]
    parent_id: Mapped[uuid.UUID | None]
    processed_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))


class FormFile(TenantMixin, Base):
    """A file that came with a form, until it is with a ticket or the form was given up. Dutch: bestand bij een formulier."""

    __tablename__ = "form_file"
    __policy__ = "whole"
    __data_class__ = "person"
    __table_args__ = tenant_key(
        tenant_reference("entrance_id", "entrance"),
        sa.Index(None, "municipality_id", "entrance_id", "key"),
        sa.Index(None, "address_hash", "sent_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    entrance_id: Mapped[int]
    key: Mapped[uuid.UUID]
    name: Mapped[str]
    data: Mapped[bytes]
    size: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(Moment, default=now)
    address_hash: Mapped[bytes]


class Rating(TenantMixin, Base):
    """What a citizen thought of how a closed question was dealt with, 1 to 5; once, changeable for a day. Dutch: beoordeling.

    The words that came with it are a writing of the ticket.
    """

    __tablename__ = "rating"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "ticket_id"),
        tenant_reference("ticket_id", "ticket"),
        sa.CheckConstraint("score between 1 and 5", name="score"),
        sa.Index(None, "municipality_id", "rated_at"),
    )

    ticket_id: Mapped[uuid.UUID]
    score: Mapped[int] = mapped_column(sa.SmallInteger)
    channel: Mapped[str]
    topic_id: Mapped[int]
    rated_at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
    writing_id: Mapped[uuid.UUID | None]
