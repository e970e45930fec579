"""The table of what waits for an agent."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class WorkItem(TenantMixin, Base):
    """Something waiting for an agent. Dutch: werkaanbod."""

    __tablename__ = "work_item"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"),
        sa.Index("ix_work_item_waiting", "municipality_id", "since", postgresql_where=sa.text("done_at is null")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    ticket_id: Mapped[uuid.UUID]
    task_id: Mapped[uuid.UUID | None]
    since: Mapped[datetime] = mapped_column(Moment, default=now)
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
