"""Events of an exchange, through its own door, and what queue and desk make of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kcc.channels import actions_calls as calls
from kcc.channels.models_calls import Call, CallerNumber
from kcc.channels.rules_calls import CallState
from kcc.contacts import actions_conversations as conversations
from kcc.core.db import db
from kcc.core.permissions import Actor, Permission
from kcc.core.platform import command_scope
from kcc.core.tenancy import scope
from kcc.routing import actions_offers as offers
from kcc.routing import actions_presence as presence
from kcc.routing.openers import open_item
from tests.channels.exchange import START, Exchange, door_of, make_exchange
from tests.support.world import World

CALLER = "sip:+31612345678@trunk.example;user=phone"


@pytest.fixture
def exchange(world: World) -> Exchange:
    """The exchange of the north, on a Wednesday at ten; the agent's telephone is 1001."""
    made = make_exchange(world)
    with world.admin() as admin:
        admin.execute(
            "insert into agent_phone (centre_id, account_id, address) values (%s, %s, 'sip:1001@10.0.0.5')",
            (world.centres["noord"], world.people["agent"]),
        )
    return made


def number_of(world: World, town: str) -> str:
    """What is dialled to reach a town."""
    with world.admin() as admin:
        row = admin.execute("select address from entrance where id = %s", (world.entrances[town],)).fetchone()
    assert row is not None
    return str(row[0])


def available(world: World, person: str = "agent") -> None:
    """An agent sits ready."""
    with world.scope(person, Permission.DESK_USE) as actor:
        presence.choose(actor=actor, state="available")
        db.session.commit()


def rows(world: World, query: str, *values: object) -> list[Any]:
    """What really stands in the database, past every lock."""
    with world.admin() as admin:
        return admin.execute(query, values).fetchall()


def the_call(world: World) -> dict[str, Any]:
    """The one call that there is."""
    with world.admin() as admin:
        cursor = admin.execute("select * from call")
        found = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
    assert len(found) == 1
    return dict(zip(names, found[0], strict=True))


def test_the_dialled_number_decides_the_town(world: World, exchange: Exchange) -> None:
    answer = exchange.event("a1", "ringing", to=number_of(world, "Bergen"), **{"from": CALLER})
    assert answer == {"known": True, "state": "ringing", "municipality": "Bergen"}
    assert the_call(world)["municipality_id"] == world.towns["Bergen"]
    assert rows(world, "select number, raw from caller_number") == [("+31612345678", CALLER)]
    assert rows(world, "select kind, state, since from work_item") == [("call", "waiting", START)]


def test_a_withheld_caller_waits_like_any_other_and_leaves_no_number(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Bergen"), **{"from": "sip:anonymous@anonymous.invalid"})
    assert the_call(world)["withheld"] is True
    assert rows(world, "select * from caller_number") == []
    assert rows(world, "select state from work_item") == [("waiting",)]


def test_a_number_that_leads_nowhere_is_kept_in_sight_and_becomes_a_call_once_it_is_known(
    world: World, exchange: Exchange
) -> None:
    assert exchange.event("x", "answered", agent="1001") == {"known": False}
    assert exchange.event("x", "hung_up", to="0800 9999") == {"known": False}
    exchange.event("x", "hung_up", to="0800 9999")
    assert rows(world, "select dialled, jsonb_array_length(events), call_id from stray_call") == [
        ("08009999", 3, None)
    ] or (
        rows(world, "select dialled, jsonb_array_length(events), call_id from stray_call") == [("+318009999", 3, None)]
    )
    exchange.clock -= timedelta(seconds=30)
    exchange.event("x", "ringing", to=number_of(world, "Aalburg"))
    assert the_call(world)["state"] == "ended"
    assert rows(world, "select call_id is not null, seen_at is not null from stray_call") == [(True, True)]


def test_an_answered_call_is_a_conversation_on_the_agent_s_desk(world: World, exchange: Exchange) -> None:
    available(world)
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"), **{"from": CALLER})
    decided = exchange.post("/who", call="a1")
    assert (decided["decision"], decided["agent"]) == ("agent", "sip:1001@10.0.0.5")
    exchange.wait(12)
    exchange.event("a1", "answered", agent="sip:1001@10.0.0.5")
    call = the_call(world)
    assert (call["state"], call["waited_seconds"], call["account_id"]) == ("talking", 12.0, world.people["agent"])
    assert rows(world, "select municipality_id, entrance_id, started_at, ended_at, channel from conversation") == [
        (world.towns["Aalburg"], world.entrances["Aalburg"], START + timedelta(seconds=12), None, "phone")
    ]
    assert rows(world, "select state from agent_state") == [("in_conversation",)]
    exchange.wait(60)
    exchange.event("a1", "held", agent="1001")
    assert rows(world, "select on_hold_since from conversation") == [(exchange.clock,)]
    exchange.event("a1", "resumed", agent="1001")
    exchange.wait(30)
    exchange.event("a1", "hung_up")
    assert rows(world, "select ended_at, on_hold_since, finished_at from conversation") == [
        (exchange.clock, None, None)
    ]
    assert rows(world, "select state from agent_state") == [("wrap_up",)]
    assert rows(world, "select state from work_item") == [("taken",)]


def test_accepting_at_the_desk_opens_the_conversation_before_the_telephone_is_lifted(
    world: World, exchange: Exchange
) -> None:
    available(world)
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    exchange.post("/who", call="a1")
    page = world.page("agent").get("/desk/")
    item = rows(world, "select id from work_item")[0][0]
    with world.scope("agent", Permission.DESK_USE) as actor:
        taken = offers.accept(actor=actor, item_id=item)
        with world.app.test_request_context():
            url = open_item(actor=actor, item=taken)
        db.session.commit()
    decided = exchange.post("/who", call="a1")
    assert url.endswith(decided["conversation"])
    page.get(url)
    exchange.event("a1", "answered", agent="1001")
    assert rows(world, "select count(*) from conversation") == [(1,)]


def test_an_agent_whose_telephone_does_not_answer_loses_the_caller_to_a_colleague(
    world: World, exchange: Exchange
) -> None:
    available(world)
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    assert exchange.post("/who", call="a1")["decision"] == "agent"
    exchange.event("a1", "agent_failed", agent="1001", reason="no_answer")
    assert rows(world, "select state, since from work_item") == [("waiting", START)]
    assert rows(world, "select state from agent_state") == [("no_answer",)]
    assert exchange.post("/who", call="a1")["decision"] in ("wait", "callback_offer")


def test_a_caller_who_hangs_up_is_withdrawn_and_counted(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    exchange.wait(44)
    exchange.event("a1", "abandoned")
    call = the_call(world)
    assert (call["state"], call["waited_seconds"]) == ("abandoned", 44.0)
    assert rows(world, "select state, outcome from work_item") == [("withdrawn", "abandoned")]
    assert exchange.post("/who", call="a1") == {
        "known": True,
        "state": "abandoned",
        "municipality": "Aalburg",
        "decision": "over",
    }


def test_a_caller_outside_opening_hours_hears_when_the_town_opens(world: World, exchange: Exchange) -> None:
    exchange.clock = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    decided = exchange.post("/who", call="a1")
    assert (decided["decision"], decided["municipality"]) == ("closed", "Aalburg")
    assert datetime.fromisoformat(decided["opens_at"]).tzinfo is not None
    assert rows(world, "select * from work_item") == []
    exchange.event("a1", "hung_up")
    assert the_call(world)["state"] == "closed"


def test_a_call_back_is_promised_and_waits_in_the_caller_s_place(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"), **{"from": CALLER})
    offered = exchange.post("/who", call="a1")
    assert offered["decision"] == "callback_offer" and offered["window_seconds"] == 7200
    done = exchange.post("/callback", call="a1", accepted=True)
    assert done["accepted"] is True and done["state"] == "called_back" and done["until"]
    exchange.event("a1", "hung_up")
    assert the_call(world)["state"] == "called_back"
    assert rows(world, "select kind, state from work_item order by kind") == [
        ("call", "withdrawn"),
        ("callback", "waiting"),
    ]


def test_a_caller_who_would_rather_wait_is_not_asked_again(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"), **{"from": CALLER})
    assert exchange.post("/who", call="a1")["decision"] == "callback_offer"
    assert exchange.post("/callback", call="a1", accepted=False)["decision"] == "wait"


def test_nobody_is_promised_a_call_back_without_a_number(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    response = exchange.send("POST", "/callback", {"id": "c1", "call": "a1", "accepted": True})
    assert (response.status_code, response.get_json()["error"]["field"]) == (422, "number")
    assert exchange.post("/callback", call="a1", accepted=True, number="06 12345678")["accepted"] is True
    assert rows(world, "select kind, number from caller_number") == [("callback", "+31612345678")]


def test_a_transfer_gives_the_colleague_a_conversation_of_their_own(world: World, exchange: Exchange) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into agent_phone (centre_id, account_id, address) values (%s, %s, '1002')",
            (world.centres["noord"], world.people["two_hats"]),
        )
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    exchange.event("a1", "answered", agent="1001")
    exchange.wait(30)
    exchange.event("a1", "transferred", agent="1002")
    found = rows(world, "select account_id, ended_at is null from conversation order by ended_at nulls last")
    assert found == [(world.people["agent"], False), (world.people["two_hats"], True)]
    exchange.event("a1", "hung_up")
    assert rows(world, "select count(*) from conversation where ended_at is null") == [(0,)]


def test_the_same_event_again_gets_the_same_answer_and_happens_once(world: World, exchange: Exchange) -> None:
    body = {"id": "evt-1", "call": "a1", "event": "ringing", "to": number_of(world, "Aalburg"), "at": START.isoformat()}
    first = exchange.send("POST", "/events", body)
    again = exchange.send("POST", "/events", body)
    assert (first.status_code, first.get_json()) == (again.status_code, again.get_json())
    assert rows(world, "select count(*) from call_event") == [(1,)]
    other = exchange.send("POST", "/events", {**body, "event": "abandoned"})
    assert (other.status_code, other.get_json()["error"]["code"]) == (409, "malformed")


STORY = (
    ("ringing", 0, ""), ("agent_failed", 4, "1002"), ("answered", 9, "1001"), ("held", 20, "1001"), ("resumed", 25, "1001"),
    ("hung_up", 60, ""),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_any_order_with_repeats_and_gaps_ends_in_the_same_state(world: World, exchange: Exchange, seed: int) -> None:
    chance = random.Random(seed)
    known = [step for step in STORY if step[0] in ("answered", "hung_up", "ringing") or chance.random() < 0.6]
    muddled = known + [step for step in known if chance.random() < 0.4]
    chance.shuffle(muddled)
    for verb, seconds, agent in muddled:
        exchange.send("POST", "/events", {
            "id": f"{verb}", "call": "a1", "event": verb, "agent": agent, "to": number_of(world, "Aalburg"),
            "at": (START + timedelta(seconds=seconds)).isoformat(),
        })  # fmt: skip
    call = the_call(world)
    assert (call["state"], call["waited_seconds"], call["answered_at"], call["ended_at"]) == (
        "ended", 9.0, START + timedelta(seconds=9), START + timedelta(seconds=60),
    )  # fmt: skip
    assert rows(world, "select account_id, ended_at from conversation") == [
        (world.people["agent"], START + timedelta(seconds=60))
    ]
    assert rows(world, "select count(*) from work_item where state in ('waiting', 'offered')") == [(0,)]


def test_a_call_without_a_last_event_is_given_up_and_shown(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    with command_scope(world.app.config["SETTINGS"].platform_url, "noord", reason="test"):
        town, actor = world.towns["Aalburg"], Actor.job()
        assert calls.give_up_silent(actor=actor, municipality_id=town, at=START + timedelta(minutes=29)) == 0
        assert calls.give_up_silent(actor=actor, municipality_id=town, at=START + timedelta(minutes=31)) == 1
        db.session.commit()
    assert the_call(world)["state"] == CallState.LOST
    assert rows(world, "select state, outcome from work_item") == [("withdrawn", "lost")]
    exchange.event("a1", "hung_up")
    assert the_call(world)["state"] == CallState.ABANDONED


def test_callers_numbers_are_erased_after_their_time_and_calls_stay_countable(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"), **{"from": CALLER})
    with command_scope(world.app.config["SETTINGS"].platform_url, "noord", reason="test"):
        town, actor = world.towns["Aalburg"], Actor.job()
        later = datetime.now(UTC) + timedelta(days=31)
        assert calls.forget_numbers(actor=actor, municipality_id=town) == 0
        assert calls.forget_numbers(actor=actor, municipality_id=town, at=later) == 1
        db.session.commit()
    assert rows(world, "select * from caller_number") == []
    assert the_call(world)["state"] == "ringing"


def test_an_exchange_adds_numbers_and_never_reads_them(world: World, exchange: Exchange) -> None:
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"), **{"from": CALLER})
    with scope(door_of(world, exchange), Permission.TELEPHONE_EXCHANGE):
        assert db.session.scalars(sa.select(Call.exchange_call)).all() == ["a1"]
        assert db.session.scalars(sa.select(CallerNumber)).all() == []
        assert db.session.execute(sa.delete(CallerNumber)).rowcount == 0  # type: ignore[attr-defined]
    with world.scope("agent", Permission.DESK_USE):
        assert db.session.scalars(sa.select(CallerNumber.number)).all() == ["+31612345678"]


def test_a_finished_conversation_frees_the_agent(world: World, exchange: Exchange) -> None:
    available(world)
    exchange.event("a1", "ringing", to=number_of(world, "Aalburg"))
    exchange.post("/who", call="a1")
    exchange.event("a1", "answered", agent="1001")
    exchange.event("a1", "hung_up")
    conversation = rows(world, "select id from conversation")[0][0]
    with world.scope("agent", Permission.DESK_USE) as actor:
        conversations.cancel(actor=actor, conversation_id=conversation)
        db.session.commit()
    assert rows(world, "select state, outcome from work_item") == [("done", "cancelled")]
    assert rows(world, "select state from agent_state") == [("available",)]
