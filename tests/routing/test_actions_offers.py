"""Asking, being offered, refusing, not answering, being given: each item at one agent, its place in the queue kept."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.routing import actions, queries
from kcc.routing import actions_offers as offers
from kcc.routing import actions_presence as presence
from kcc.routing import queries_deciding as deciding
from kcc.routing import queries_presence as people
from tests.factories.routing import available, make_call, make_item
from tests.support.world import World

DESK = Permission.DESK_USE
SUPERVISE = Permission.ROUTING_SUPERVISE


def offered(world: World, item_id: uuid.UUID) -> uuid.UUID | None:
    """Offer an item as the worker does; who got it."""
    with world.scope("agent", DESK):
        agent = offers.offer(item_id=item_id)
        db.session.commit()
    return agent


def test_a_call_rings_at_an_available_agent_who_accepts_it(world: World) -> None:
    available(world, "agent")
    item_id = make_call(world)
    assert offered(world, item_id) == world.people["agent"]
    assert offered(world, item_id) is None
    with world.scope("agent", DESK) as actor:
        item = offers.accept(actor=actor, item_id=item_id)
        assert (item.state, item.account_id, item.offered_to) == ("taken", actor.account_id, None)
        with pytest.raises(InvalidState):
            offers.accept(actor=actor, item_id=item_id)


def test_nobody_is_offered_a_second_thing_while_the_first_rings(world: World) -> None:
    available(world, "agent")
    first, second = make_call(world), make_call(world)
    assert offered(world, first) == world.people["agent"]
    assert offered(world, second) is None


def test_what_is_refused_goes_to_somebody_else_with_its_place_kept(world: World) -> None:
    available(world, "agent", "two_hats")
    item_id = make_call(world)
    first = offered(world, item_id)
    names = {world.people[name]: name for name in ("agent", "two_hats")}
    assert first is not None
    with world.scope(names[first], DESK) as actor:
        since = queries.item(item_id).since
        item = offers.refuse(actor=actor, item_id=item_id)
        assert (item.state, item.since, item.refused_by) == ("waiting", since, [first])
        db.session.commit()
    second = offered(world, item_id)
    assert second is not None and second != first


def test_an_offer_nobody_answers_waits_again_with_some_advantage_and_its_agent_is_asked(world: World) -> None:
    available(world, "agent")
    item_id = make_call(world)
    offered(world, item_id)
    with world.scope("agent", DESK):
        item = queries.item(item_id)
        since = item.since
        assert not offers.expire(item=item, at=now())
        assert offers.expire(item=item, at=now() + timedelta(seconds=21))
        assert (item.state, item.since, item.boost_seconds) == ("waiting", since, 10)
        state = people.state_of(world.people["agent"])
        assert state is not None and state.state == "no_answer"


def test_who_asks_while_something_rings_gets_that(world: World) -> None:
    available(world, "agent")
    item_id = make_call(world)
    offered(world, item_id)
    with world.scope("agent", DESK) as actor:
        assert offers.ask_next(actor=actor).item is queries.item(item_id)


def test_becoming_available_rings_the_caller_who_waits_but_no_mail(world: World) -> None:
    make_item(world)
    call = make_call(world)
    with world.scope("agent", DESK) as actor:
        presence.choose(actor=actor, state="available")
        ringing = offers.offer_to_me(actor=actor)
        assert ringing is not None and ringing.id == call
        assert offers.offer_to_me(actor=actor) is None


def test_a_call_puts_a_mail_on_hold_twice_at_most_and_it_comes_back_to_the_same_agent(world: World) -> None:
    mail = make_item(world)
    available(world, "agent")
    for time in (1, 2):
        call = _interrupt(world, mail)
        with world.scope("agent", DESK) as actor:
            offers.accept(actor=actor, item_id=call)
            item = queries.item(mail)
            assert (item.state, item.interruptions, item.sticky_account_id) == ("waiting", time, actor.account_id)
            actions.done(actor=actor, item_id=call)
            db.session.commit()
        with world.scope("two_hats", DESK) as other:
            assert offers.ask_next(actor=other).why_none == "sticky"
            db.session.rollback()
    call = make_call(world)
    with world.scope("agent", DESK) as actor:
        assert offers.ask_next(actor=actor).item is not None
        db.session.commit()
    assert offered(world, call) is None


def _interrupt(world: World, mail: uuid.UUID) -> uuid.UUID:
    """The agent takes the mail, and a call comes that only this agent can take."""
    with world.scope("agent", DESK) as actor:
        asked = offers.ask_next(actor=actor)
        assert asked.item is not None and asked.item.id == mail
        db.session.commit()
    call = make_call(world)
    assert offered(world, call) == world.people["agent"]
    return call


def test_a_supervisor_gives_work_to_an_agent_and_takes_it_back_with_a_trace(world: World) -> None:
    item_id = make_item(world)
    available(world, "agent")
    with world.scope("supervisor", SUPERVISE) as actor:
        with pytest.raises(InvalidInput):
            offers.assign(actor=actor, item_id=item_id, account_id=world.people["agent"], reason="zomaar")
        with pytest.raises(InvalidInput):
            offers.assign(actor=actor, item_id=item_id, account_id=world.people["agent_zuid"], reason="skill")
        item = offers.assign(actor=actor, item_id=item_id, account_id=world.people["agent"], reason="skill")
        assert item.account_id == world.people["agent"]
        offers.take_back(actor=actor, item_id=item_id, reason="load")
        assert item.state == "waiting"
        db.session.commit()
    with world.scope("agent", Permission.TICKET_READ):
        ways = [(d.way, d.detail.get("reason")) for d in deciding.decisions_of(queries.item(item_id))]
        assert ways == [("taken_back", "load"), ("assigned", "skill")]


def test_a_caller_given_to_an_agent_rings_there(world: World) -> None:
    call = make_call(world)
    available(world, "agent")
    with world.scope("supervisor", SUPERVISE) as actor:
        item = offers.assign(actor=actor, item_id=call, account_id=world.people["agent"], reason="urgent")
        assert (item.state, item.offered_to) == ("offered", world.people["agent"])
        with pytest.raises(InvalidState):
            offers.take_back(actor=actor, item_id=call, reason="other")


def test_a_caller_who_chooses_to_be_called_back_stops_waiting_and_gets_a_promise(world: World) -> None:
    call = make_call(world)
    with world.scope("agent", DESK) as actor:
        back = offers.offer_callback(actor=actor, item_id=call)
        assert (back.kind, back.state) == ("callback", "waiting")
        assert back.promise_until is not None and back.promise_until - back.since == timedelta(hours=2)
        assert back.urgent_at == back.since + timedelta(minutes=90)
        assert (queries.item(call).state, queries.item(call).outcome) == ("withdrawn", "callback")
        with pytest.raises(InvalidState):
            offers.offer_callback(actor=actor, item_id=call)


def test_of_an_item_in_another_town_nothing_is_known(world: World) -> None:
    call = make_call(world)
    with world.scope("agent_zuid", DESK) as actor:
        assert offers.offer(item_id=call) is None
        for act in (offers.accept, offers.refuse):
            with pytest.raises(NotFound):
                act(actor=actor, item_id=call)


def test_every_decision_says_what_was_looked_at_in_figures_and_ids(world: World) -> None:
    available(world, "agent", "two_hats")
    call = make_call(world)
    offered(world, call)
    with world.scope("agent", Permission.TICKET_READ):
        (decision,) = deciding.decisions_of(queries.item(call))
        looked = decision.detail["looked"]
        assert {each["id"] for each in looked} == {str(world.people[name]) for name in ("agent", "two_hats")}
        assert decision.account_id == uuid.UUID(looked[0]["id"])
    for person, permission in (("contract_manager", Permission.STATISTICS_READ), ("handler", Permission.TICKET_READ)):
        with world.scope(person, permission):
            assert db.session.scalar(db.text("select count(*) from routing_decision")) == 0


def test_two_agents_who_ask_at_once_never_get_the_same(world: World) -> None:
    items = {make_item(world), make_item(world)}
    start, got = threading.Barrier(2), []

    def ask(person: str) -> None:
        with world.app.app_context(), world.scope(person, DESK) as actor:
            start.wait()
            asked = offers.ask_next(actor=actor)
            db.session.commit()
            got.append(asked.item.id if asked.item else None)

    threads = [threading.Thread(target=ask, args=(person,)) for person in ("agent", "two_hats")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(got) == items
