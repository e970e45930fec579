"""Who takes this call? What an exchange is answered while a caller waits."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from kcc.channels import actions_calls as calls
from kcc.channels import queries_calls as queries
from kcc.channels.models_calls import Call
from kcc.channels.rules_calls import OVER, CallState, Verb
from kcc.core.clock import now
from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules as calendars
from kcc.routing import actions_offers as offers
from kcc.routing import queries_deciding as deciding
from kcc.routing import queries_tuning as tuning
from kcc.routing.models import WorkItem
from kcc.routing.rules import State

ASK_AGAIN_SECONDS = 1
"""How soon an exchange asks again while a caller waits."""


class Does(StrEnum):
    """What the exchange should do with the caller."""

    AGENT = "agent"
    WAIT = "wait"
    CALLBACK_OFFER = "callback_offer"
    CLOSED = "closed"
    TALKING = "talking"
    OVER = "over"
    UNKNOWN_NUMBER = "unknown_number"


@dataclass(frozen=True)
class Decision:
    """An answer: what to do, and what belongs to it (docs/telephony.md has every field)."""

    does: Does
    detail: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As the exchange gets it."""
        return {"decision": str(self.does), **self.detail}


def decide(*, actor: Actor, call: Call | None, look: bool = False) -> Decision:
    """What should happen with a caller now. With ``look`` an agent is looked for first, as for somebody who just came in.

    Who has been waiting gets an agent from the queue itself, which weighs them against everybody else who waits.
    """
    if call is None:
        return Decision(Does.UNKNOWN_NUMBER, {})
    if call.state in OVER:
        return Decision(Does.OVER, {"state": call.state})
    if call.state != CallState.RINGING:
        return Decision(Does.TALKING, {"state": call.state})
    item = queries.live_item(call)
    if item is None:
        return _closed(call)
    if look and item.state == State.WAITING:
        offers.offer(item_id=item.id)
        item = queries.live_item(call) or item
    agent = _agent(call, item)
    return agent or _wait(actor, call, item)


def decide_waiting(*, actor: Actor, exchange_id: uuid.UUID | None) -> list[tuple[Call, Decision]]:
    """What should happen with each caller of an exchange who is not talking yet, longest waiting first."""
    return [(call, decide(actor=actor, call=call)) for call in queries.ringing_of_exchange(exchange_id)]


def _agent(call: Call, item: WorkItem) -> Decision | None:
    account_id = item.offered_to or item.account_id
    if account_id is None:
        return None
    address = queries.phone_of(account_id)
    if address is None:
        return None
    leg = queries.open_leg(call, account_id)
    until = item.offer_until
    seconds = max(1, round((until - now()).total_seconds())) if until else None
    detail = {"agent": address, "conversation": str(leg.conversation_id) if leg else None, "item": str(item.id)}
    return Decision(Does.AGENT, {**detail, "ring_seconds": seconds})


def _wait(actor: Actor, call: Call, item: WorkItem) -> Decision:
    waited = (now() - call.arrived_at).total_seconds()
    expected = deciding.expected_wait(call.municipality_id, waited=max(0.0, waited))
    detail: dict[str, Any] = {
        "position": expected.position + 1,
        "expected_wait_seconds": None if expected.seconds is None else round(expected.seconds),
        "ask_again_seconds": ASK_AGAIN_SECONDS,
        **_announcement(call),
    }
    is_ringing = item.state != State.WAITING
    if is_ringing:
        # Somebody has the caller at the desk, but no telephone that the exchange knows: said on the telephone page.
        return Decision(Does.WAIT, {**detail, "problem": "agent_without_phone"})
    if expected.callback and not queries.has_event(call, Verb.CALLBACK_DECLINED):
        calls.note(actor=actor, call=call, verb=Verb.CALLBACK_OFFERED)
        call.callback_offered_at = call.callback_offered_at or now()
        return Decision(Does.CALLBACK_OFFER, {**detail, "window_seconds": round(expected.window_seconds)})
    return Decision(Does.WAIT, detail)


def _announcement(call: Call) -> dict[str, str]:
    """What is read out to who waits or finds the town closed, while a crisis holds for them; mostly nothing."""
    said = tuning.spoken_message(call.municipality_id, queries.topic_group_of(call))
    return {"announce": said} if said else {}


def _closed(call: Call) -> Decision:
    """The town's hours, for the exchange to tell the caller."""
    town = municipalities.municipality(call.municipality_id)
    detail: dict[str, Any] = {"municipality": town.name, "opens_at": None, **_announcement(call)}
    try:
        opens = calendars.next_opening(municipalities.calendar_of(town.id, call.arrived_at), now())
        detail["opens_at"] = opens.isoformat()
    except calendars.CalendarNeverOpens:
        pass
    return Decision(Does.CLOSED, detail)


def ask(
    *,
    actor: Actor,
    exchange_id: uuid.UUID | None,
    exchange_call: str,
    at: datetime,
    dialled: str = "",
    caller: str = "",
) -> tuple[Call | None, Decision]:
    """Who takes this call? A call that nobody announced is noted as ringing now: the question says that it is there.

    Raises NotFound for a call that is not known and of which the number is not said.
    """
    call = queries.call_of_exchange(exchange_id, exchange_call)
    if call is None:
        if not dialled and queries.stray_of_exchange(exchange_id, exchange_call) is None:
            raise NotFound
        what = calls.Report(exchange_call, Verb.RINGING, "kcc:asked", at, dialled=dialled, caller=caller)
        call = calls.report(actor=actor, exchange_id=exchange_id, what=what)
    return call, decide(actor=actor, call=call, look=True)
