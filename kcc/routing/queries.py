"""What waits for an agent, oldest first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kcc.contacts.models import Ticket
from kcc.contacts.models_written import Writing
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities.models import Municipality, Topic
from kcc.people.models import Account
from kcc.routing.models import WorkItem


@dataclass(frozen=True)
class Waiting:
    """A line of the queue: the item, its ticket, whose town, why it came back, and who took it on."""

    item: WorkItem
    ticket: Ticket | None
    municipality: Municipality
    topic_name: str | None
    reason: str | None
    agent_name: str | None


def item(item_id: uuid.UUID) -> WorkItem:
    """One item. Raises NotFound."""
    found = db.session.get(WorkItem, item_id)
    if found is None:
        raise NotFound
    return found


def in_order() -> sa.Select[WorkItem]:
    """Items that are not done, in the order in which they began to wait."""
    return sa.select(WorkItem).where(WorkItem.done_at.is_(None)).order_by(WorkItem.since, WorkItem.id)


def waiting(limit: int = 50, after: tuple[datetime, uuid.UUID] | None = None) -> list[Waiting]:
    """Items not done, oldest first, of the scope's municipalities; ``after`` is the last item of the page before."""
    reason = (
        sa.select(Writing.body)
        .where(
            Writing.municipality_id == WorkItem.municipality_id,
            Writing.ticket_id == WorkItem.ticket_id,
            Writing.kind == "reason",
            Writing.at <= WorkItem.since,
        )
        .order_by(Writing.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(WorkItem, Ticket, Municipality, Topic.name, reason, Account.name)
        .outerjoin(Ticket, sa.and_(Ticket.municipality_id == WorkItem.municipality_id, Ticket.id == WorkItem.ticket_id))
        .join(Municipality, Municipality.id == WorkItem.municipality_id)
        .outerjoin(Topic, Topic.id == Ticket.topic_id)
        .outerjoin(Account, Account.id == WorkItem.account_id)
        .where(WorkItem.done_at.is_(None))
        .order_by(WorkItem.since, WorkItem.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(WorkItem.since, WorkItem.id) > after)
    return [Waiting(*row) for row in db.session.execute(query)]
