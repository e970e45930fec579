"""The table of what waits for an agent."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)
LIVE = "done_at is null"
FIRST = "state = 'waiting' and (priority_class <= 2 or kind = 'callback')"


class WorkItem(TenantMixin, Base):
    """Something waiting for an agent: a call, a mail, a form, a visitor, a call-back, a returned task. Dutch: werkaanbod.

    ``since`` is when it began to wait and never changes, however often it comes back. What it is about stands in the
    tables of its kind, under ``subject_id``; here are facts only. A call has no ticket: whoever sees a whole town sees
    it; people who see their own departments only see items of tickets they may see.
    """

    __tablename__ = "work_item"
    __policy__ = "ticket_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"),
        # One live item for each subject: putting the same call or mail in the queue twice is putting it there once.
        sa.Index("uq_work_item_live", "municipality_id", "kind", "subject_id", unique=True, postgresql_where=sa.text(LIVE)),
        sa.Index("ix_work_item_waiting", "since", "id", postgresql_where=sa.text(LIVE)),
        # What goes first of all: few, whatever else waits. A call-back rises to this class while it waits.
        sa.Index("ix_work_item_first", "municipality_id", postgresql_where=sa.text(FIRST)),
        # The rest in the order in which it is due, for the choice to walk along.
        sa.Index("ix_work_item_due", "due_at", "since", "id", postgresql_where=sa.text("state = 'waiting'")),
        sa.Index("ix_work_item_in_hand", "account_id", postgresql_where=sa.text(LIVE)),
        sa.Index("ix_work_item_offered", "offered_to", postgresql_where=sa.text("state = 'offered'")),
        sa.Index("ix_work_item_day", "municipality_id", "since"),
        sa.Index("ix_work_item_ticket", "municipality_id", "ticket_id", postgresql_where=sa.text(LIVE)),
        sa.Index("ix_work_item_done", "municipality_id", "done_at", postgresql_where=sa.text("done_at is not null")),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    channel: Mapped[str]
    subject_id: Mapped[uuid.UUID]
    ticket_id: Mapped[uuid.UUID | None]
    topic_group: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="nl")
    state: Mapped[str] = mapped_column(default="waiting")
    priority_class: Mapped[int] = mapped_column(sa.SmallInteger)
    """Class until ``urgent_at``: 0 crisis, 1 urgent call-back, 2 live, 3 due today, 4 later (``rules.class_at``)."""
    urgent_at: Mapped[datetime | None] = mapped_column(Moment)
    since: Mapped[datetime] = mapped_column(Moment, default=now)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    promise_until: Mapped[datetime | None] = mapped_column(Moment)
    boost_seconds: Mapped[int] = mapped_column(default=0)
    in_profile: Mapped[bool] = mapped_column(default=True)
    cost: Mapped[int] = mapped_column(sa.SmallInteger, default=100)
    """Part of an agent's attention in percent: a call fills it, three chats do too."""
    offered_to: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    offered_at: Mapped[datetime | None] = mapped_column(Moment)
    offer_until: Mapped[datetime | None] = mapped_column(Moment)
    refused_by: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(sa.Uuid), default=list, server_default="{}")
    account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    sticky_account_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    sticky_until: Mapped[datetime | None] = mapped_column(Moment)
    interruptions: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None]
