"""The crisis switch: what waits about it goes first, everybody reads it, and off is as before."""

from __future__ import annotations

import uuid

import pytest

from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.routing import actions, actions_crisis, queries, queries_tuning
from kcc.routing.models_tuning import Crisis
from tests.support.world import World

MANAGE = Permission.ROUTING_MANAGE


def call(world: World, town: str, group: str = "") -> uuid.UUID:
    """A call that waits; returns the item."""
    with world.scope("agent_cadzand" if town == "Cadzand" else "agent", Permission.DESK_USE) as actor:
        made = actions.enqueue(
            actor=actor, municipality_id=world.towns[town], kind="call", channel="phone", subject_id=uuid.uuid4(), topic_group=group,
        )  # fmt: skip
        db.session.commit()
        return made.id


def switch_on(world: World, person: str = "supervisor", town: str | None = "Aalburg", group: str = "") -> uuid.UUID:
    """Turn it on; returns the crisis."""
    with world.scope(person, MANAGE) as actor:
        made = actions_crisis.start_crisis(
            actor=actor, centre_id=world.centres["noord"], municipality_id=town and world.towns[town], topic_group=group,
            message="Brand bij de haven. Ramen dicht.", spoken="Sluit ramen en deuren.",
        )  # fmt: skip
        db.session.commit()
        return made.id


def switch_off(world: World, crisis_id: uuid.UUID, person: str = "supervisor") -> Crisis:
    """Turn it off."""
    with world.scope(person, MANAGE) as actor:
        found = actions_crisis.end_crisis(actor=actor, crisis_id=crisis_id)
        db.session.commit()
        return found


def class_of(world: World, item_id: uuid.UUID, person: str = "agent") -> int:
    """The class in which an item waits."""
    with world.scope(person, Permission.DESK_USE):
        return queries.item(item_id).priority_class


def test_what_waits_and_what_comes_goes_first_until_it_is_off(world: World) -> None:
    before, elsewhere = call(world, "Aalburg"), call(world, "Bergen")
    crisis_id = switch_on(world)
    after = call(world, "Aalburg")
    assert [class_of(world, item) for item in (before, after, elsewhere)] == [0, 0, 2]
    switch_off(world, crisis_id)
    assert [class_of(world, item) for item in (before, after)] == [2, 2]
    assert class_of(world, call(world, "Aalburg")) == 2


def test_a_crisis_about_a_topic_leaves_calls_about_another_alone(world: World) -> None:
    switch_on(world, town=None, group="afval")
    assert class_of(world, call(world, "Aalburg", "burgerzaken")) == 2
    assert class_of(world, call(world, "Bergen", "afval")) == 0
    assert class_of(world, call(world, "Bergen")) == 0


def test_callers_hear_the_message_of_their_town_only(world: World) -> None:
    switch_on(world)
    with world.scope("agent", Permission.DESK_USE):
        assert queries_tuning.spoken_message(world.towns["Aalburg"]) == "Sluit ramen en deuren."
        assert queries_tuning.spoken_message(world.towns["Bergen"]) == ""


def test_there_is_one_crisis_at_a_time_and_it_ends_once(world: World) -> None:
    crisis_id = switch_on(world)
    with pytest.raises(InvalidState):
        switch_on(world, town="Bergen")
    switch_off(world, crisis_id)
    with pytest.raises(InvalidState):
        switch_off(world, crisis_id)


def test_a_supervisor_of_one_town_switches_for_that_town_only(world: World) -> None:
    with pytest.raises(NotAllowed):
        switch_on(world, "supervisor_aalburg", None)
    with pytest.raises(NotFound):
        switch_on(world, "supervisor_aalburg", "Bergen")
    switch_off(world, switch_on(world, "supervisor_aalburg", "Aalburg"), "supervisor_aalburg")
    everywhere = switch_on(world, town=None)
    with pytest.raises(NotAllowed):
        switch_off(world, everywhere, "supervisor_aalburg")


def test_a_crisis_without_a_message_is_refused(world: World) -> None:
    with world.scope("supervisor", MANAGE) as actor, pytest.raises(InvalidInput):
        actions_crisis.start_crisis(actor=actor, centre_id=world.centres["noord"], municipality_id=None, message="  ")


def test_another_centre_sees_nothing_of_it(world: World) -> None:
    switch_on(world, town=None)
    with world.scope("agent_zuid", Permission.DESK_USE):
        assert queries_tuning.crises_now() == []
        assert queries_tuning.crisis_for(world.towns["Drunen"]) is None
