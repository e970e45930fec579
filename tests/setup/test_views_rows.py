"""Entrances, departments, agreements and links through the pages."""

from __future__ import annotations

import pytest

from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries
from kcc.people.queries_departments import departments_with_people
from tests.support.world import World


def test_an_entrance_of_another_town_is_not_taken_twice(world: World) -> None:
    town = world.towns["Aalburg"]
    page = world.page("administrator").get(f"/setup/towns/{town}/entrances")
    page.submit("main form.card", kind="mailbox", address="info@bergen.example", label="Info", status=422)
    assert "Een andere gemeente" in page.text and page.soup.select_one("#address")["value"] == "info@bergen.example"  # type: ignore[index]
    page.submit(
        "main form.card",
        kind="mailbox",
        address="afval@aalburg.example",
        label="Afval",
        topic_id=str(world.topics["noord", "grofvuil"]),
    )
    assert "afval@aalburg.example" in page.text and "Grofvuil" in page.text


def test_a_department_that_is_out_of_use_is_stood_in_for(world: World) -> None:
    town, topic = world.towns["Aalburg"], world.topics["noord", "grofvuil"]
    own, other = world.departments["Aalburg", "afval"], world.departments["Aalburg", "burgerzaken"]
    page = world.page("administrator").get(f"/setup/towns/{town}/departments/{own}")
    page.submit(
        "main form", fallback_id=str(other), hours="ma-vr 09:00-12:00", deputy_id=str(world.people["coordinator"])
    )
    assert "ma-vr 09:00-12:00" in page.text and "Coordinator" in page.text
    page.get(f"/setup/towns/{town}/departments/{other}").submit("main form", fallback_id=str(own), status=422)
    assert "in een kring" in page.soup.select_one("#fallback_id-error").text  # type: ignore[union-attr]
    page.get(f"/setup/towns/{town}/departments/{own}")
    page.submit("main form", active="")
    assert "vragen gaan naar Burgerzaken" in page.get(f"/setup/towns/{town}/departments").text
    with world.scope("agent", Permission.DESK_USE):
        meant = queries.route_for(town, topic).department_id
        assert departments_with_people(town).answering(meant).department_id == other
    page.get(f"/setup/towns/{town}/departments").submit("main form.card", name="Afval!", kind="groep")
    with world.admin() as admin:
        assert admin.execute("select key from department where name = 'Afval!'").fetchone() == ("afval-2",)


def test_a_department_s_number_is_typed_as_people_do_and_refused_at_its_field(world: World) -> None:
    page = world.page("administrator").get(
        f"/setup/towns/{world.towns['Aalburg']}/departments/{world.departments['Aalburg', 'afval']}"
    )
    address = page.path
    page.submit("main form", phone="14 0123")
    assert page.get(address).soup.select_one("#phone")["value"] == "14 0123"  # type: ignore[index]
    page.submit("main form", phone="bel maar", status=422)
    assert "geen telefoonnummer" in page.soup.select_one("#phone-error").text  # type: ignore[union-attr]


def test_a_new_agreement_ends_the_one_that_runs_the_day_before(world: World) -> None:
    town = world.towns["Aalburg"]
    page = world.page("administrator").get(f"/setup/towns/{town}/agreements")
    page.submit("main form.card", channel="email", answer_amount="5", valid_from="2031-01-01")
    with world.admin() as admin:
        rows = admin.execute(
            "select valid_from::text, valid_to::text, answer_amount from service_agreement"
            " where municipality_id = %s and channel = 'email' order by valid_from", (town,),
        ).fetchall()  # fmt: skip
    assert rows == [("2011-01-01", "2030-12-31", 2), ("2031-01-01", None, 5)]
    page.submit("main form.card", channel="email", valid_from="2030-06-01", status=422)
    assert page.soup.select("#valid_from-error")
    page.get(f"/setup/towns/{town}/agreements").submit("main form.card", percent="101", status=422)
    assert page.soup.select("#percent-error")
    page.get(f"/setup/towns/{town}/agreements").submit('form[action$="remove"]')


def test_links_are_added_changed_and_taken_away(world: World) -> None:
    town = world.towns["Aalburg"]
    page = world.page("administrator").get(f"/setup/towns/{town}/links")
    page.submit("main form.card", label="Kaart", url="javascript:alert(1)", status=422)
    page.submit("main form.card", label="Kaart", url="https://kaart.example")
    link = page.soup.select_one('[data-testid="links"] a')
    page.get(str(link["href"]))  # type: ignore[index]
    page.submit("main form", label="Plattegrond")
    assert "Plattegrond" in page.text
    page.submit('form[action$="remove"]')
    assert "Nog geen links" in page.text


def test_another_town_s_things_are_not_there(world: World) -> None:
    town, foreign = world.towns["Aalburg"], world.towns["Bergen"]
    page = world.page("administrator")
    for path in (
        "",
        "identity",
        "looks",
        "hours",
        "closing",
        "entrances",
        "departments",
        "agreements",
        "links",
        "topics",
    ):
        page.get(f"/setup/towns/{foreign}/{path}", status=404)
    page.get(f"/setup/towns/{town}/departments/{world.departments['Bergen', 'afval']}", status=404)
    page.get(f"/setup/towns/{town}/entrances/{world.entrances['Bergen']}", status=404)
    page.get(f"/setup/towns/{town}/topics?source={foreign}", status=404)
    with world.scope("administrator", Permission.SETUP_MANAGE), pytest.raises(NotFound):
        queries.municipality(foreign)
