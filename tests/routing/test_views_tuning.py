"""The page of settings, the page of a trial, the crisis switch and the bar that everybody sees."""

from __future__ import annotations

import re

from tests.factories.weeks import do_jobs, make_week
from tests.support.page import Page
from tests.support.world import World

FORM = '[data-testid="tuning-form"]'


def tried(world: World) -> Page:
    """A trial of a changed value, played to its end, on screen."""
    page = world.page("supervisor").get("/tuning/").submit(FORM, callback_offer_after="20")
    assert "0 van 20 rondes" in page.text
    do_jobs()
    return page.get(page.path)


def test_a_value_is_tried_seen_per_town_and_only_then_saved(world: World) -> None:
    make_week(world)
    page = tried(world)
    for town in ("Aalburg", "Bergen", "Cadzand", "Samen"):
        assert town in page.by_testid("trial-lines").get_text()
    page.submit('form[action$="/save"]')
    assert page.path == "/tuning/" and "Versie 1 geldt nu." in page.text
    assert "boven een verwachte wachttijd van: 30 → 20 seconden" in page.by_testid("versions").get_text(" ", strip=True)
    page.submit('form[action$="/versions/0/restore"]')
    assert "Versie 2 geldt nu." in page.text


def test_a_refused_value_stays_as_typed_with_the_fault_at_its_field(world: World) -> None:
    make_week(world)
    page = world.page("supervisor").get("/tuning/")
    for value, fault in (("veel", "Vul een getal in."), ("99", "van 0 tot en met 25"), ("", "Vul een getal in.")):
        page.submit(FORM, status=422, kappa=value)
        field = page.soup.select_one("#kappa")
        assert field is not None and field.get("value") == value
        error = page.soup.select_one("#kappa-error")
        assert error is not None and fault in error.get_text()
    page.get("/tuning/").submit(FORM, status=422, callback_offer_after="600", callback_always_after="60")
    assert page.soup.select_one("#callback_always_after-error")
    page.get("/tuning/").submit(FORM, status=422)
    assert "Verander er eerst een." in page.text


def test_a_comma_is_a_point(world: World) -> None:
    make_week(world)
    page = world.page("supervisor").get("/tuning/").submit(FORM, kappa="7,5")
    assert "Kracht van de afspraak: 8 → 7,5" in page.text


def test_progress_is_a_part_that_calls_for_the_page_when_done(world: World) -> None:
    make_week(world)
    page = world.page("supervisor").get("/tuning/").submit(FORM, kappa="2")
    url = page.path + "/progress"
    assert "0 van 20 rondes klaar" in page.get(url, fragment=True).text
    do_jobs()
    page.get(url, fragment=True)
    assert page.response is not None and page.response.headers["HX-Refresh"] == "true"


def test_a_supervisor_of_some_towns_reads_the_settings_and_changes_nothing(world: World) -> None:
    make_week(world)
    page = world.page("supervisor_aalburg").get("/tuning/")
    assert "Alleen wie van al die gemeenten teamleider is" in page.text
    assert not page.soup.select('[data-testid="try"]')
    world.page("agent").get("/tuning/", status=403)


def test_without_a_recorded_week_the_page_says_when_there_will_be_one(world: World) -> None:
    assert "nog geen hele week" in world.page("supervisor").get("/tuning/").text


def test_everybody_sees_the_crisis_until_it_is_off(world: World) -> None:
    page = world.page("supervisor").get("/tuning/crisis")
    page.submit('[data-testid="crisis-form"]', status=422, message="")
    page.submit('[data-testid="crisis-form"]', message="Brand bij de haven.", spoken="Sluit de ramen.")
    assert "De crisisstand staat aan." in page.text
    for person in ("agent", "handler", "contract_manager", "agent_cadzand"):
        bar = world.page(person).get("/account/" if person != "agent" else "/queue/").by_testid("crisis-bar")
        assert "Brand bij de haven." in bar.get_text() and re.search(r"sinds \d\d:\d\d", bar.get_text())
    assert not world.page("agent_zuid").get("/queue/").soup.select('[data-testid="crisis-bar"]')
    assert "Brand bij de haven." in world.page("agent").get("/tuning/crisis/banner", fragment=True).text
    page.submit('form[action$="/end"]')
    assert "uit door Supervisor" in page.text
    assert not world.page("agent").get("/queue/").soup.select('[data-testid="crisis-bar"]')
