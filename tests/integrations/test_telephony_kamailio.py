"""The bridge between Kamailio and KCC, with both ends played here. The real ones: bin/prove sip."""

from __future__ import annotations

import json
import threading
import urllib.request
from pathlib import Path
from typing import Any

from kcc.integrations.telephony import kamailio
from kcc.integrations.telephony.kamailio import Bridge


class Ear:
    """A client that keeps what it is told and answers from a list."""

    def __init__(self, **answers: dict[str, Any]) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.answers = answers

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keep it."""
        self.heard.append((path, body))
        return self.answers.get(path.strip("/"), {"known": True})


class Told(Bridge):
    """A bridge that keeps what it would tell Kamailio."""

    told: list[tuple[str, str]]

    def _go_on(self, call: kamailio.Parked, do: str, announce: str = "") -> None:
        self.told = [*getattr(self, "told", []), (do, announce or call.agent)]


INVITE = {"ev": "invite", "call_id": "c1", "to": "140181", "from": 'sip:06"x"@h', "tindex": "1", "tlabel": "2", "last_code": "0", "callback": "", "at": "1764061200.5"}  # fmt: skip


def bridge(**answers: dict[str, Any]) -> Told:
    """A bridge with an ear."""
    return Told(Ear(**answers), ("127.0.0.1", 1))  # type: ignore[arg-type]


def events(made: Told) -> list[str]:
    """What KCC was told."""
    return [body["event"] for path, body in made.client.heard if path == "/events"]  # type: ignore[attr-defined]


def test_a_call_from_ringing_to_hanging_up() -> None:
    made = bridge(who={"decision": "agent", "agent": "sip:1001@h"})
    for event in (
        INVITE,
        {"ev": "answered", "call_id": "c1", "at": "1764061205"},
        {"ev": "ended", "call_id": "c1", "at": "1764061290"},
    ):
        made.handle(event)
    assert events(made) == ["ringing", "answered", "hung_up"]
    assert made.told == [("agent", "sip:1001@h")]
    answered = made.client.heard[2][1]  # type: ignore[attr-defined]
    assert (answered["agent"], answered["at"]) == ("sip:1001@h", "2025-11-25T09:00:05+00:00")


def test_a_busy_telephone_is_reported_and_the_caller_asked_about_again() -> None:
    made = bridge(who={"decision": "agent", "agent": "1001"})
    made.handle(INVITE)
    made.handle({"ev": "agent_failed", "call_id": "c1", "code": "486", "at": "1764061203"})
    made.handle({**INVITE, "last_code": "486", "tindex": "7"})
    assert events(made) == ["ringing", "agent_failed"]
    assert made.client.heard[-1][1]["reason"] == "busy"  # type: ignore[attr-defined]
    assert made.calls["c1"].is_parked and made.calls["c1"].tindex == "7"


def test_an_answer_from_before_a_telephone_failed_does_not_ring_it_again() -> None:
    made = bridge(who={"decision": "wait"}, waiting={"calls": [{"call": "c1", "decision": "agent", "agent": "1001"}]})
    made.handle(INVITE)
    call = made.calls["c1"]
    asked, busy = call.times, {"decision": "agent", "agent": "1001"}
    made._do("c1", call, asked, busy)
    made.handle({"ev": "agent_failed", "call_id": "c1", "code": "486", "at": "1764061203"})
    made.handle({**INVITE, "last_code": "486", "tindex": "7"})
    made._do("c1", call, asked, busy)
    assert made.told == [("agent", "1001")] and call.is_parked
    made._do("c1", call, call.times, {"decision": "agent", "agent": "1002"})
    assert made.told[1:] == [("agent", "1002")]


def test_what_is_said_in_a_crisis_is_passed_on_once_and_the_caller_keeps_waiting() -> None:
    made = bridge(who={"decision": "wait", "announce": "Sluit ramen\nen deuren."})
    made.handle(INVITE)
    assert made.told == [("hold", "Sluit ramen en deuren.")] and not made.calls["c1"].is_parked
    made.handle({**INVITE, "last_code": "hold", "tindex": "8"})
    call = made.calls["c1"]
    assert events(made) == ["ringing"] and call.is_parked
    for decision in ("wait", "callback_offer"):
        made._do("c1", call, call.times, {"decision": decision, "announce": "Sluit ramen en deuren."})
    assert len(made.told) == 1 and call.is_parked
    made._do("c1", call, call.times, {"decision": "callback_offer", "announce": "Blijf binnen."})
    assert made.told[1:] == [("hold", "Blijf binnen.")]
    closed = bridge(who={"decision": "closed", "announce": "Sluit ramen en deuren."})
    closed.handle(INVITE)
    assert closed.told == [("reject", "Sluit ramen en deuren.")]


def test_an_event_that_nobody_understands_stops_no_hand() -> None:
    made = bridge(who={"decision": "wait"})
    made.start()
    made.take({"call_id": "c1"})
    made.take(INVITE)
    for hand in made.hands:
        hand.join()
    made.stopped.set()
    assert events(made) == ["ringing"]


def test_a_caller_who_leaves_is_abandoned_and_one_who_is_sent_away_is_not() -> None:
    made = bridge(who={"decision": "wait"})
    made.handle(INVITE)
    made.handle({"ev": "failed", "call_id": "c1", "at": "1764061210"})
    assert events(made) == ["ringing", "abandoned"]
    closed = bridge(who={"decision": "closed"})
    closed.handle(INVITE)
    closed.handle({"ev": "failed", "call_id": "c1", "at": "1764061201"})
    assert events(closed) == ["ringing", "hung_up"] and closed.told == [("reject", "")]


def test_a_call_back_is_only_taken_by_who_wants_it_and_an_agent_goes_before() -> None:
    waits = bridge(who={"decision": "callback_offer"})
    waits.handle(INVITE)
    assert not hasattr(waits, "told")
    wants = bridge(who={"decision": "callback_offer"}, callback={"accepted": True, "decision": "over"})
    wants.handle({**INVITE, "callback": "yes"})
    assert wants.told == [("reject", "")]
    crossed = bridge(
        who={"decision": "callback_offer"}, callback={"accepted": False, "decision": "agent", "agent": "1001"}
    )
    crossed.handle({**INVITE, "callback": "yes"})
    assert crossed.told == [("agent", "1001")]


def test_the_bridge_answers_kamailio_at_once_and_refuses_what_is_no_json() -> None:
    made = bridge(who={"decision": "wait"})
    listening = kamailio.server(made, "127.0.0.1", 0)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{listening.server_port}/sip/event"
    with urllib.request.urlopen(address, json.dumps(INVITE).encode(), timeout=5) as answer:
        assert answer.status == 200
    assert made.hands[[hand.qsize() for hand in made.hands].index(1)].get()["call_id"] == "c1"
    try:
        urllib.request.urlopen(address, b'{"call":""x"}', timeout=5)
    except urllib.error.HTTPError as fault:
        assert fault.code == 400
    listening.shutdown()
    listening.server_close()


def test_the_configuration_has_every_place_filled_in_and_makes_callers_words_harmless() -> None:
    text = kamailio.configuration(
        folder=Path("/run/kcc"), host="127.0.0.1", sip_port=5060, http_port=5061, bridge_port=5062
    )
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert not [line for line in lines if "@" in line]
    for given in ("$ci}", "$rU}", '"$rU"', '"$fu"', '"$hdr'):
        assert given not in text
