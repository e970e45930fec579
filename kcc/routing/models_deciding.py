"""Tables that the choice of who gets what stands on, and what is kept of each choice."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class RoutingParameters(CentreMixin, Base):
    """A version of a centre's settings for the queue, from a date on; what it does not name keeps its default. Dutch: verdeelregels.

    Versions are added, never changed: each decision names the one that it was taken by.
    """

    __tablename__ = "routing_parameters"
    __policy__ = "centre_covered"
    __table_args__ = (sa.PrimaryKeyConstraint("centre_id", "version"),)

    version: Mapped[int]
    valid_from: Mapped[datetime] = mapped_column(Moment, default=now)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """Names and numbers of ``rules_choice.Parameters``."""


class ServiceLevelToday(TenantMixin, Base):
    """How many live contacts of a day were answered in time, by channel; counted anew every few seconds. Dutch: dagstand."""

    __tablename__ = "service_level_today"
    __data_class__ = "figures"
    __table_args__ = (sa.PrimaryKeyConstraint("municipality_id", "on_day", "channel"),)

    on_day: Mapped[date]
    channel: Mapped[str]
    ok: Mapped[int]
    total: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class ArrivalForecast(TenantMixin, Base):
    """Live contacts expected of a town in a half hour of a weekday (0 is Monday), from the last eight weeks. Dutch: prognose."""

    __tablename__ = "arrival_forecast"
    __data_class__ = "figures"
    __table_args__ = (sa.PrimaryKeyConstraint("municipality_id", "weekday", "half_hour"),)

    weekday: Mapped[int] = mapped_column(sa.SmallInteger)
    half_hour: Mapped[int] = mapped_column(sa.SmallInteger)
    """0 to 47, local time."""
    expected: Mapped[float] = mapped_column(sa.Double)


class TokenBucket(TenantMixin, Base):
    """How much room a town has left before its arrivals count as a surge. Dutch: aanloopruimte."""

    __tablename__ = "token_bucket"
    __data_class__ = "figures"
    __table_args__ = (sa.PrimaryKeyConstraint("municipality_id"),)

    tokens: Mapped[float] = mapped_column(sa.Double)
    at: Mapped[datetime] = mapped_column(Moment)


class RoutingDecision(TenantMixin, Base):
    """Why an item went to an agent: what was looked at, in figures and ids. Dutch: verdeelbesluit.

    Ids of agents and how long they were idle are personal data of staff: only people who work with a whole town's
    citizens read them, and after ``rules_presence.DECISION_DAYS`` they are gone.
    """

    __tablename__ = "routing_decision"
    __policy__ = "routing_decision"
    __data_class__ = "person"
    __table_args__ = tenant_key(
        tenant_reference("item_id", "work_item", ondelete="CASCADE"),
        sa.Index(None, "municipality_id", "item_id", "at"),
        sa.Index(None, "municipality_id", "at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    item_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    way: Mapped[str]
    """``next`` (asked for), ``offer`` (an item looked for an agent), ``offer_free`` (an agent became free), ``by_hand``, ``assigned``, ``taken_back``, ``expired``, ``refused``, ``put_down``."""
    account_id: Mapped[uuid.UUID | None]
    by_account_id: Mapped[uuid.UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
