"""Incidents: managed by supervisors and editors, before every agent, one key logs a call about them."""

from __future__ import annotations

import pytest

from tests.municipalities.test_actions_incidents import start
from tests.support.world import World


def test_a_supervisor_starts_one_in_two_towns_and_agents_see_it(world: World) -> None:
    page = world.page("supervisor").get("/incidents/")
    page.submit(
        '[data-testid="incident-form"]', municipalities=[str(world.towns["Aalburg"]), str(world.towns["Bergen"])],
        topic=str(world.topics["noord", "grofvuil"]), title="Wagen stuk", answer="Morgen komt er een andere.",
    )  # fmt: skip
    assert len(page.soup.select('[data-testid="incident"]')) == 2
    seen = world.page("agent").get("/incidents/now", fragment=True)
    assert seen.text.count("Wagen stuk") == 2
    assert "Wagen stuk" not in world.page("agent_cadzand").get("/incidents/now", fragment=True).text
    assert (
        world.page("agent").get("/desk/").soup.select_one('[hx-get="/incidents/now"][hx-trigger*="kcc:incident"]')
        is not None
    )


def test_it_is_changed_and_ended(world: World) -> None:
    (number,) = start(world, "Aalburg")
    page = world.page("editor").get(f"/incidents/{number}")
    page.submit(answer="Het is opgelost om vier uur.")
    assert "opgelost om vier uur" in page.text
    page.submit('form[action$="/end"]')
    assert "Er loopt geen storing" in page.text and "Beëindigd in de laatste twee weken" in page.text
    page.get(f"/incidents/{number}", status=404)


def test_who_ends_it_second_is_told(world: World) -> None:
    (number,) = start(world, "Aalburg")
    first, second = (world.page("supervisor").get("/incidents/") for _ in range(2))
    for page in (first, second):
        page.submit(f'form[action="/incidents/{number}/end"]')
    assert "al beëindigd" in second.text


def test_calls_about_it_are_counted(world: World) -> None:
    (number,) = start(world, "Aalburg")
    page = world.page("agent").get("/desk/")
    page.submit('form[action="/desk/start"]', entrance_id=str(world.entrances["Aalburg"]))
    page.submit('form[action^="/desk/"][action$="/act"], form[data-desk]', do=f"incident:{number}")
    assert "1 gesprek" in world.page("supervisor").get("/incidents/").text


def test_what_is_missing_is_told_and_the_rest_kept(world: World) -> None:
    page = world.page("supervisor").get("/incidents/")
    page.submit('[data-testid="incident-form"]', title="Half", answer="", status=422)
    assert page.soup.select_one("#answer-error") is not None
    kept = page.soup.select_one('[name="title"]')
    assert kept is not None and kept["value"] == "Half"


@pytest.mark.parametrize("person", ["agent", "handler", "contract_manager", "administrator"])
def test_managing_is_for_supervisors_and_editors(world: World, person: str) -> None:
    world.page(person).get("/incidents/", status=403)


def test_another_town_s_incident_is_not_there(world: World) -> None:
    (number,) = start(world, "Bergen")
    world.page("editor").get(f"/incidents/{number}", status=404)


def test_a_town_out_of_sight_is_as_unknown_as_none(world: World) -> None:
    page = world.page("editor").get("/incidents/")
    for town in (world.towns["Bergen"], 987_654):
        page.get("/incidents/")
        page.submit('[data-testid="incident-form"]', municipalities=[str(town)], title="x", answer="y", status=404)
