"""What the desk shows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kcc.contacts import actions_conversations as conversations
from kcc.core.errors import NotFound
from kcc.core.permissions import Actor, Permission
from kcc.desk import queries
from kcc.desk.queries import Screen
from tests.support.world import World

ZONE = ZoneInfo("Europe/Amsterdam")
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=ZONE)


def screen(world: World, actor: Actor, **question: object) -> Screen:
    town = world.towns["Aalburg"]
    begun = conversations.start_conversation(
        actor=actor, municipality_id=town, channel="phone", at=FRIDAY,
        body={"questions": [{"municipality_id": town, **question}]},
    )  # fmt: skip
    assert actor.account_id
    return queries.fill(queries.screen(actor.account_id, begun.id))


def test_the_promise_counts_working_days_from_the_start_of_the_call(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        promise = screen(world, actor, topic="grofvuil", outcome="escalated").promise
        assert promise and promise.department_id == world.departments["Aalburg", "afval"] and promise.is_route
        assert promise.due_at == datetime(2026, 12, 1, 17, 0, tzinfo=ZONE)


def test_another_department_is_promised_by_name_and_known_as_chosen(world: World) -> None:
    other = world.departments["Aalburg", "burgerzaken"]
    with world.scope("agent", Permission.DESK_USE) as actor:
        promise = screen(world, actor, topic="grofvuil", outcome="escalated", department_id=other).promise
        assert promise and promise.department_id == other and not promise.is_route


def test_a_department_of_another_town_is_not_promised(world: World) -> None:
    other = world.departments["Bergen", "burgerzaken"]
    with world.scope("agent", Permission.DESK_USE) as actor:
        promise = screen(world, actor, topic="grofvuil", outcome="escalated", department_id=other).promise
        assert promise and promise.department_id == world.departments["Aalburg", "afval"]


def test_nothing_is_promised_while_the_topic_is_unsure(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        shown = screen(world, actor, topic="qqqq", outcome="escalated")
        assert shown.promise is None and shown.topic is None


def test_knowledge_is_searched_by_topic_and_notes_until_one_searches_oneself(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        shown = screen(world, actor, topic="grofvuil", notes="bank")
        assert queries.search_text(shown) == "Grofvuil laten ophalen bank"
        shown.body.search = "zelf"
        assert queries.search_text(shown) == "zelf"
        queries.answers(shown)
        assert shown.results == [] and shown.article is None


def test_somebody_elses_conversation_does_not_exist(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        held = screen(world, actor).conversation.id
        with pytest.raises(NotFound):
            queries.screen(world.people["two_hats"], held)


def test_beside_a_conversation_stands_what_runs_in_its_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        beside = queries.beside(screen(world, actor))
        assert (beside.tickets, beside.earlier, beside.incidents, beside.links) == ([], [], [], [])
