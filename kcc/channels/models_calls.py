"""Tables of telephone calls: what is known of each, who called, which agent's phone took part, what led nowhere."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, TenantMixin, centre_reference, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)
NOT_OVER = "state in ('ringing', 'talking', 'on_hold')"


class Call(TenantMixin, Base):
    """A telephone call as an exchange reports it: the facts, without the caller's number. Dutch: telefoongesprek.

    Everything but ``exchange_call`` (the exchange's own id), the entrance and what KCC promised follows from its events
    (``rules_calls.summarise``).
    """

    __tablename__ = "call"
    __policy__ = "whole"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        tenant_reference("entrance_id", "entrance"),
        sa.UniqueConstraint("municipality_id", "exchange_id", "exchange_call"),
        sa.Index("ix_call_of_exchange", "exchange_id", "exchange_call"),
        sa.Index(None, "municipality_id", "arrived_at", "id"),
        sa.Index("ix_call_open", "municipality_id", "arrived_at", postgresql_where=sa.text(NOT_OVER)),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    centre_id: Mapped[int]
    exchange_id: Mapped[uuid.UUID | None]
    exchange_call: Mapped[str]
    entrance_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="ringing")
    arrived_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    held_since: Mapped[datetime | None] = mapped_column(Moment)
    waited_seconds: Mapped[float | None] = mapped_column(sa.Double)
    """From the arrival to the answer, else to the end; None while it waits, or when the arrival was not reported."""
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    withheld: Mapped[bool] = mapped_column(default=False)
    callback_offered_at: Mapped[datetime | None] = mapped_column(Moment)
    callback_until: Mapped[datetime | None] = mapped_column(Moment)
    """The end of the window in which KCC promised to call back."""


class CallEvent(TenantMixin, Base):
    """One thing that the exchange reported, or KCC noted, of a call; append-only. Dutch: gespreksgebeurtenis.

    ``event_key`` is the exchange's own id of it: the same one twice is one event.
    """

    __tablename__ = "call_event"
    __policy__ = "whole"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("call_id", "call", ondelete="CASCADE"),
        sa.UniqueConstraint("municipality_id", "call_id", "event_key"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    call_id: Mapped[uuid.UUID]
    event_key: Mapped[str]
    verb: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime] = mapped_column(Moment, default=now)
    agent_phone: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")


class CallerNumber(TenantMixin, Base):
    """The number from which somebody called, apart from the facts and for a while only. Dutch: nummer van de beller.

    An exchange may add it and never read it again. ``raw`` is what the exchange gave, ``number`` the same in E.164 form.
    """

    __tablename__ = "caller_number"
    __policy__ = "written_blind"
    __data_class__ = "person"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "call_id", "kind"),
        tenant_reference("call_id", "call", ondelete="CASCADE"),
        sa.Index(None, "municipality_id", "at"),
    )

    call_id: Mapped[uuid.UUID]
    kind: Mapped[str] = mapped_column(default="caller")
    """``caller``: from which was called; ``callback``: on which to call back, when that is another one."""
    number: Mapped[str | None]
    raw: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class CallLeg(TenantMixin, Base):
    """One agent's part in a call: the conversation on the desk, from taking it on to the end. Dutch: deel van het gesprek."""

    __tablename__ = "call_leg"
    __policy__ = "whole"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("call_id", "call", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        centre_reference("conversation_id", "conversation"),
        sa.Index(None, "conversation_id"),
        sa.Index(None, "municipality_id", "call_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    centre_id: Mapped[int]
    call_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    conversation_id: Mapped[uuid.UUID]
    taken_at: Mapped[datetime] = mapped_column(Moment, default=now)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    failed: Mapped[bool] = mapped_column(default=False)
    """Taken on at the desk, but this agent's phone was busy or did not answer: the caller went back to the queue."""


class StrayCall(CentreMixin, Base):
    """A call to a number that leads to no town: shown until somebody has seen to it. Dutch: verdwaalde oproep.

    Its events are kept, so that it becomes a call as soon as its number is known.
    """

    __tablename__ = "stray_call"
    __table_args__ = (
        sa.UniqueConstraint("centre_id", "id"),
        sa.UniqueConstraint("centre_id", "exchange_id", "exchange_call"),
        sa.Index("ix_stray_call_open", "centre_id", "last_at", postgresql_where=sa.text("seen_at is null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    exchange_id: Mapped[uuid.UUID | None]
    exchange_call: Mapped[str]
    dialled: Mapped[str] = mapped_column(default="")
    first_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_at: Mapped[datetime] = mapped_column(Moment, default=now)
    events: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    call_id: Mapped[uuid.UUID | None]
    """The call that it became once its number was known."""
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))


class AgentPhone(CentreMixin, Base):
    """Where an agent's telephone is found in the exchange: an extension or SIP address. Dutch: toestel van een medewerker."""

    __tablename__ = "agent_phone"
    __table_args__ = (
        sa.PrimaryKeyConstraint("centre_id", "account_id"),
        sa.UniqueConstraint("centre_id", "address"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    address: Mapped[str]
