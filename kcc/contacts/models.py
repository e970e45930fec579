"""Tables of conversations, tickets and contacts: the facts, without names and free text."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, TenantMixin, centre_reference, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)
UNANSWERED = "status in ('open', 'with_back_office', 'waiting_for_citizen')"
"""What the list of open work holds. Most tickets are answered at once: their index would be as large as the table."""


class Conversation(CentreMixin, Base):
    """One call or visit, of the centre: its questions may be of several towns. Dutch: gesprek."""

    __tablename__ = "conversation"
    __policy__ = "conversation"
    __data_class__ = "figures"
    __table_args__ = (
        sa.UniqueConstraint("centre_id", "id"),
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        sa.Index("ix_conversation_in_hand", "account_id", postgresql_where=sa.text("finished_at is null")),
        sa.Index(None, "municipality_id", "started_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[int | None]
    entrance_id: Mapped[int | None]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    channel: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(Moment, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    on_hold_since: Mapped[datetime | None] = mapped_column(Moment)
    anonymous: Mapped[bool] = mapped_column(default=False)
    cancelled: Mapped[bool] = mapped_column(default=False)


class Draft(CentreMixin, Base):
    """All that is typed in a conversation until it is finished, saved from the first second. Dutch: concept.

    ``page`` and ``step`` say which opened page wrote it last, and how often that page had sent by then.
    """

    __tablename__ = "draft"
    __policy__ = "own_draft"
    __data_class__ = "person"
    __table_args__ = (
        sa.PrimaryKeyConstraint("conversation_id"),
        centre_reference("conversation_id", "conversation", ondelete="CASCADE"),
    )

    conversation_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int] = mapped_column(default=1)
    page: Mapped[uuid.UUID | None]
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    saved_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Ticket(TenantMixin, Base):
    """One question of one citizen to one municipality. Dutch: vraag."""

    __tablename__ = "ticket"
    __policy__ = "ticket"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        sa.UniqueConstraint("municipality_id", "reference"),
        sa.ForeignKeyConstraint(
            ["municipality_id", "topic_id"], ["topic_route.municipality_id", "topic_route.topic_id"]
        ),
        tenant_reference("party_id", "party"),
        tenant_reference("merged_into_id", "ticket"),
        sa.Index("ix_ticket_open", "municipality_id", "due_at", "id", postgresql_where=sa.text(UNANSWERED)),
        sa.Index("ix_ticket_newest", "opened_at", "id"),
        sa.Index("ix_ticket_recent", "municipality_id", "opened_at", "id"),
        sa.Index("ix_ticket_opened_by", "opened_by_id", "opened_at", "id"),
        sa.Index("ix_ticket_party", "municipality_id", "party_id"),
        sa.Index("ix_ticket_departments", "department_ids", postgresql_using="gin"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    reference: Mapped[str]
    topic_id: Mapped[int]
    channel: Mapped[str]
    status: Mapped[str] = mapped_column(default="open")
    priority: Mapped[int] = mapped_column(sa.SmallInteger, default=2)
    opened_at: Mapped[datetime] = mapped_column(Moment, default=now)
    opened_by_id: Mapped[uuid.UUID | None]
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)
    party_id: Mapped[uuid.UUID | None]
    anonymous: Mapped[bool] = mapped_column(default=False)
    department_ids: Mapped[list[int]] = mapped_column(ARRAY(sa.Integer), default=list)
    merged_into_id: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class TicketCounter(TenantMixin, Base):
    """The last number given out in a year, for references such as BRI-26-004217. Dutch: volgnummer."""

    __tablename__ = "ticket_counter"
    __data_class__ = "figures"
    __table_args__ = (sa.PrimaryKeyConstraint("municipality_id", "year"),)

    year: Mapped[int]
    last_number: Mapped[int] = mapped_column(default=0)


class Contact(TenantMixin, Base):
    """One contact moment about one ticket; not changed afterwards except to correct it. Dutch: klantcontact."""

    __tablename__ = "contact"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"),
        centre_reference("conversation_id", "conversation"),
        tenant_reference("party_id", "party"),
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        sa.ForeignKeyConstraint(
            ["municipality_id", "topic_id"], ["topic_route.municipality_id", "topic_route.topic_id"]
        ),
        sa.Index(None, "municipality_id", "at"),
        sa.Index(None, "municipality_id", "ticket_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    centre_id: Mapped[int]
    ticket_id: Mapped[uuid.UUID]
    conversation_id: Mapped[uuid.UUID | None]
    topic_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    channel: Mapped[str]
    outcome: Mapped[str]
    account_id: Mapped[uuid.UUID | None]
    talk_seconds: Mapped[int | None]
    wrap_up_seconds: Mapped[int | None]
    article_id: Mapped[uuid.UUID | None]
    incident_id: Mapped[int | None]
    party_id: Mapped[uuid.UUID | None]
    follow_key: Mapped[bytes | None]
    """Keyed hash of number or party by which repeats within a period are recognised; None when anonymous."""


class Involvement(TenantMixin, Base):
    """Who spoke in a contact: the customer or somebody for them, and how that was checked. Dutch: betrokkene."""

    __tablename__ = "involvement"
    __policy__ = "ticket_child"
    __data_class__ = "person"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "contact_id"),
        tenant_reference("contact_id", "contact", ondelete="CASCADE"),
        tenant_reference("ticket_id", "ticket"),
    )

    contact_id: Mapped[uuid.UUID]
    ticket_id: Mapped[uuid.UUID]
    role: Mapped[str] = mapped_column(default="customer")
    name: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="", server_default="")
    identity_check: Mapped[str] = mapped_column(default="none")
    language: Mapped[str] = mapped_column(default="nl")


class TicketEvent(TenantMixin, Base):
    """A line of a ticket's timeline: ids and field names, never values. Dutch: tijdlijnregel."""

    __tablename__ = "ticket_event"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"), sa.Index(None, "municipality_id", "ticket_id", "at")
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    account_id: Mapped[uuid.UUID | None]
    verb: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    writing_id: Mapped[uuid.UUID | None]


class TicketLink(TenantMixin, Base):
    """That two tickets belong together: related, merged, or split off. Dutch: koppeling."""

    __tablename__ = "ticket_link"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"),
        tenant_reference("other_id", "ticket"),
        sa.Index(None, "municipality_id", "ticket_id"),
        sa.Index(None, "municipality_id", "other_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID]
    other_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(default="related")
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    account_id: Mapped[uuid.UUID | None]
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undo: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class TicketPresence(TenantMixin, Base):
    """That a colleague has this ticket open now. Dutch: aanwezigheid ('een collega kijkt mee')."""

    __tablename__ = "ticket_presence"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "ticket_id", "account_id"),
        tenant_reference("ticket_id", "ticket", ondelete="CASCADE"),
    )

    ticket_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Transfer(TenantMixin, Base):
    """A caller put through to a colleague or department, and whether that worked. Dutch: doorverbinding."""

    __tablename__ = "transfer"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"), tenant_reference("department_id", "department")
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    by_account_id: Mapped[uuid.UUID | None]
    to_account_id: Mapped[uuid.UUID | None]
    department_id: Mapped[int | None]
    warm: Mapped[bool]
    succeeded: Mapped[bool]
