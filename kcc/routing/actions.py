"""Putting work before agents, taking it on by hand, and taking it off: each item reaches one agent, never two.

Asking for the next and being offered work stand in ``actions_offers``.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core import audit, events, jobs
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules as calendars
from kcc.municipalities.models import Municipality
from kcc.municipalities.rules import CalendarNeverOpens
from kcc.routing import actions_presence as presence
from kcc.routing import queries, rules, rules_choice
from kcc.routing import queries_deciding as deciding
from kcc.routing import queries_tuning as tuning
from kcc.routing.models import WorkItem
from kcc.routing.models_deciding import RoutingDecision, TokenBucket
from kcc.routing.models_presence import AgentState
from kcc.routing.rules import State
from kcc.routing.rules_choice import Parameters
from kcc.routing.rules_presence import AgentMode

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
    settings = deciding.in_force(municipality_id, at).parameters
    if due_at is None and kind not in rules.LIVE_KINDS:
        due_at = promise_until or _due(municipality_id, channel, at)
    values = {
        "municipality_id": municipality_id, "id": new_id(), "kind": str(rules.Kind(kind)), "channel": channel,
        "subject_id": subject_id, "ticket_id": ticket_id, "topic_group": topic_group, "language": language,
        "since": at, "due_at": due_at, "promise_until": promise_until, "boost_seconds": boost_seconds,
        "priority_class": tuning.first_class(kind, municipality_id, topic_group) if priority_class is None else priority_class,
        "urgent_at": rules.urgent_at(
            kind, since=at, due_at=due_at, promise_until=promise_until, zone=town.zone, share=settings.callback_urgent_share
        ),
        **_held_for(sticky_account_id, municipality_id, ticket_id, kind, channel, settings),
    }  # fmt: skip
    made = db.session.scalar(insert(WorkItem).values(**values).on_conflict_do_nothing().returning(WorkItem.id))
    item = db.session.get(WorkItem, made) if made else _live(municipality_id, kind, subject_id)
    if item is None:
        raise NotFound
    if made:
        if kind in rules.LIVE_KINDS:
            item.in_profile = _take_token(town, at, settings)
        record(actor, item, "queued", at)
        ask_offer(item)
    return item


def ask_offer(item: WorkItem) -> None:
    """Have the worker look for an agent for an item that waits; it does nothing for one that agents fetch themselves."""
    moment = now()
    if item.state == State.WAITING and deciding.class_of(item, moment) <= rules.PriorityClass.LIVE:
        jobs.enqueue(
            "routing.offer",
            municipality_id=item.municipality_id,
            key=f"{item.id}:{moment.timestamp()}",
            args={"item": str(item.id)},
        )


def put_back(
    *, actor: Actor, ticket: Ticket, task_id: uuid.UUID | None, kind: str = "returned_task", at: datetime | None = None
) -> WorkItem:
    """Put a ticket in the agents' queue; ``task_id`` is the task that came back, ``at`` when it did (UTC)."""
    return enqueue(
        actor=actor, municipality_id=ticket.municipality_id, kind=kind, channel=ticket.channel,
        subject_id=task_id or ticket.id, ticket_id=ticket.id, since=at, due_at=ticket.due_at,
        topic_group=tickets.topic(ticket.topic_id).group_name,
    )  # fmt: skip


def claim(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Take an item on. Raises InvalidState when a colleague has it or is taking it this moment, NotFound."""
    free = (
        sa.select(WorkItem)
        .where(WorkItem.id == item_id, WorkItem.state == State.WAITING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    own = presence.own_row(actor)  # agent before item: the order in which everybody locks
    item = db.session.scalar(free)
    if item is None:
        taken = queries.item(item_id)
        if taken.account_id == actor.account_id and taken.done_at is None:
            return taken
        raise InvalidState("Een collega was u voor: deze vraag is al opgepakt.")
    take(actor, item, own)
    decide(item, way="by_hand", account_id=actor.account_id, by=actor.account_id)
    return item


def give_back(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Put an item you took on back in the queue. Raises NotAllowed when it is not yours, InvalidState when done."""
    item = mine(actor, item_id)
    back(item)
    record(actor, item, "queue_given_back")
    ask_offer(item)
    return item


def back(item: WorkItem) -> None:
    """Let a locked item wait again, with the time at which it first began to."""
    move(item, State.WAITING)
    item.account_id = item.claimed_at = None
    item.offered_to = item.offered_at = item.offer_until = None


def take(actor: Actor, item: WorkItem, own: AgentState) -> None:
    """Give a locked item to the actor, whose own row is locked too; for a live one other work is put down."""
    moment = now()
    if deciding.class_of(item, moment) <= rules.PriorityClass.LIVE:
        put_down(actor, own)
    move(item, State.TAKEN)
    item.account_id = actor.account_id
    item.claimed_at = moment
    item.offered_to = item.offered_at = item.offer_until = None
    if own.state == AgentMode.NO_ANSWER:
        presence.change(own, AgentMode.AVAILABLE, "", moment)
    record(actor, item, "queue_claimed")


def put_down(actor: Actor, own: AgentState) -> None:
    """Put the work in hand that can wait on hold, with its drafts where they are: it comes back to this agent first."""
    soft = sa.select(WorkItem).where(
        WorkItem.account_id == own.account_id, WorkItem.state == State.TAKEN, WorkItem.done_at.is_(None),
        WorkItem.kind.in_(sorted(rules.INTERRUPTIBLE)),
    )  # fmt: skip
    for item in db.session.scalars(soft.with_for_update(skip_locked=True)):
        settings = deciding.in_force(item.municipality_id).parameters
        if item.interruptions >= settings.most_interruptions:
            continue
        back(item)
        item.interruptions += 1
        item.sticky_account_id = own.account_id
        item.sticky_until = _working_hours_on(item.municipality_id, settings.sticky_async_hours)
        decide(item, way="put_down", account_id=own.account_id, by=None)
        record(actor, item, "queue_given_back")


def decide(
    item: WorkItem,
    *,
    way: str,
    account_id: uuid.UUID | None,
    by: uuid.UUID | None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Keep why an item went where it went: ids and figures only."""
    db.session.add(
        RoutingDecision(
            municipality_id=item.municipality_id, item_id=item.id, way=way, account_id=account_id, by_account_id=by,
            detail=detail or {},
        )
    )  # fmt: skip


def done(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Take an item off the queue: it was dealt with. Raises NotAllowed, InvalidState, NotFound."""
    item = mine(actor, item_id)
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


def _held_for(
    account_id: uuid.UUID | None, municipality_id: int, ticket_id: uuid.UUID | None, kind: str, channel: str,
    settings: Parameters,
) -> dict[str, Any]:  # fmt: skip
    """For whom a new item is held for a while: who is given, else who worked on its case last."""
    if account_id is None and ticket_id is not None:
        account_id = deciding.last_agent_of(municipality_id, ticket_id)
    if account_id is None:
        return {}
    moment = now()
    if kind in rules.LIVE_KINDS:
        within = deciding.agreed_within(municipality_id, channel, moment.date())
        until = moment + timedelta(seconds=rules_choice.live_hold_seconds(within, settings))
    else:
        until = _working_hours_on(municipality_id, settings.sticky_async_hours)
    return {"sticky_account_id": account_id, "sticky_until": until}


def _working_hours_on(municipality_id: int, hours: float) -> datetime:
    moment = now()
    try:
        calendar = municipalities.calendar_of(municipality_id, moment)
        return calendars.due_at(calendar, moment, calendars.Term(round(hours), "working_hours"))
    except CalendarNeverOpens:
        return moment + timedelta(hours=hours)


def _take_token(town: Municipality, at: datetime, settings: Parameters) -> bool:
    """Count a live arrival against what is expected of its town; the bucket's row makes arrivals of a town queue up."""
    expected = deciding.expected_arrivals(town, at)
    if expected is None:
        return True
    fresh = {"municipality_id": town.id, "tokens": settings.bucket_burst, "at": at}
    db.session.execute(insert(TokenBucket).values(**fresh).on_conflict_do_nothing())
    bucket = db.session.scalars(
        sa.select(TokenBucket)
        .where(TokenBucket.municipality_id == town.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    seconds = (at - bucket.at).total_seconds()
    bucket.tokens, in_profile = rules_choice.take_token(bucket.tokens, seconds, expected, settings)
    bucket.at = max(at, bucket.at)
    return in_profile


def mine(actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """An item that the actor has in hand, locked. Raises NotAllowed, InvalidState, NotFound."""
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
    move(item, state)
    item.done_at = now()
    item.outcome = outcome
    offered_to = item.offered_to
    item.offered_to = item.offered_at = item.offer_until = None
    if offered_to is not None:
        events.publish("offer", municipality_id=item.municipality_id, subject_id=item.id, account_id=offered_to)
    if told:
        record(actor, item, "queue_done" if state == State.DONE else "queue_withdrawn")
    else:
        tell(item)


def move(item: WorkItem, state: State) -> None:
    """Put a locked item in a state. Raises InvalidState for a move that there is not."""
    rules.check_move(item.state, state)
    item.state = str(state)


def record(actor: Actor, item: WorkItem, verb: str, at: datetime | None = None) -> None:
    """A line on the ticket's timeline, or in the audit when there is no ticket, and a wake-up for the queue's screens."""
    tell(item)
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


def tell(item: WorkItem) -> None:
    """Wake the screens on which the queue stands."""
    db.session.flush()
    events.publish("queue", municipality_id=item.municipality_id, subject_id=item.id)
