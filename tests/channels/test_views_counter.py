"""The counter's page and the screen in the hall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kcc.channels.models_counter import QueueNumber
from kcc.channels.views_counter import waited
from kcc.core.permissions import Permission
from kcc.routing import actions as routing
from kcc.routing.openers import open_item
from tests.channels.test_actions_counter import labels, make_counter, take
from tests.factories.pictures import png, wear_logo
from tests.support.world import World


def test_a_visitor_gets_a_number_is_called_and_helped(world: World) -> None:
    entrance = make_counter(world)
    page = world.page("agent").get("/counter/")
    page.get(f"/counter/{entrance}")
    page.submit('[data-testid="take-form"]', topic_group="groep")
    assert "Nummer A-001" in page.text
    page.submit('form[action$="/call"]', desk="Loket 2")
    assert page.path.startswith("/desk/") and "Aalburg" in page.text
    hall = world.page(None).get(f"/scherm/{entrance}")
    assert "A-001" in hall.by_testid("hall-now").text and "Loket 2" in hall.by_testid("hall-now").text
    page.get(f"/counter/{entrance}")
    page.submit('form[action$="/recall"]')
    page.submit('form[action$="/done"]')
    assert labels(world, entrance) == [("A-001", "done")]
    assert "niemand opgeroepen" in world.page(None).get(f"/scherm/{entrance}").text


def test_nobody_came(world: World) -> None:
    entrance = make_counter(world)
    take(world, entrance)
    page = world.page("agent").get(f"/counter/{entrance}")
    page.submit('form[action$="/call"]')
    page.get(f"/counter/{entrance}")
    page.submit('form[action$="/no-show"]')
    assert labels(world, entrance) == [("A-001", "no_show")]


def test_who_comes_second_is_told(world: World) -> None:
    entrance = make_counter(world, "Cadzand")
    take(world, entrance, person="agent_cadzand")
    first, second = (world.page("agent_cadzand").get(f"/counter/{entrance}") for _ in range(2))
    first.submit('form[action$="/call"]')
    second.submit('form[action$="/call"]')
    assert "al opgeroepen" in second.text


def test_a_visitor_taken_from_the_queue_is_called_too(world: World) -> None:
    entrance = make_counter(world)
    take(world, entrance)
    with world.admin() as admin:
        row = admin.execute("select id from work_item").fetchone()
    assert row is not None
    with world.app.test_request_context(), world.scope("agent", Permission.DESK_USE) as actor:
        item = routing.claim(actor=actor, item_id=row[0])
        assert open_item(actor=actor, item=item).startswith("/desk/")


def test_the_screen_tells_nobody_s_name_and_needs_no_account(world: World) -> None:
    entrance = make_counter(world)
    take(world, entrance)
    part = world.page(None).get(f"/scherm/{entrance}/nu", fragment=True)
    assert "1 bezoeker wacht" in part.text and "<html" not in part.text
    for unknown in (999_999, world.entrances["Aalburg"]):
        world.page(None).get(f"/scherm/{unknown}", status=404)


def test_the_town_s_logo_stands_on_the_screen(world: World) -> None:
    entrance = make_counter(world)
    assert world.page(None).get(f"/scherm/{entrance}").soup.select_one(".town-logo") is not None
    mark = wear_logo(world, png(60, 20))
    page = world.page(None).get(f"/scherm/{entrance}")
    assert page.soup.select_one(f'img.town-picture[src="/logo/{mark}.png"]') is not None


def test_a_wrong_choice_is_told(world: World) -> None:
    entrance = make_counter(world)
    page = world.page("agent").get(f"/counter/{entrance}")
    page.submit('[data-testid="take-form"]', topic_group="verzonnen", status=422)
    assert page.soup.select_one("#topic_group-error") is not None


def test_another_town_s_counter_is_not_there(world: World) -> None:
    world.page("agent_zuid").get(f"/counter/{make_counter(world)}", status=404)


def test_the_wait_runs_to_the_first_call() -> None:
    at = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert waited(QueueNumber(taken_at=at, first_called_at=None)) is None
    assert waited(QueueNumber(taken_at=at, first_called_at=at + timedelta(minutes=4))) == 240
