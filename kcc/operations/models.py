"""The table of the daily round: who looked at what on which day."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, new_id


class DailyCheck(CentreMixin, Base):
    """One point of the supervisor's daily round, looked at. Kept a year, then removed. Dutch: dagcontrole."""

    __tablename__ = "daily_check"
    __table_args__ = (sa.UniqueConstraint("centre_id", "on_day", "point"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    on_day: Mapped[date]
    point: Mapped[str]
    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    note: Mapped[str] = mapped_column(default="")
