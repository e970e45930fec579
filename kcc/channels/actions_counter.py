"""Visitors at a counter: a number, called to a desk, helped or not there. The queue itself is that of all channels."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.channels import queries_counter as queries
from kcc.channels.models_counter import QueueNumber
from kcc.contacts import actions_conversations as conversations
from kcc.contacts.models import Conversation
from kcc.contacts.rules import Channel
from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, KCCError
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.routing import actions as routing

LONGEST_DESK = 30


def take_number(*, actor: Actor, entrance_id: int, topic_group: str = "", language: str = "nl") -> QueueNumber:
    """The next number of a counter for today, put in the queue. Raises NotFound, InvalidInput for an unknown group."""
    entrance = queries.counter(entrance_id)
    if topic_group and topic_group not in queries.groups_of(entrance.municipality_id):
        raise InvalidInput("Kies een onderwerp uit de lijst.", field="topic_group")
    day = queries.today_at(municipalities.municipality(entrance.municipality_id))
    # Two visitors at the same moment: the second waits here for the first one's number.
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(14, entrance.id)))
    taken = QueueNumber(
        municipality_id=entrance.municipality_id,
        entrance_id=entrance.id,
        on_day=day,
        letter=queries.letter_of(entrance),
        number=queries.highest(entrance, day) + 1,
        topic_group=topic_group,
    )
    db.session.add(taken)
    db.session.flush()
    put_in_queue(actor=actor, number_id=taken.id, language=language)
    return taken


def put_in_queue(*, actor: Actor, number_id: uuid.UUID, language: str = "nl") -> QueueNumber:
    """Have a visitor wait for an agent, once; nothing for who was called or went. Also for numbers of a kiosk."""
    taken = queries.number(number_id, lock=True)
    if taken.state != "waiting" or queries.item_of(taken.id) is not None:
        return taken
    routing.enqueue(
        actor=actor, municipality_id=taken.municipality_id, kind="counter", channel="counter", subject_id=taken.id,
        topic_group=taken.topic_group, language=language, since=taken.taken_at,
    )  # fmt: skip
    _record(actor, taken, "taken")
    return taken


def call_number(*, actor: Actor, number_id: uuid.UUID, desk: str = "") -> QueueNumber:
    """Call a visitor to a desk, and begin the conversation. Raises InvalidState when a colleague did, or nobody waits."""
    called = queries.number(number_id, lock=True)
    if called.state != "waiting":
        raise InvalidState("Dit nummer is al opgeroepen.")
    begun = conversations.start_conversation(
        actor=actor, municipality_id=called.municipality_id, channel="counter", entrance_id=called.entrance_id
    )
    called.state, called.account_id, called.conversation_id = "called", actor.account_id, begun.id
    called.called_at = called.first_called_at = now()
    called.desk = desk[:LONGEST_DESK] or _usual_desk(called)
    _record(actor, called, "called")
    return called


def name_desk(*, actor: Actor, number_id: uuid.UUID, desk: str) -> QueueNumber:
    """Say at which desk a called visitor is awaited; empty keeps what it was."""
    called = _in_hand(number_id)
    called.desk = desk.strip()[:LONGEST_DESK] or called.desk
    _record(actor, called, "desk_named")
    return called


def recall(*, actor: Actor, number_id: uuid.UUID) -> QueueNumber:
    """Call a visitor once more: the screen shows it first again. Raises InvalidState when it was not called."""
    called = _in_hand(number_id)
    called.called_at = now()
    _record(actor, called, "recalled")
    return called


def no_show(*, actor: Actor, number_id: uuid.UUID) -> QueueNumber:
    """Nobody came: the number is over, and the conversation was none."""
    called = _in_hand(number_id)
    if called.conversation_id is not None and called.account_id == actor.account_id:
        try:
            conversations.cancel(actor=actor, conversation_id=called.conversation_id)
        except KCCError:  # finished or dropped at the desk already: then there is nothing left to end
            pass
    # Dropping the conversation ended the number with it, when it was still there to drop.
    return called if called.ended_at is not None else _end(actor, called, "no_show")


def finish_visit(*, actor: Actor, number_id: uuid.UUID) -> QueueNumber:
    """The visitor was helped."""
    return _end(actor, _in_hand(number_id), "done")


def conversation_finished(conversation: Conversation) -> None:
    """A conversation at the counter that is over ends its visitor's number: helped, or not there when it was dropped."""
    if conversation.finished_at is None or conversation.channel != Channel.COUNTER:
        return
    for called in queries.in_hand_of(conversation.account_id):
        if called.conversation_id == conversation.id:
            _end(Actor(conversation.account_id), called, "no_show" if conversation.cancelled else "done")


conversations.on_change.append(conversation_finished)


def close_earlier_days(*, actor: Actor, municipality_id: int) -> int:
    """End the numbers of days gone by: who waited went home, who was called was helped or left. Returns how many."""
    left = queries.left_of_earlier_days(municipality_id)
    for number in left:
        _end(actor, number, "no_show" if number.state == "waiting" else "done")
    return len(left)


def _end(actor: Actor, called: QueueNumber, state: str) -> QueueNumber:
    called.state, called.ended_at = state, now()
    routing.finish_subject(actor=actor, kind="counter", subject_id=called.id, outcome=state)
    _record(actor, called, state)
    return called


def _in_hand(number_id: uuid.UUID) -> QueueNumber:
    called = queries.number(number_id, lock=True)
    if called.state != "called":
        raise InvalidState("Dit nummer is niet (meer) opgeroepen.")
    return called


def _usual_desk(called: QueueNumber) -> str:
    """Where this agent was last at this counter; nothing said when that is not known."""
    last = db.session.scalar(
        sa.select(QueueNumber.desk)
        .where(
            QueueNumber.municipality_id == called.municipality_id,
            QueueNumber.entrance_id == called.entrance_id,
            QueueNumber.on_day == called.on_day,
            QueueNumber.account_id == called.account_id,
            QueueNumber.desk != "",
        )
        .order_by(QueueNumber.called_at.desc())
        .limit(1)
    )
    return last or ""


def _record(actor: Actor, taken: QueueNumber, verb: str) -> None:
    db.session.flush()
    audit.record(
        actor=actor,
        verb=f"queue_number.{verb}",
        subject_type="queue_number",
        subject_id=taken.id,
        municipality_id=taken.municipality_id,
    )
    events.publish("counter", municipality_id=taken.municipality_id, subject_id=taken.id)
