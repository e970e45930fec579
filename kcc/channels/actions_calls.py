"""What becomes of a telephone call: events are noted, the call follows from them, and queue and desk follow from the call."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.channels import actions_legs as legs
from kcc.channels import queries_calls as queries
from kcc.channels import rules_calls as rules
from kcc.channels.models_calls import Call, CallerNumber, CallEvent, StrayCall
from kcc.channels.rules_calls import CallState, Verb
from kcc.channels.rules_numbers import Given, read_number
from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules as calendars
from kcc.municipalities.models import Entrance
from kcc.routing import actions as routing
from kcc.routing import actions_offers as offers
from kcc.routing.rules import Kind, State


@dataclass(frozen=True)
class Report:
    """One event as an exchange sends it. ``at`` in UTC; numbers and phones as the exchange writes them."""

    call: str
    verb: str
    event_key: str
    at: datetime
    dialled: str = ""
    caller: str = ""
    agent_phone: str = ""
    reason: str = ""


def report(*, actor: Actor, exchange_id: uuid.UUID | None, what: Report) -> Call | None:
    """Note an event and let everything follow from it; gives the call, or None when its number leads to no town (yet).

    The same event key again changes nothing. Events of one call are taken one after the other.
    """
    _one_at_a_time(exchange_id, what.call)
    call = queries.call_of_exchange(exchange_id, what.call)
    if call is None:
        entrance = queries.entrance_of(read_number(what.dialled)) if what.dialled else None
        if entrance is None:
            _keep_stray(actor, exchange_id, what)
            return None
        call = _begin(actor, exchange_id, what, entrance)
    if what.caller:
        keep_number(actor=actor, call=call, given=read_number(what.caller))
    _note(actor, call, what)
    return call


def note(*, actor: Actor, call: Call, verb: Verb, at: datetime | None = None) -> None:
    """Note something of a call that KCC knows itself: told that it is closed, a call-back, given up. Once each."""
    _note(actor, call, Report(call.exchange_call, verb, f"kcc:{verb}", at or now()))


def accept_callback(*, actor: Actor, call: Call, number: str = "") -> bool:
    """The caller would rather be called back, within the promised window: the call ends, a call-back waits in its place.

    False when an agent is just taking the call: then nobody needs to be called back. Raises InvalidInput (``number``)
    when nobody would know what to call, InvalidState when the call is over or answered.
    """
    if call.state != CallState.RINGING:
        raise InvalidState("Deze oproep is al voorbij of beantwoord.")
    given = read_number(number) if number else None
    if (given is None or given.withheld) and call.withheld:
        raise InvalidInput("Zonder nummer kan niemand terugbellen.", field="number")
    # Locked: an agent may be offered the caller this very moment, and one of the two must know.
    item = queries.live_item(call, lock=True)
    if item is not None and item.state != State.WAITING:
        return False
    if given is not None and not given.withheld:
        keep_number(actor=actor, call=call, given=given, kind="callback")
    note(actor=actor, call=call, verb=Verb.CALLBACK_ACCEPTED)
    return True


def keep_number(*, actor: Actor, call: Call, given: Given, kind: str = "caller") -> None:
    """Keep from what number the caller calls (or wants to be called back), the first time that it is said."""
    if given.withheld:
        return
    call.withheld = False
    db.session.flush()
    db.session.execute(
        insert(CallerNumber)
        .values(
            municipality_id=call.municipality_id, call_id=call.id, kind=kind, number=given.number, raw=given.raw, at=now()
        )
        # Without naming the key: an exchange may add a number and not read it again.
        .on_conflict_do_nothing()
    )  # fmt: skip
    _record(actor, call, "call.number_kept")


def give_up_silent(*, actor: Actor, municipality_id: int, at: datetime | None = None) -> int:
    """Close calls of a town of which the last event never came, and show them; returns how many."""
    moment = at or now()
    given_up = [
        call
        for call in queries.open_calls(municipality_id)
        if rules.given_up(call.state, call.answered_at or call.arrived_at, moment)
    ]
    for call in given_up:
        note(actor=actor, call=call, verb=Verb.LOST, at=moment)
    return len(given_up)


def forget_numbers(*, actor: Actor, municipality_id: int, at: datetime | None = None) -> int:
    """Erase callers' numbers of a town that were kept long enough; returns how many. The calls stay countable."""
    gone = db.session.execute(
        sa.delete(CallerNumber).where(
            CallerNumber.municipality_id == municipality_id,
            CallerNumber.at < (at or now()) - rules.NUMBERS_KEPT,
        )
    )
    number = int(gone.rowcount or 0)  # type: ignore[attr-defined]
    if number:
        audit.record(
            actor=actor, verb="call.numbers_forgotten", subject_type="municipality", subject_id=municipality_id,
            municipality_id=municipality_id,
        )  # fmt: skip
    return number


def see_stray(*, actor: Actor, stray_id: uuid.UUID) -> None:
    """Somebody has seen to a call that led nowhere. Raises NotFound."""
    stray = queries.stray(stray_id)
    stray.seen_at, stray.seen_by_id = now(), actor.account_id
    audit.record(
        actor=actor, verb="stray_call.seen", subject_type="stray_call", subject_id=stray.id, municipality_id=None
    )


def _one_at_a_time(exchange_id: uuid.UUID | None, exchange_call: str) -> None:
    key = sa.text("select pg_advisory_xact_lock(hashtextextended(:key, 7))")
    db.session.execute(key, {"key": f"call:{exchange_id}:{exchange_call}"})


def _begin(actor: Actor, exchange_id: uuid.UUID | None, what: Report, entrance: Entrance) -> Call:
    town = municipalities.municipality(entrance.municipality_id)
    call = Call(
        id=new_id(), municipality_id=town.id, centre_id=town.centre_id, exchange_id=exchange_id,
        exchange_call=what.call, entrance_id=entrance.id, arrived_at=what.at, withheld=True,
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    _record(actor, call, "call.began")
    for earlier in _adopt_stray(exchange_id, what.call, call):
        _note(actor, call, earlier)
    return call


def _note(actor: Actor, call: Call, what: Report) -> None:
    added = db.session.execute(
        insert(CallEvent)
        .values(
            id=new_id(), municipality_id=call.municipality_id, call_id=call.id, event_key=what.event_key,
            verb=str(what.verb), at=what.at, received_at=now(), agent_phone=what.agent_phone[:200], reason=what.reason[:100],
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    if added.rowcount == 0:  # type: ignore[attr-defined]
        return
    before = call.state if queries.event_count(call) > 1 else ""
    _follow(call, rules.summarise(queries.events_of(call)))
    _settle(actor, call, before, what)
    db.session.flush()
    account_id = call.account_id
    events.publish("call", municipality_id=call.municipality_id, subject_id=call.id, account_id=account_id)


def _follow(call: Call, known: rules.Summary) -> None:
    """Let the row say what its events say."""
    call.state = str(known.state)
    call.arrived_at, call.answered_at, call.ended_at = known.arrived_at, known.answered_at, known.ended_at
    call.held_since = known.held_since
    call.waited_seconds = known.waited.total_seconds() if known.waited is not None else None
    db.session.flush()


def _settle(actor: Actor, call: Call, before: str, what: Report) -> None:
    """What queue and desk do when a call goes from one state to another."""
    state = CallState(call.state)
    if state == CallState.RINGING:
        if before == "":
            _let_wait(actor, call)
        if what.verb == Verb.AGENT_FAILED:
            legs.agent_failed(actor=actor, call=call, agent_phone=what.agent_phone, reason=what.reason, at=what.at)
    elif state in (CallState.TALKING, CallState.ON_HOLD):
        legs.talk(actor=actor, call=call, verb=what.verb, agent_phone=what.agent_phone, at=what.at)
    elif state == CallState.CALLED_BACK:
        _promise(actor, call)
    else:
        legs.end(call=call, at=call.ended_at or what.at, answered_by=_answerer(what))
        if call.answered_at is None:
            routing.withdraw(actor=actor, kind=Kind.CALL, subject_id=call.id, outcome=str(state))
        elif not queries.legs_of(call):
            routing.finish_subject(actor=actor, kind=Kind.CALL, subject_id=call.id, outcome="answered_elsewhere")


def _answerer(what: Report) -> str:
    return what.agent_phone if what.verb == Verb.ANSWERED else ""


def _let_wait(actor: Actor, call: Call) -> None:
    """Put a new caller in the queue, unless the town is closed now."""
    calendar = municipalities.calendar_of(call.municipality_id, call.arrived_at)
    if not calendars.is_open(calendar, call.arrived_at):
        note(actor=actor, call=call, verb=Verb.CLOSED, at=call.arrived_at)
        return
    routing.enqueue(
        actor=actor, municipality_id=call.municipality_id, kind=Kind.CALL, channel="phone", subject_id=call.id,
        topic_group=queries.topic_group_of(call), since=call.arrived_at,
    )  # fmt: skip


def _promise(actor: Actor, call: Call) -> None:
    item = queries.live_item(call, lock=True)
    if item is not None and item.state == State.OFFERED:
        routing.back(item)
        db.session.flush()
    if item is not None and item.state == State.WAITING:
        later = offers.offer_callback(actor=actor, item_id=item.id, subject_id=call.id)
        call.callback_until = later.promise_until


def _keep_stray(actor: Actor, exchange_id: uuid.UUID | None, what: Report) -> None:
    found = queries.stray_of_exchange(exchange_id, what.call)
    if found is None:
        centre_id = municipalities.visible_municipalities()[0].centre_id
        found = StrayCall(
            centre_id=centre_id, exchange_id=exchange_id, exchange_call=what.call, first_at=what.at, last_at=what.at,
            events=[], dialled="",
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
        audit.record(
            actor=actor, verb="stray_call.kept", subject_type="stray_call", subject_id=found.id, municipality_id=None
        )
    if what.dialled and not found.dialled:
        given = read_number(what.dialled)
        found.dialled = given.number or given.raw
    if what.event_key not in {each["key"] for each in found.events}:
        found.events = [*found.events, _as_json(what)][-rules.MOST_STRAY_EVENTS :]
    found.last_at = max(found.last_at, what.at)


def _adopt_stray(exchange_id: uuid.UUID | None, exchange_call: str, call: Call) -> list[Report]:
    """The events that came before anybody knew whose call it is."""
    found = queries.stray_of_exchange(exchange_id, exchange_call)
    if found is None:
        return []
    found.call_id, found.seen_at = call.id, now()
    return [
        Report(exchange_call, each["verb"], each["key"], datetime.fromisoformat(each["at"]), agent_phone=each["agent"])
        for each in found.events
    ]


def _as_json(what: Report) -> dict[str, Any]:
    return {"key": what.event_key, "verb": str(what.verb), "at": what.at.isoformat(), "agent": what.agent_phone[:200]}


def _record(actor: Actor, call: Call, verb: str) -> None:
    audit.record(actor=actor, verb=verb, subject_type="call", subject_id=call.id, municipality_id=call.municipality_id)
