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
    """A line of the queue: the item, its class now, its ticket, whose town, why it came back, and who took it on."""

    item: WorkItem
    priority_class: int
    ticket: Ticket | None
    municipality: Municipality
    topic_name: str | None
    reason: str | None
    agent_name: str | None

    @property
    def place(self) -> tuple[int, datetime, uuid.UUID]:
        """Where the line stands, for the page that goes on after it."""
        return self.priority_class, order_time(self.item, self.priority_class), self.item.id


@dataclass(frozen=True)
class Ringing:
    """What rings at an agent now."""

    item: WorkItem
    municipality: Municipality
    topic_name: str | None


def order_time(item: WorkItem, priority_class: int) -> datetime:
    """By what items of a class are put in order on paper: when live work began to wait, when other work is due."""
    return item.since if priority_class <= PriorityClass.LIVE or item.due_at is None else item.due_at


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


def taker(item_id: uuid.UUID) -> str:
    """Who took an item on, by name; waits for somebody who is doing so this moment. "" when nobody has it (any more)."""
    held = db.session.scalar(
        sa.select(WorkItem).where(WorkItem.id == item_id).with_for_update().execution_options(populate_existing=True)
    )
    if held is None or held.account_id is None:
        return ""
    return db.session.scalar(sa.select(Account.name).where(Account.id == held.account_id)) or ""


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


def ringing(account_id: uuid.UUID) -> Ringing | None:
    """What rings at an agent, with whose it is and what it is about, where that is known."""
    row = db.session.execute(
        sa.select(WorkItem, Municipality, Topic.name)
        .join(Municipality, Municipality.id == WorkItem.municipality_id)
        .outerjoin(Ticket, sa.and_(Ticket.municipality_id == WorkItem.municipality_id, Ticket.id == WorkItem.ticket_id))
        .outerjoin(Topic, Topic.id == Ticket.topic_id)
        .where(WorkItem.offered_to == account_id, WorkItem.state == State.OFFERED)
        .limit(1)
    ).first()
    return Ringing(*row) if row else None


def waiting(
    limit: int = 50, after: tuple[int, datetime, uuid.UUID] | None = None, at: datetime | None = None
) -> list[Waiting]:
    """Items not done, of the scope's municipalities, by class and then by age or due time; ``after`` is a line's place.

    An agent may still get another one first: skills, sticky cases and what towns agreed count for each agent apart.
    """
    moment = at or now()
    level = sa.case(
        (sa.or_(WorkItem.urgent_at.is_(None), WorkItem.urgent_at > moment), WorkItem.priority_class),
        else_=sa.func.least(
            WorkItem.priority_class,
            sa.case(
                (WorkItem.kind == Kind.CALLBACK, int(PriorityClass.URGENT_CALLBACK)), else_=int(PriorityClass.DUE_TODAY)
            ),
        ),
    )
    order = sa.case(
        (level <= int(PriorityClass.LIVE), WorkItem.since), else_=sa.func.coalesce(WorkItem.due_at, WorkItem.since)
    )
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
        sa.select(WorkItem, level, Ticket, Municipality, Topic.name, reason, Account.name)
        .outerjoin(Ticket, sa.and_(Ticket.municipality_id == WorkItem.municipality_id, Ticket.id == WorkItem.ticket_id))
        .join(Municipality, Municipality.id == WorkItem.municipality_id)
        .outerjoin(Topic, Topic.id == Ticket.topic_id)
        .outerjoin(Account, Account.id == WorkItem.account_id)
        .where(WorkItem.done_at.is_(None))
        .order_by(level, order, WorkItem.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(sa.tuple_(level, order, WorkItem.id) > after)
    return [Waiting(*row) for row in db.session.execute(query)]
