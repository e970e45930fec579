"""The facts of the checklist, and how two towns compare."""

from __future__ import annotations

from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.setup import queries
from tests.support.world import World


def test_the_facts_are_those_of_one_town(world: World) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE):
        facts = queries.facts_of(municipalities.municipality(world.towns["Aalburg"]))
    assert (facts.entrances, facts.opening_blocks, facts.departments, facts.routes, facts.routes_nowhere) == (
        2,
        5,
        2,
        2,
        0,
    )
    assert (
        facts.phone_agreed
        and facts.agents == 2
        and facts.supervisors == 2
        and facts.links == 0
        and not facts.closing_decided
    )


def test_a_route_to_a_department_out_of_use_leads_nowhere(world: World) -> None:
    with world.admin() as admin:
        admin.execute("update department set active = false where id = %s", (world.departments["Aalburg", "afval"],))
    with world.scope("administrator", Permission.SETUP_MANAGE):
        assert queries.facts_of(municipalities.municipality(world.towns["Aalburg"])).routes_nowhere == 1


def test_without_a_source_every_topic_of_the_centre_stands_there(world: World) -> None:
    with world.scope("administrator", Permission.SETUP_MANAGE):
        rows = queries.compared(municipalities.municipality(world.towns["Aalburg"]), None)
    assert [(row.name, row.own_department, row.route) for row in rows] == [
        ("Grofvuil laten ophalen", "Afval", None), ("Paspoort aanvragen", "Burgerzaken", None),
    ]  # fmt: skip
