"""Weeks, holidays and closing days through the pages; running terms stay as they were."""

from __future__ import annotations

from datetime import UTC, datetime

from kcc.core.permissions import Permission
from kcc.municipalities import queries
from tests.factories.backoffice import make_task
from tests.support.world import World


def test_other_hours_and_terms_never_touch_a_term_that_runs(world: World) -> None:
    town = world.towns["Aalburg"]
    make_task(world)
    with world.admin() as admin:
        due = admin.execute("select id, due_at from internal_task union all select id, due_at from ticket").fetchall()
    start = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    with world.scope("administrator", Permission.SETUP_MANAGE):
        before = queries.due_at(town, world.topics["noord", "paspoort"], "phone", start)
    page = world.page("administrator").get(f"/setup/towns/{town}/hours")
    page.submit("main form", thursday="", friday="", monday="10-12")
    page.get(f"/setup/towns/{town}/topics/{world.topics['noord', 'paspoort']}")
    page.submit("main form", term_amount="9", term_unit="working_days")
    with world.admin() as admin:
        assert (
            due
            == admin.execute("select id, due_at from internal_task union all select id, due_at from ticket").fetchall()
        )
    with world.scope("administrator", Permission.SETUP_MANAGE):
        assert queries.due_at(town, world.topics["noord", "paspoort"], "phone", start) > before


def test_a_wrong_line_is_told_at_its_day_and_kept(world: World) -> None:
    page = world.page("administrator").get(f"/setup/towns/{world.towns['Aalburg']}/hours")
    assert page.soup.select_one("#monday")["value"] == "08:30-17:00"  # type: ignore[index]
    page.submit("main form", wednesday="12:00-09:00", status=422)
    assert page.soup.select("#wednesday-error") and page.soup.select_one("#wednesday")["value"] == "12:00-09:00"  # type: ignore[index]


def test_a_closing_day_of_its_own_is_added_and_taken_away(world: World) -> None:
    town = world.towns["Aalburg"]
    page = world.page("administrator").get(f"/setup/towns/{town}/closing")
    page.submit('form[action$="closing-days"]', on_day="2027-02-15", label="Carnaval", closes_at="12:00")
    assert "Carnaval" in page.text
    page.submit('form[action$="closing-days"]', on_day="carnaval", label="x", status=422)
    assert page.soup.select("#on_day-error")
    page.get(f"/setup/towns/{town}/closing").submit('form[action$="remove"]')
    page.get(f"/setup/towns/{town}/closing")
    assert "Carnaval" not in page.text


def test_the_years_ahead_show_what_the_town_decided(world: World) -> None:
    town = world.towns["Aalburg"]
    page = world.page("administrator").get(f"/setup/towns/{town}/closing")
    assert "Goede Vrijdag" not in page.soup.select_one(".grid-4").text  # type: ignore[union-attr]
    page.submit("#holidays", good_friday="y", new_years_eve_closes_at="15:00")
    assert page.text.count("Oudejaarsdag") == 4 and "Goede Vrijdag" in page.soup.select_one(".grid-4").text  # type: ignore[union-attr]
