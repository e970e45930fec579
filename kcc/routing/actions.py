"""Putting work before agents, and taking it on: each item reaches one agent, never two."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core import events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidState, NotAllowed
from kcc.core.permissions import Actor
from kcc.routing import queries
from kcc.routing.models import WorkItem


def put_back(
    *, actor: Actor, ticket: Ticket, task_id: uuid.UUID | None, kind: str = "returned_task", at: datetime | None = None
) -> WorkItem:
    """Put a ticket in the agents' queue; ``task_id`` is the task that came back, ``at`` when it did (UTC)."""
    item = WorkItem(
        municipality_id=ticket.municipality_id, kind=kind, ticket_id=ticket.id, task_id=task_id, since=at or now()
    )
    db.session.add(item)
    db.session.flush()
    contacts.add_event(actor=actor, ticket=ticket, verb="queued", detail={"item": str(item.id)}, at=at)
    events.publish("queue", municipality_id=ticket.municipality_id, subject_id=item.id)
    return item


def claim(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Take an item on. Raises InvalidState when a colleague has it or is taking it this moment, NotFound."""
    free = (
        sa.select(WorkItem)
        .where(WorkItem.id == item_id, WorkItem.account_id.is_(None), WorkItem.done_at.is_(None))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    item = db.session.scalar(free)
    if item is None:
        taken = queries.item(item_id)
        if taken.account_id == actor.account_id and taken.done_at is None:
            return taken
        raise InvalidState("Een collega was u voor: deze vraag is al opgepakt.")
    item.account_id = actor.account_id
    item.claimed_at = now()
    _tell(actor, item, "queue_claimed")
    return item


def give_back(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Put an item you took on back in the queue. Raises NotAllowed when it is not yours, InvalidState when done."""
    item = _mine(actor, item_id)
    item.account_id = None
    item.claimed_at = None
    _tell(actor, item, "queue_given_back")
    return item


def done(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Take an item off the queue: its ticket was dealt with. Raises NotAllowed, InvalidState, NotFound."""
    item = _mine(actor, item_id)
    item.done_at = now()
    _tell(actor, item, "queue_done")
    return item


def finish_for_ticket(*, actor: Actor, ticket: Ticket) -> None:
    """Take whatever of this ticket still waits off the queue, because somebody deals with it again."""
    waiting = sa.select(WorkItem).where(WorkItem.ticket_id == ticket.id, WorkItem.done_at.is_(None)).with_for_update()
    for item in db.session.scalars(waiting):
        item.done_at = now()
        events.publish("queue", municipality_id=item.municipality_id, subject_id=item.id)


def _mine(actor: Actor, item_id: uuid.UUID) -> WorkItem:
    item = queries.item(item_id)
    db.session.refresh(item, with_for_update=True)
    if item.done_at is not None:
        raise InvalidState("Deze vraag is al van de wachtrij af.")
    if item.account_id != actor.account_id:
        raise NotAllowed("Deze vraag is niet door u opgepakt.")
    return item


def _tell(actor: Actor, item: WorkItem, verb: str) -> None:
    db.session.flush()
    ticket = tickets.ticket(item.ticket_id)
    contacts.add_event(actor=actor, ticket=ticket, verb=verb, detail={"item": str(item.id)})
    events.publish("queue", municipality_id=item.municipality_id, subject_id=item.id)
