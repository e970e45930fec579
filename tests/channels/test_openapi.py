"""The published description of the interface says what it really answers, and takes what it says it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from kcc.channels import actions_calls
from tests.channels.exchange import BASE, Exchange, make_exchange
from tests.channels.test_actions_calls import available, number_of
from tests.house.code import ROOT
from tests.routing.test_actions_crisis import switch_off, switch_on
from tests.support.world import World

OPENAPI: dict[str, Any] = json.loads((ROOT / "docs" / "telephony.openapi.json").read_text())
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}


def faults(value: Any, schema: dict[str, Any], where: str = "") -> list[str]:
    """What is wrong with a value by a schema of ours: types, required and unknown fields, and lists of words."""
    if "$ref" in schema:
        schema = OPENAPI["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", list(TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(type(value) is TYPES[kind] for kind in kinds):
        return [f"{where}: {value!r} is not {kinds}"]
    found = [f"{where}: {value!r} is none of {schema['enum']}"] if value not in schema.get("enum", [value]) else []
    if isinstance(value, dict):
        known = schema["properties"]
        found += [f"{where}: without {name}" for name in schema["required"] if name not in value]
        found += [f"{where}: unknown {name}" for name in value if name not in known]
        found += [f for name, v in value.items() if name in known for f in faults(v, known[name], f"{where}/{name}")]
    if isinstance(value, list):
        found += [f for n, v in enumerate(value) for f in faults(v, schema["items"], f"{where}/{n}")]
    return found


class Careful(Exchange):
    """An exchange that holds everything it sends and hears against the description."""

    def send(self, method: str, path: str, body: dict[str, Any] | None = None, **how: Any) -> Any:
        """Send, and compare."""
        described = OPENAPI["paths"][path][method.lower()]
        if body is not None:
            assert faults(body, described["requestBody"]["content"]["application/json"]["schema"], path) == []
        response = super().send(method, path, body, **how)
        schema = described["responses"][str(response.status_code)]["content"]["application/json"]["schema"]
        assert faults(response.get_json(), schema, f"{path} {response.status_code}") == []
        return response


@pytest.fixture
def exchange(world: World) -> Careful:
    """A careful exchange with one telephone."""
    made = make_exchange(world)
    with world.admin() as admin:
        admin.execute(
            "insert into agent_phone (centre_id, account_id, address) values (%s, %s, '1001')",
            (world.centres["noord"], world.people["agent"]),
        )
    return Careful(world, made.key_id, made.secret)


def test_the_description_has_every_route_and_no_other(app: Flask) -> None:
    real = {
        (rule.rule.removeprefix(BASE), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("telephony_api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert real == {(path, method) for path, methods in OPENAPI["paths"].items() for method in methods}


def test_real_answers_are_as_described(world: World, exchange: Careful, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions_calls.calendars, "is_open", lambda *_: True)  # it may be evening now
    exchange.send("GET", "/numbers")
    exchange.send("GET", "/agents")
    to = number_of(world, "Aalburg")
    exchange.event("a", "ringing", to=to, **{"from": "+31612345678"})
    exchange.post("/who", call="a")
    exchange.post("/waiting")
    available(world)
    assert exchange.post("/who", call="b", to=to)["decision"] == "agent"
    exchange.post("/waiting")
    exchange.event("b", "answered", agent="1001")
    exchange.post("/who", call="b")
    exchange.event("b", "hung_up")
    exchange.post("/callback", call="a", accepted=True)
    exchange.event("x", "ringing", to="0900 0000")
    exchange.post("/who", call="x")


def test_who_waits_hears_of_the_crisis_of_their_town(world: World, exchange: Careful) -> None:
    exchange.event("a", "ringing", to=number_of(world, "Aalburg"))
    exchange.event("b", "ringing", to=number_of(world, "Bergen"))
    assert "announce" not in exchange.post("/who", call="a")
    crisis_id = switch_on(world)
    assert exchange.post("/who", call="a")["announce"] == "Sluit ramen en deuren."
    assert [each.get("announce") for each in exchange.post("/waiting")["calls"]] == ["Sluit ramen en deuren.", None]
    switch_off(world, crisis_id)
    assert "announce" not in exchange.post("/who", call="a")


def test_real_refusals_are_as_described(world: World, exchange: Careful) -> None:
    exchange.event("a", "ringing", to=number_of(world, "Aalburg"))
    assert exchange.send("POST", "/callback", {"id": "1", "call": "a", "accepted": True}).status_code == 422
    assert exchange.send("POST", "/who", {"id": "2", "call": "never"}).status_code == 404
    assert exchange.send("POST", "/events", {"id": "2b", "call": "a", "event": "ringing"}).status_code == 200
    assert exchange.send("POST", "/events", {"id": "2b", "call": "a", "event": "abandoned"}).status_code == 409
    assert exchange.send("GET", "/numbers", timestamp=1).status_code == 401


def test_a_wrong_answer_would_be_seen() -> None:
    schema = OPENAPI["components"]["schemas"]["Decision"]
    good = {"known": True, "decision": "wait", "position": 1}
    assert faults(good, schema) == []
    for wrong in (
        {"known": True},
        {**good, "decision": "maybe"},
        {**good, "position": "1"},
        {**good, "extra": 1},
        {**good, "known": 1},
    ):
        assert faults(wrong, schema)
