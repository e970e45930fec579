"""Tables of changing how work is shared out: trials of a proposal, and crises."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, new_id

Moment = sa.DateTime(timezone=True)


class RoutingTrial(CentreMixin, Base):
    """A proposal for the settings of the queue, tried on a recorded week of all towns together. Dutch: proef.

    Shown to who covers the whole centre only. What was recorded of the week, figures without persons, is dropped when the
    last run is done; the results stay, as the reason for a version.
    """

    __tablename__ = "routing_trial"
    __policy__ = "whole_centre"
    __data_class__ = "figures"
    __table_args__ = (sa.Index(None, "centre_id", "made_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    week: Mapped[date]
    """Its Monday."""
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The proposal: names and numbers of ``rules_choice.Parameters``."""
    base_version: Mapped[int]
    """The version of the settings with which it is compared; 0 when nobody had set anything."""
    recorded: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    measured: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """How much was recorded of what, for the reader."""
    runs: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    runs_wanted: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    made_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    saved_version: Mapped[int | None]


class Crisis(CentreMixin, Base):
    """A disaster or large failure about which people call: their calls go before all else. Dutch: crisis.

    Of one town, or (``municipality_id`` None) of all; of one group of topics, or ("") of all. Everybody in the centre reads
    its messages.
    """

    __tablename__ = "crisis"
    __policy__ = "crisis"
    __table_args__ = (
        sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"]),
        # One at a time: two crises with priority over each other are none.
        sa.Index("uq_crisis_now", "centre_id", unique=True, postgresql_where=sa.text("ended_at is null")),
        sa.Index(None, "centre_id", "started_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[int | None]
    topic_group: Mapped[str] = mapped_column(default="")
    message: Mapped[str]
    """For agents: what happened and what to say."""
    spoken: Mapped[str] = mapped_column(default="")
    """For callers, read out by the telephone exchange; "" when nothing is."""
    started_at: Mapped[datetime] = mapped_column(Moment, default=now)
    started_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
