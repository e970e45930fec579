"""What waits for an agent, oldest first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kcc.contacts.models import Ticket
from kcc.contacts.models_written import Writing
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities.models import Municipality, Topic
from kcc.people.models import Account, Membership
from kcc.routing.models import WorkItem
from kcc.routing.models_presence import AgentState
from kcc.routing.rules import Kind, PriorityClass, State, class_at
from kcc.routing.rules_presence import AgentMode


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


def offered_to(account_id: uuid.UUID) -> WorkItem | None:
    """The item that rings at an agent now."""
    return db.session.scalar(
        sa.select(WorkItem).where(WorkItem.offered_to == account_id, WorkItem.state == State.OFFERED).limit(1)
    )


def in_hand(account_id: uuid.UUID) -> list[WorkItem]:
    """What an agent took on and has not finished, oldest first."""
    return list(
        db.session.scalars(
            sa.select(WorkItem)
            .where(WorkItem.account_id == account_id, WorkItem.done_at.is_(None))
            .order_by(WorkItem.claimed_at, WorkItem.id)
        )
    )


def expired_offers(municipality_id: int, at: datetime) -> list[WorkItem]:
    """Items of a town whose offer has rung long enough."""
    return list(
        db.session.scalars(
            sa.select(WorkItem).where(
                WorkItem.municipality_id == municipality_id, WorkItem.state == State.OFFERED, WorkItem.offer_until <= at
            )
        )
    )


def to_offer(municipality_id: int) -> list[WorkItem]:
    """Items of a town that wait and are offered to agents, most urgent class first, then oldest."""
    found = db.session.scalars(
        sa.select(WorkItem).where(
            WorkItem.municipality_id == municipality_id,
            WorkItem.state == State.WAITING,
            sa.or_(WorkItem.priority_class <= PriorityClass.LIVE, WorkItem.kind == Kind.CALLBACK),
        )
    )
    moment = now()
    classed = [(class_at(item.kind, item.priority_class, item.urgent_at, moment), item.since, item) for item in found]
    return [item for level, _since, item in sorted(classed, key=lambda c: (c[0], c[1])) if level <= PriorityClass.LIVE]


def agents_of_centre(municipality_id: int) -> list[AgentState]:
    """Agents of a town's centre who are not offline."""
    return list(
        db.session.scalars(
            sa.select(AgentState)
            .join(Municipality, Municipality.centre_id == AgentState.centre_id)
            .where(Municipality.id == municipality_id, AgentState.state != AgentMode.OFFLINE)
        )
    )


def agents_of_town(municipality_id: int) -> set[uuid.UUID]:
    """Accounts with any role in a town."""
    return set(
        db.session.scalars(sa.select(Membership.account_id).where(Membership.municipality_id == municipality_id))
    )


def anybody_free(municipality_id: int) -> bool:
    """Whether an agent of the town's centre is available."""
    return any(row.state == AgentMode.AVAILABLE for row in agents_of_centre(municipality_id))


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
