"""A town from nothing to taking part, through the pages."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest

from kcc.core.db import db
from kcc.core.permissions import Permission
from tests.factories.pictures import png
from tests.support.page import Page
from tests.support.world import World


def begin(world: World, **values: str) -> tuple[Page, str]:
    page = world.page("administrator").get("/setup/towns/new")
    page.submit(**{"name": "Hellevoetsluis", "cbs_code": "0530", "short_code": "hvs", **values})
    return page, page.path.rsplit("/", 1)[0]


def test_a_town_is_made_step_by_step_and_takes_part(world: World) -> None:
    page, base = begin(world)
    assert page.path.endswith("/identity") and "in voorbereiding" in page.text and "HVS" in page.text
    page.submit("main form", rsin="111222333", inhabitants="40000")
    assert page.path.endswith("/looks")
    page.submit("main form", accent="7")
    assert page.path.endswith("/entrances")
    page.submit("main form.card", kind="phone", address="0181 331 111", label="Algemeen nummer")
    page.get(f"{base}/hours").submit("main form", **dict.fromkeys(("monday", "tuesday"), "08:30-12:00, 13:00-17:00"))
    page.get(f"{base}/closing").submit("#holidays", liberation_day="always", christmas_eve_closes_at="16:00")
    assert "Kerstavond" in page.text
    page.get(f"{base}/topics?source={world.towns['Aalburg']}")
    assert "ontbreekt hier" in page.text
    page.submit('form[action$="topics/copy"]')
    assert "2 onderwerpen overgenomen" in page.text
    page.get(f"{base}/")
    assert "Er ontbreekt nog 1 ding" in page.text
    page.submit('form[action$="open"]', status=422)
    page.get(f"{base}/agreements").submit("main form.card")
    page.get(f"{base}/links").submit("main form.card", label="Kaart", url="https://kaart.example")
    page.get(f"{base}/")
    assert "Alles wat nodig is, is er" in page.text and "Er is hier nog geen medewerker" in page.text
    assert "u spreekt met Administrator" in page.by_testid("preview").text
    page.submit('form[action$="open"]')
    assert "doet mee sinds" in page.text and not page.soup.select('form[action$="open"]')
    page.get(f"{base}/changes?kind=municipality")
    assert "Doet mee vanaf" in page.text and "111222333" in page.text


@pytest.mark.parametrize(
    ("field", "value"), [("cbs_code", "0000"), ("short_code", "BER"), ("short_code", "7"), ("name", "")]
)
def test_a_town_that_cannot_be_is_refused_and_what_was_typed_stays(world: World, field: str, value: str) -> None:
    page = world.page("administrator").get("/setup/towns/new")
    values = {"name": "Hellevoetsluis", "cbs_code": "0530", "short_code": "HVS", field: value}
    page.submit(status=422, **values)
    assert page.soup.select(f"#{field}-error") and page.soup.select_one(f"#{field}").get("value", "") == value  # type: ignore[index]
    with world.admin() as admin:
        assert admin.execute("select count(*) from municipality").fetchone() == (4,)


def test_others_know_nothing_of_a_town_in_preparation(world: World) -> None:
    _page, base = begin(world)
    world.page("agent").get(f"{base}/", status=403)
    assert "Hellevoetsluis" not in world.page("agent").get("/desk/").text


def test_a_new_town_takes_no_rights_from_who_covers_the_centre(world: World) -> None:
    begin(world)
    with world.scope("supervisor", Permission.ROUTING_MANAGE):
        assert db.session.scalar(db.text("select kcc_covers_centre(:c)"), {"c": world.centres["noord"]})


def test_a_change_may_wait_for_its_day(world: World) -> None:
    town = world.towns["Aalburg"]
    page = world.page("administrator").get(f"/setup/towns/{town}/looks")
    on = date.today() + timedelta(days=30)
    page.submit("main form", greeting="Straks, met {naam}", effective_on=on.isoformat())
    assert "gaat vanzelf in" in page.text and "Straks" not in page.text
    page.get(f"/setup/towns/{town}/")
    assert "Komt nog" in page.text
    page.get(f"/setup/towns/{town}/looks").submit("main form", greeting="x", effective_on="2020-01-01", status=422)
    assert page.soup.select("#effective_on-error")


def test_a_house_colour_is_measured_and_the_nearest_is_shown(world: World) -> None:
    page = world.page("administrator").get(f"/setup/towns/{world.towns['Aalburg']}/looks?own_colour=%23e30613")
    assert "het dichtst bij uw kleur" in page.soup.select_one(".setup-colour.town-accent-2").text  # type: ignore[union-attr]
    page.get(f"/setup/towns/{world.towns['Aalburg']}/looks?own_colour=rood")
    assert page.soup.select("#own_colour-error")


def test_a_logo_is_checked_shown_and_put_back(world: World) -> None:
    town = world.towns["Aalburg"]
    page = world.page("administrator").get(f"/setup/towns/{town}/looks")
    page.submit('form[action$="logo"]', button="save", logo=(io.BytesIO(b"<svg/>"), "logo.png"), status=422)
    assert "Een logo is een PNG-bestand" in page.text and page.soup.select_one("#greeting").text.strip()  # type: ignore[union-attr]
    page.get(f"/setup/towns/{town}/looks")
    page.submit('form[action$="logo"]', button="save", logo=(io.BytesIO(png(60, 30)), "logo.png"))
    address = str(page.soup.select_one("img.setup-logo")["src"])  # type: ignore[index]
    desk = world.page("agent").get("/desk/")
    desk.submit('form[action="/desk/start"]', entrance_id=str(world.entrances["Aalburg"]))
    assert desk.soup.select_one(".town-banner__logo")["src"] == address  # type: ignore[index]
    page.get(f"/setup/towns/{town}/changes").submit('form[action$="put-back"]')
    assert not page.get(f"/setup/towns/{town}/looks").soup.select("img.setup-logo")


def test_a_list_may_lead_to_a_new_town_with_what_it_knows(world: World) -> None:
    page = world.page("administrator").get("/setup/towns/new?name=Hellevoetsluis&cbs_code=0530")
    page.submit(short_code="HVS")
    assert page.path.endswith("/identity") and page.soup.select_one("#cbs_code")["value"] == "0530"  # type: ignore[index]
