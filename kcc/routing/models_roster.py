"""The table of who works when."""

from __future__ import annotations

import uuid
from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.db import Base, CentreMixin, new_id


class RosterShift(CentreMixin, Base):
    """That an agent works on a day, from when to when and on which channels (none: all). Dutch: dienst in het rooster."""

    __tablename__ = "roster_shift"
    __policy__ = "agent_state"
    __data_class__ = "staff"
    __table_args__ = (
        sa.UniqueConstraint("centre_id", "account_id", "on_day", "starts"),
        sa.Index(None, "centre_id", "on_day"),
        sa.CheckConstraint("starts < ends", name="starts_first"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    on_day: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    channels: Mapped[list[str]] = mapped_column(ARRAY(sa.String), default=list)
    note: Mapped[str] = mapped_column(default="")
