"""Putting work before agents, and taking it on: each item reaches one agent, never two."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.municipalities.rules import CalendarNeverOpens
from kcc.routing import queries, rules
from kcc.routing.models import WorkItem
from kcc.routing.rules import State

USUAL_TERM = timedelta(days=2)
"""For a town that is never open by its own hours: its work is still to be done some day."""


def enqueue(
    *,
    actor: Actor,
    municipality_id: int,
    kind: str,
    channel: str,
    subject_id: uuid.UUID,
    ticket_id: uuid.UUID | None = None,
    topic_group: str = "",
    language: str = "nl",
    since: datetime | None = None,
    due_at: datetime | None = None,
    promise_until: datetime | None = None,
    priority_class: int | None = None,
    sticky_account_id: uuid.UUID | None = None,
    boost_seconds: int = 0,
) -> WorkItem:
    """Put something in the agents' queue, once: while it is not done, the same subject gives the item that is there.

    ``channel`` is one of contacts' channels, ``subject_id`` what it is about (a call, a mail, a task). ``since`` is when
    it began to wait (UTC, now when not given), ``due_at`` when it must be answered: not given, the town's agreement for
    the channel decides. ``promise_until`` is the end of a call-back's window. Raises NotFound for a town out of sight.
    """
    town = municipalities.municipality(municipality_id)
    at = since or now()
    if due_at is None and kind not in rules.LIVE_KINDS:
        due_at = promise_until or _due(municipality_id, channel, at)
    values = {
        "municipality_id": municipality_id, "id": new_id(), "kind": str(rules.Kind(kind)), "channel": channel,
        "subject_id": subject_id, "ticket_id": ticket_id, "topic_group": topic_group, "language": language,
        "since": at, "due_at": due_at, "promise_until": promise_until, "boost_seconds": boost_seconds,
        "sticky_account_id": sticky_account_id,
        "priority_class": rules.first_class(kind) if priority_class is None else priority_class,
        "urgent_at": rules.urgent_at(kind, since=at, due_at=due_at, promise_until=promise_until, zone=town.zone),
    }  # fmt: skip
    made = db.session.scalar(insert(WorkItem).values(**values).on_conflict_do_nothing().returning(WorkItem.id))
    item = db.session.get(WorkItem, made) if made else _live(municipality_id, kind, subject_id)
    if item is None:
        raise NotFound
    if made:
        _record(actor, item, "queued", at)
    return item


def put_back(
    *, actor: Actor, ticket: Ticket, task_id: uuid.UUID | None, kind: str = "returned_task", at: datetime | None = None
) -> WorkItem:
    """Put a ticket in the agents' queue; ``task_id`` is the task that came back, ``at`` when it did (UTC)."""
    return enqueue(
        actor=actor, municipality_id=ticket.municipality_id, kind=kind, channel=ticket.channel,
        subject_id=task_id or ticket.id, ticket_id=ticket.id, since=at, due_at=ticket.due_at,
        topic_group=tickets.topic(ticket.topic_id).group_name,
    )  # fmt: skip


def claim_next(*, actor: Actor) -> WorkItem | None:
    """Take on what should be done first of all that waits, or None when nothing waits."""
    item = db.session.scalar(
        queries.in_order()
        .where(WorkItem.state == State.WAITING)
        .limit(1)
        .with_for_update(skip_locked=True, of=WorkItem)
        .execution_options(populate_existing=True)
    )
    if item is not None:
        _take(actor, item)
    return item


def claim(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Take an item on. Raises InvalidState when a colleague has it or is taking it this moment, NotFound."""
    free = (
        sa.select(WorkItem)
        .where(WorkItem.id == item_id, WorkItem.state == State.WAITING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    item = db.session.scalar(free)
    if item is None:
        taken = queries.item(item_id)
        if taken.account_id == actor.account_id and taken.done_at is None:
            return taken
        raise InvalidState("Een collega was u voor: deze vraag is al opgepakt.")
    _take(actor, item)
    return item


def give_back(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Put an item you took on back in the queue. Raises NotAllowed when it is not yours, InvalidState when done."""
    item = _mine(actor, item_id)
    _move(item, State.WAITING)
    item.account_id = None
    item.claimed_at = None
    _record(actor, item, "queue_given_back")
    return item


def done(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Take an item off the queue: it was dealt with. Raises NotAllowed, InvalidState, NotFound."""
    item = _mine(actor, item_id)
    _end(actor, item, State.DONE, "done")
    return item


def withdraw(*, actor: Actor, kind: str, subject_id: uuid.UUID, outcome: str) -> None:
    """Nothing waits there any more, and nobody dealt with it: the caller hung up, it was a duplicate. Else nothing."""
    _end_subject(actor, kind, subject_id, State.WITHDRAWN, outcome)


def finish_subject(*, actor: Actor, kind: str, subject_id: uuid.UUID, outcome: str) -> None:
    """What the item is about was dealt with, whoever had it. Does nothing when it is off the queue already."""
    _end_subject(actor, kind, subject_id, State.DONE, outcome)


def finish_for_ticket(*, actor: Actor, ticket: Ticket) -> None:
    """Take whatever of this ticket still waits off the queue, because somebody deals with it again."""
    waiting = sa.select(WorkItem).where(
        WorkItem.municipality_id == ticket.municipality_id, WorkItem.ticket_id == ticket.id, WorkItem.done_at.is_(None)
    )
    for item in db.session.scalars(waiting.with_for_update()):
        _end(actor, item, State.DONE, "ticket", told=False)


def _due(municipality_id: int, channel: str, at: datetime) -> datetime:
    try:
        return municipalities.due_at(municipality_id, None, channel, at)
    except CalendarNeverOpens:
        return at + USUAL_TERM


def _live(municipality_id: int, kind: str, subject_id: uuid.UUID) -> WorkItem | None:
    return db.session.scalar(
        sa.select(WorkItem).where(
            WorkItem.municipality_id == municipality_id,
            WorkItem.kind == kind,
            WorkItem.subject_id == subject_id,
            WorkItem.done_at.is_(None),
        )
    )


def _take(actor: Actor, item: WorkItem) -> None:
    _move(item, State.TAKEN)
    item.account_id = actor.account_id
    item.claimed_at = now()
    _record(actor, item, "queue_claimed")


def _mine(actor: Actor, item_id: uuid.UUID) -> WorkItem:
    item = queries.item(item_id)
    db.session.refresh(item, with_for_update=True)
    if item.done_at is not None:
        raise InvalidState("Deze vraag is al van de wachtrij af.")
    if item.account_id != actor.account_id:
        raise NotAllowed("Deze vraag is niet door u opgepakt.")
    return item


def _end_subject(actor: Actor, kind: str, subject_id: uuid.UUID, state: State, outcome: str) -> None:
    found = sa.select(WorkItem).where(
        WorkItem.kind == kind, WorkItem.subject_id == subject_id, WorkItem.done_at.is_(None)
    )
    for item in db.session.scalars(found.with_for_update().execution_options(populate_existing=True)):
        _end(actor, item, state, outcome)


def _end(actor: Actor, item: WorkItem, state: State, outcome: str, *, told: bool = True) -> None:
    _move(item, state)
    item.done_at = now()
    item.outcome = outcome
    item.offered_to = item.offered_at = None
    if told:
        _record(actor, item, "queue_done" if state == State.DONE else "queue_withdrawn")
    else:
        _tell(item)


def _move(item: WorkItem, state: State) -> None:
    rules.check_move(item.state, state)
    item.state = str(state)


def _record(actor: Actor, item: WorkItem, verb: str, at: datetime | None = None) -> None:
    """A line on the ticket's timeline, or in the audit when there is no ticket, and a wake-up for the queue's screens."""
    _tell(item)
    if item.ticket_id is not None:
        ticket = tickets.ticket(item.ticket_id)
        contacts.add_event(actor=actor, ticket=ticket, verb=verb, detail={"item": str(item.id)}, at=at)
        return
    audit.record(
        actor=actor,
        verb=f"work_item.{verb}",
        subject_type="work_item",
        subject_id=item.id,
        municipality_id=item.municipality_id,
    )


def _tell(item: WorkItem) -> None:
    db.session.flush()
    events.publish("queue", municipality_id=item.municipality_id, subject_id=item.id)
