"""States of agents follow from what they choose and what they do, and leave a history."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from kcc.contacts import actions_conversations as conversations
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Actor, Permission
from kcc.routing import actions_presence as presence
from kcc.routing import queries_presence as queries
from kcc.routing.models_presence import AgentStatePeriod, StaffInsight
from tests.support.world import World

DESK = Permission.DESK_USE


def state(actor: Actor) -> str:
    """The actor's own state."""
    assert actor.account_id is not None
    row = queries.state_of(actor.account_id)
    return row.state if row else "none"


def test_a_conversation_moves_the_state_and_the_choice_before_it_comes_back(world: World) -> None:
    with world.scope("agent", DESK) as actor:
        presence.choose(actor=actor, state="available")
        talk = conversations.start_conversation(actor=actor, municipality_id=world.towns["Aalburg"], channel="phone")
        assert state(actor) == "in_conversation"
        conversations.end_talk(actor=actor, conversation_id=talk.id)
        assert state(actor) == "wrap_up"
        conversations.cancel(actor=actor, conversation_id=talk.id)
        assert state(actor) == "available"


def test_a_break_chosen_while_talking_begins_when_the_talk_is_done(world: World) -> None:
    with world.scope("agent", DESK) as actor:
        presence.choose(actor=actor, state="available")
        talk = conversations.start_conversation(actor=actor, municipality_id=world.towns["Aalburg"], channel="phone")
        presence.choose(actor=actor, state="break", reason="meeting")
        assert state(actor) == "in_conversation"
        conversations.cancel(actor=actor, conversation_id=talk.id)
        assert state(actor) == "break"


def test_who_takes_a_call_by_hand_without_a_place_in_the_queue_is_offline_again_afterwards(world: World) -> None:
    with world.scope("agent", DESK) as actor:
        talk = conversations.start_conversation(actor=actor, municipality_id=world.towns["Aalburg"], channel="phone")
        assert state(actor) == "in_conversation"
        conversations.cancel(actor=actor, conversation_id=talk.id)
        assert state(actor) == "offline"


def _work_a_while(world: World) -> datetime:
    began = now() - timedelta(minutes=30)
    with world.scope("agent", DESK) as actor:
        presence.choose(actor=actor, state="available", at=began)
        presence.choose(actor=actor, state="break", reason="break", at=began + timedelta(minutes=10))
        presence.choose(actor=actor, state="offline", at=began + timedelta(minutes=15))
        db.session.commit()
    return began


def test_each_state_but_offline_leaves_its_period(world: World) -> None:
    began = _work_a_while(world)
    with world.scope("agent", DESK):
        periods = db.session.scalars(sa.select(AgentStatePeriod).order_by(AgentStatePeriod.started_at)).all()
        assert [(p.state, p.reason, (p.ended_at - p.started_at).seconds) for p in periods] == [
            ("available", "", 600),
            ("break", "break", 300),
        ]
        assert periods[0].started_at == began


def test_working_times_of_a_person_are_theirs_until_the_centre_decides_otherwise(world: World) -> None:
    _work_a_while(world)
    seen = {}
    for person, permission in (
        ("two_hats", DESK), ("supervisor", Permission.ROUTING_SUPERVISE), ("contract_manager", Permission.STATISTICS_READ),
    ):  # fmt: skip
        with world.scope(person, permission):
            seen[person] = db.session.scalar(sa.select(sa.func.count()).select_from(AgentStatePeriod))
    assert seen == {"two_hats": 0, "supervisor": 0, "contract_manager": 0}
    with world.admin() as admin:
        admin.execute(
            "insert into staff_insight (centre_id, timings_visible) values (%s, true)", (world.centres["noord"],)
        )
    with world.scope("supervisor", Permission.ROUTING_SUPERVISE):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AgentStatePeriod)) == 2
        assert db.session.get(StaffInsight, world.centres["noord"]) is not None


def test_agents_do_not_see_what_colleagues_do_but_how_many_do_it(world: World) -> None:
    with world.scope("agent", DESK) as actor:
        presence.choose(actor=actor, state="available")
        db.session.commit()
    with world.scope("two_hats", DESK):
        assert queries.at_work() == []
        assert queries.counts() == {"available": 1}
    with world.scope("supervisor", Permission.ROUTING_SUPERVISE):
        assert [each.state for each in queries.at_work()] == ["available"]
    with world.scope("agent_zuid", DESK):
        assert queries.counts() == {}


def test_a_beat_says_that_a_screen_is_there_and_wakes_nobody(world: World) -> None:
    with world.scope("agent", DESK) as actor:
        presence.beat(actor=actor)
        assert state(actor) == "none"
        presence.choose(actor=actor, state="available")
        presence.beat(actor=actor)
        row = queries.state_of(world.people["agent"])
        assert row is not None
        db.session.refresh(row)
        assert row.beat_at is not None and row.state == "available"
