"""Tables of who is there to take work: states of agents, their history, and what each can do."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, TenantMixin, new_id

Moment = sa.DateTime(timezone=True)


class AgentState(CentreMixin, Base):
    """What an agent does now, and since when; one row for each agent. Dutch: beschikbaarheid.

    The row is also the lock: whoever gives this agent work holds it, so that an agent never gets two things at once.
    How full an agent is stands nowhere: it is the sum of the items in hand.
    """

    __tablename__ = "agent_state"
    __policy__ = "agent_state"
    __data_class__ = "staff"
    __table_args__ = (sa.Index("ix_agent_state_working", "centre_id", postgresql_where=sa.text("state <> 'offline'")),)

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    state: Mapped[str] = mapped_column(default="offline")
    reason: Mapped[str] = mapped_column(default="")
    """Of a break: lunch, meeting, training, other."""
    since: Mapped[datetime] = mapped_column(Moment, default=now)
    idle_since: Mapped[datetime] = mapped_column(Moment, default=now)
    """The end of the last work, for who is idle longest; a break does not lose one's place."""
    resume: Mapped[str] = mapped_column(default="available")
    """The state to return to after a conversation."""
    beat_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the open screen last said that it is there; None when there is no screen with script."""


class AgentStatePeriod(CentreMixin, Base):
    """How long an agent was in a state, for occupancy and shrinkage. Dutch: beschikbaarheidsperiode.

    Working times of a person: kept for as long as ``rules_presence.HISTORY_DAYS`` says, seen by that person, and by
    supervisors only where the centre has decided so (``StaffInsight``).
    """

    __tablename__ = "agent_state_period"
    __policy__ = "agent_history"
    __data_class__ = "staff"
    __table_args__ = (sa.Index(None, "account_id", "started_at"), sa.Index(None, "centre_id", "ended_at"))

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment)


class StaffInsight(CentreMixin, Base):
    """Whether supervisors of a centre may read working times of persons; no row means no. Dutch: inzage werktijden."""

    __tablename__ = "staff_insight"
    __table_args__ = (sa.PrimaryKeyConstraint("centre_id"),)

    timings_visible: Mapped[bool] = mapped_column(default=False)


class AgentSkill(TenantMixin, Base):
    """How well an agent knows a town's topics: 0 not allowed, 1 with the knowledge base, 2 experienced. Dutch: vaardigheid.

    ``topic_group`` "" holds for all groups that have no row of their own. Without any row the level is 1.
    """

    __tablename__ = "agent_skill"
    __policy__ = "staff_of_town"
    __data_class__ = "staff"
    __table_args__ = (
        sa.PrimaryKeyConstraint("account_id", "municipality_id", "topic_group"),
        sa.CheckConstraint("level between 0 and 2", name="level"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    topic_group: Mapped[str] = mapped_column(default="")
    level: Mapped[int] = mapped_column(sa.SmallInteger)


class AgentLanguage(CentreMixin, Base):
    """A language besides Dutch in which an agent helps people. Dutch: taal van een medewerker."""

    __tablename__ = "agent_language"
    __policy__ = "agent_state"
    __data_class__ = "staff"
    __table_args__ = (sa.PrimaryKeyConstraint("account_id", "language"),)

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    language: Mapped[str]
