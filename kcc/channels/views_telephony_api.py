"""The interface of telephone exchanges: /api/telephony/v1 (docs/telephony.md). Each request is signed; the database checks it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint

from kcc.channels import actions_calls as calls
from kcc.channels import actions_deciding as deciding
from kcc.channels import queries_calls as queries
from kcc.channels.models_calls import Call
from kcc.channels.rules_calls import FROM_EXCHANGE, Verb
from kcc.core.cleaning import clean_text
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.web.guards import public
from kcc.web.machines import Malformed, exempt_from_form_tokens, signed

api = Blueprint("telephony_api", __name__, url_prefix="/api/telephony/v1")
exempt_from_form_tokens(api)
SIGNED = "an exchange signs each request and the database checks the signature"
LONGEST = {"call": 200, "event": 20, "to": 400, "from": 400, "agent": 200, "reason": 100, "number": 400}
CLOCK_MAY_DIFFER = timedelta(minutes=5)
"""An exchange whose clock runs ahead more than this is taken to mean now."""


@api.get("/numbers")
@public(SIGNED)
@signed
def numbers(body: dict[str, Any]) -> dict[str, Any]:
    """The telephone numbers that lead to a town, for the exchange to compare with its own list."""
    towns = {town.id: town.name for town in municipalities.visible_municipalities()}
    return {
        "numbers": [
            {"number": each.address, "municipality": towns[each.municipality_id], "label": each.label}
            for each in municipalities.entrances(["phone"])
        ]
    }


@api.get("/agents")
@public(SIGNED)
@signed
def agents(body: dict[str, Any]) -> dict[str, Any]:
    """The agents' telephones that KCC knows, without names."""
    return {"agents": [{"agent": each.address} for each in queries.phones() if each.address]}


@api.post("/events")
@public(SIGNED)
@signed
def events(body: dict[str, Any]) -> dict[str, Any]:
    """Something happened to a call. Any order, any number of times; each event has its own id."""
    verb = _text(body, "event", required=True)
    if verb not in FROM_EXCHANGE:
        raise Malformed(422, f"event is one of: {', '.join(FROM_EXCHANGE)}", "event")
    what = calls.Report(
        call=_text(body, "call", required=True), verb=verb, event_key=str(body["id"]), at=_moment(body),
        dialled=_text(body, "to"), caller=_text(body, "from"), agent_phone=_text(body, "agent"), reason=_text(body, "reason"),
    )  # fmt: skip
    call = calls.report(actor=Actor.exchange(), exchange_id=_exchange(), what=what)
    return _call(call)


@api.post("/who")
@public(SIGNED)
@signed
def who(body: dict[str, Any]) -> dict[str, Any]:
    """Who takes this call? An agent's telephone, or what to do with the caller until there is one."""
    call, decision = deciding.ask(
        actor=Actor.exchange(), exchange_id=_exchange(), exchange_call=_text(body, "call", required=True), at=_moment(body),
        dialled=_text(body, "to"), caller=_text(body, "from"),
    )  # fmt: skip
    return {**_call(call), **decision.as_json()}


@api.post("/waiting")
@public(SIGNED)
@signed
def waiting(body: dict[str, Any]) -> dict[str, Any]:
    """The same question for every caller who is not talking yet, in one request."""
    decided = deciding.decide_waiting(actor=Actor.exchange(), exchange_id=_exchange())
    return {"calls": [{"call": call.exchange_call, **decision.as_json()} for call, decision in decided]}


@api.post("/callback")
@public(SIGNED)
@signed
def callback(body: dict[str, Any]) -> dict[str, Any]:
    """The caller chose to be called back, or not to be. Not accepted when an agent is just taking the call."""
    call = _known(_text(body, "call", required=True))
    if not isinstance(body.get("accepted"), bool):
        raise Malformed(422, "accepted is true or false", "accepted")
    actor, accepted = Actor.exchange(), False
    if body["accepted"]:
        accepted = calls.accept_callback(actor=actor, call=call, number=_text(body, "number"))
    else:
        calls.note(actor=actor, call=call, verb=Verb.CALLBACK_DECLINED)
    until = call.callback_until.isoformat() if accepted and call.callback_until else None
    return {**_call(call), "accepted": accepted, "until": until, **deciding.decide(actor=actor, call=call).as_json()}


def _exchange() -> uuid.UUID:
    found: uuid.UUID = db.session.scalar(sa.text("select kcc_exchange()"))
    return found


def _known(exchange_call: str) -> Call:
    call = queries.call_of_exchange(_exchange(), exchange_call)
    if call is None:
        raise NotFound
    return call


def _call(call: Call | None) -> dict[str, Any]:
    """A call as an exchange hears of it; ``known`` is false when its number leads to no town."""
    if call is None:
        return {"known": False}
    return {"known": True, "state": call.state, "municipality": municipalities.municipality(call.municipality_id).name}


def _text(body: dict[str, Any], name: str, *, required: bool = False) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST[name] or (required and not value.strip()):
        raise Malformed(422, f"{name} is text of at most {LONGEST[name]} characters", name)
    return clean_text(value, multiline=False)


def _moment(body: dict[str, Any]) -> datetime:
    """When it happened by the exchange's clock, in UTC; now when it does not say, or when its clock is ahead."""
    text, moment = body.get("at"), now()
    if text is None:
        return moment
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise Malformed(422, "at is a moment such as 2026-11-25T10:15:30.250+01:00", "at") from error
    if at.tzinfo is None:
        raise Malformed(422, "at needs a zone", "at")
    at = at.astimezone(UTC)
    return at if at <= moment + CLOCK_MAY_DIFFER else moment
