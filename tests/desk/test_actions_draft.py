"""What the buttons do to a draft."""

from __future__ import annotations

import pytest

from kcc.contacts import actions_conversations as conversations
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.desk import actions_draft, queries, rules
from kcc.desk.queries import Screen
from tests.support.world import World


def screen(world: World, actor: Actor) -> Screen:
    begun = conversations.start_conversation(actor=actor, municipality_id=world.towns["Aalburg"], channel="phone")
    assert actor.account_id
    return queries.screen(actor.account_id, begun.id)


def press(actor: Actor, shown: Screen, do: str, **sent: str) -> None:
    command, _colon, argument = do.partition(":")
    actions_draft.press(actor=actor, screen=shown, command=command, argument=argument, sent=sent, key=b"k" * 32)


def test_questions_are_added_opened_and_removed(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        shown = screen(world, actor)
        press(actor, shown, "next")
        assert (len(shown.body.questions), shown.body.active) == (2, 1)
        press(actor, shown, "open:0")
        assert shown.body.active == 0
        press(actor, shown, "remove:0")
        press(actor, shown, "remove:0")
        assert (len(shown.body.questions), shown.body.active) == (1, 0)
        for broken in ("open:9", "remove:9", "open:x", "topic:999999", "party:x", "use:x", "incident:1", "report:x"):
            with pytest.raises(NotFound):
                press(actor, shown, broken)


def test_there_is_an_end_to_the_questions_of_one_conversation(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        shown = screen(world, actor)
        for _n in range(rules.MOST_QUESTIONS - 1):
            press(actor, shown, "next")
        with pytest.raises(InvalidInput):
            press(actor, shown, "next")


def test_a_suggested_topic_gets_its_full_name(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        shown = screen(world, actor)
        press(actor, shown, f"topic:{world.topics['noord', 'grofvuil']}")
        assert shown.question.topic == "Grofvuil laten ophalen"
        with pytest.raises(NotFound):
            press(actor, shown, f"topic:{world.topics['zuid', 'grofvuil']}")


def test_a_new_party_takes_the_name_and_number_that_were_typed(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        shown = screen(world, actor)
        shown.body.name, shown.body.number = "Anna", "0612345678"
        press(actor, shown, "add_party")
        assert shown.body.party_id and shown.body.party_town == world.towns["Aalburg"]
        press(actor, shown, "no_party")
        assert shown.body.party_id == "" and shown.body.name == "Anna"
        with pytest.raises(InvalidInput) as refused:
            press(actor, shown, "add_party", party_postcode="x")
        assert refused.value.field == "party_postcode"


def test_a_button_that_does_not_exist_only_saves(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        shown = screen(world, actor)
        press(actor, shown, "explode")
        assert shown.body.questions == rules.body_from({}, world.towns["Aalburg"]).questions
