"""The agents' side of a call: who has the caller, the conversation on their desk, and what the phone says of it."""

from __future__ import annotations

from datetime import datetime

from kcc.channels import queries_calls as queries
from kcc.channels.models_calls import Call, CallLeg
from kcc.channels.rules_calls import Verb
from kcc.contacts import actions_conversations as conversations
from kcc.contacts.models import Conversation
from kcc.contacts.rules import Channel
from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.routing import actions as routing
from kcc.routing import actions_offers as offers
from kcc.routing import actions_presence as presence
from kcc.routing.rules import Kind, State
from kcc.routing.rules_presence import AgentMode


def take_on(*, actor: Actor, call: Call, at: datetime | None = None) -> CallLeg:
    """Open the conversation of an agent who has this call now, with the town of the number that was dialled.

    The same leg again when it is open already. ``actor`` is the agent, or the exchange that says what the agent did.
    """
    known = queries.open_leg(call, actor.account_id)
    if known is not None:
        return known
    if actor.account_id is None:
        raise NotFound
    moment = at or now()
    conversation = conversations.start_conversation(
        actor=actor,
        municipality_id=call.municipality_id,
        channel=Channel.PHONE,
        entrance_id=call.entrance_id,
        at=moment,
    )
    leg = CallLeg(
        municipality_id=call.municipality_id, centre_id=call.centre_id, call_id=call.id, account_id=actor.account_id,
        conversation_id=conversation.id, taken_at=moment,
    )  # fmt: skip
    db.session.add(leg)
    call.account_id = actor.account_id
    db.session.flush()
    audit.record(
        actor=actor, verb="call.taken", subject_type="call", subject_id=call.id, municipality_id=call.municipality_id
    )
    events.publish("call", municipality_id=call.municipality_id, subject_id=call.id, account_id=actor.account_id)
    return leg


def talk(*, actor: Actor, call: Call, verb: str, agent_phone: str, at: datetime) -> None:
    """The caller is talking: let the desk of the agent who has them follow what the phones say."""
    if verb == Verb.ANSWERED:
        _answered(actor, call, agent_phone, call.answered_at or at)
    elif verb == Verb.TRANSFERRED:
        _transferred(call, agent_phone, at)
    elif verb in (Verb.HELD, Verb.RESUMED):
        for leg in queries.open_legs(call):
            conversation = _conversation(leg)
            if conversation is not None:
                conversation.on_hold_since = call.held_since


def agent_failed(*, actor: Actor, call: Call, agent_phone: str, reason: str, at: datetime) -> None:
    """An agent's phone was busy or nobody answered it: the caller goes to somebody else, with their place in the queue."""
    account_id = queries.account_of_phone(agent_phone)
    item = queries.live_item(call)
    if account_id is None or item is None:
        return
    agent = Actor.exchange(account_id)
    if item.state == State.OFFERED and item.offered_to == account_id:
        offers.refuse(actor=agent, item_id=item.id)
        row = presence.own_row(agent)
        if reason == "no_answer" and row.state == AgentMode.AVAILABLE:
            presence.change(row, AgentMode.NO_ANSWER, "", now())
    elif item.state == State.TAKEN and item.account_id == account_id:
        leg = queries.open_leg(call, account_id)
        if leg is not None:
            leg.failed, leg.ended_at = True, at
            _end_talk(leg, at)
        routing.give_back(actor=agent, item_id=item.id)
        call.account_id = None


def end(*, call: Call, at: datetime, answered_by: str = "") -> None:
    """The caller's line is over: the talk of whoever had them ends, their wrap-up begins.

    A call of which the end was reported before the answer gets its leg after all: it happened, and somebody has to
    wrap it up.
    """
    account_id = queries.account_of_phone(answered_by) if answered_by and call.answered_at else None
    if account_id is not None:
        _answered(Actor.exchange(), call, answered_by, call.answered_at or at)
    for leg in queries.open_legs(call):
        leg.ended_at = at
        _end_talk(leg, at)


def _answered(actor: Actor, call: Call, agent_phone: str, at: datetime) -> None:
    account_id = queries.account_of_phone(agent_phone) if agent_phone else call.account_id
    if account_id is None:
        # Somebody outside KCC picked up (a night service, another desk): the caller is helped, and counted.
        routing.finish_subject(actor=actor, kind=Kind.CALL, subject_id=call.id, outcome="answered_elsewhere")
        return
    agent = Actor.exchange(account_id)
    _take_item(agent, call)
    leg = take_on(actor=agent, call=call, at=at)
    leg.answered_at = at
    conversation = _conversation(leg)
    if conversation is not None:
        conversation.started_at = at


def _take_item(agent: Actor, call: Call) -> None:
    """Lifting the phone is accepting the offer; also when it rang elsewhere, as with a pick-up group."""
    item = queries.live_item(call)
    if item is None or item.state == State.TAKEN:
        return
    if item.state == State.OFFERED and item.offered_to == agent.account_id:
        offers.accept(actor=agent, item_id=item.id)
        return
    if item.state == State.OFFERED:
        routing.back(item)
        db.session.flush()
    routing.claim(actor=agent, item_id=item.id)


def _transferred(call: Call, agent_phone: str, at: datetime) -> None:
    """The first agent's talk is over; a colleague of the centre gets a conversation of their own for the same caller."""
    account_id = queries.account_of_phone(agent_phone) if agent_phone else None
    for leg in queries.open_legs(call):
        if leg.account_id != account_id:
            leg.ended_at = at
            _end_talk(leg, at)
    if account_id is not None:
        leg = take_on(actor=Actor.exchange(account_id), call=call, at=at)
        leg.answered_at = leg.answered_at or at


def _end_talk(leg: CallLeg, at: datetime) -> None:
    try:
        conversations.end_talk(actor=Actor.exchange(leg.account_id), conversation_id=leg.conversation_id, at=at)
    except (InvalidState, NotFound):
        return  # finished already: the agent was quicker than the exchange


def _conversation(leg: CallLeg) -> Conversation | None:
    found = db.session.get(Conversation, leg.conversation_id, populate_existing=True)
    return found if found is not None and found.finished_at is None else None


def conversation_finished(conversation: Conversation) -> None:
    """A conversation that is over takes its call off the queue: the agent is free for the next."""
    if conversation.finished_at is None:
        return
    leg = queries.leg_of_conversation(conversation.id)
    if leg is None:
        return
    leg.ended_at = leg.ended_at or conversation.ended_at
    agent = Actor(leg.account_id)
    outcome = "cancelled" if conversation.cancelled else "answered"
    for kind in (Kind.CALL, Kind.CALLBACK):
        item = queries.live_item_of(kind, leg.municipality_id, leg.call_id)
        if item is not None and item.account_id == leg.account_id:
            routing.finish_subject(actor=agent, kind=kind, subject_id=leg.call_id, outcome=outcome)


conversations.on_change.append(conversation_finished)
