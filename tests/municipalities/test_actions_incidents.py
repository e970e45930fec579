"""Running incidents: in one town or several, changed and ended while they run."""

from __future__ import annotations

import pytest

from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import actions_incidents as incidents
from kcc.municipalities import queries
from tests.support.world import World


def start(world: World, *towns: str, person: str = "supervisor", topic: str = "grofvuil", **text: str) -> list[int]:
    values = {"title": "Wagen stuk", "answer": "Morgen komt er een andere.", **text}
    with world.scope(person, Permission.INCIDENT_MANAGE) as actor:
        made = incidents.start_incident(
            actor=actor,
            municipality_ids=[world.towns[town] for town in towns],
            topic_id=world.topics["noord", topic],
            **values,
        )
        db.session.commit()
        return [incident.id for incident in made]


def test_several_towns_start_at_once_each_with_its_own(world: World) -> None:
    numbers = start(world, "Aalburg", "Bergen")
    with world.scope("agent", Permission.DESK_USE):
        running = queries.running_incidents([world.towns["Aalburg"], world.towns["Bergen"]])
        assert sorted(incident.id for incident in running) == sorted(numbers)


def test_one_that_runs_is_changed_and_ended_once(world: World) -> None:
    (number,) = start(world, "Aalburg")
    with world.scope("editor", Permission.INCIDENT_MANAGE) as actor:
        changed = incidents.edit_incident(actor=actor, incident_id=number, title="  Wagen  stuk ", answer="Overmorgen.")
        assert (changed.title, changed.answer) == ("Wagen stuk", "Overmorgen.")
        incidents.end_incident(actor=actor, incident_id=number)
        db.session.commit()
        for act in (
            lambda: incidents.end_incident(actor=actor, incident_id=number),
            lambda: incidents.edit_incident(actor=actor, incident_id=number, title="x", answer="y"),
        ):
            with pytest.raises(InvalidState):
                act()
        assert queries.running_incidents([world.towns["Aalburg"]]) == []


@pytest.mark.parametrize(
    ("text", "field"), [({"title": " "}, "title"), ({"answer": ""}, "answer"), ({"title": "a" * 161}, "title")]
)
def test_missing_and_long_texts_are_told(world: World, text: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        start(world, "Aalburg", **text)
    assert refused.value.field == field


def test_no_town_and_a_topic_that_a_town_lacks_are_told(world: World) -> None:
    with pytest.raises(InvalidInput):
        start(world)
    with world.admin() as admin:
        admin.execute(
            "delete from topic_route where municipality_id = %s and topic_id = %s",
            (world.towns["Bergen"], world.topics["noord", "grofvuil"]),
        )
    with pytest.raises(InvalidInput):
        start(world, "Aalburg", "Bergen")


def test_towns_out_of_sight_do_not_exist(world: World) -> None:
    with pytest.raises(NotFound):
        start(world, "Bergen", person="editor")
    (number,) = start(world, "Bergen")
    with world.scope("editor", Permission.INCIDENT_MANAGE) as actor, pytest.raises(NotFound):
        incidents.end_incident(actor=actor, incident_id=number)
