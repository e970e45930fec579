"""Plans for mergers as administrators make, review, sign and follow them."""

from __future__ import annotations

from datetime import timedelta

from kcc.core.clock import now
from tests.factories.succession import make_administrators, plan, sign, work
from tests.factories.tickets import make_ticket
from tests.support.page import Page
from tests.support.world import World


def planned(world: World) -> Page:
    make_administrators(world, "Aalburg", "Cadzand")
    page = world.page("administrator").get("/setup/")
    page.get(page.by_testid("setup-succession-overview")["href"])
    assert "Geen plannen" in page.text
    page.submit(
        'form[action$="/merger"]', municipality_id=str(world.towns["Cadzand"]), successor_id=str(world.towns["Aalburg"]),
        on_day=now().date().isoformat(),
    )  # fmt: skip
    return page


def test_a_merger_is_tried_chosen_signed_by_two_and_followed(world: World) -> None:
    make_ticket(world, town="Cadzand", person="agent_cadzand")
    page = planned(world)
    assert "De proef loopt" in page.text
    work()
    page.get(page.path)
    assert "Open vragen gaan over" in page.by_testid("dry-run").text
    page.submit('form[action$="/choices"]', **{f"department-{world.departments['Cadzand', 'afval']}": "new"})
    page.get(page.path)
    page.submit('form[action$="/sign"]')
    page.get(page.path)
    assert "Administrator" in page.by_testid("signatures").text
    second = world.page("supervisor").get(page.path)
    second.submit('form[action$="/sign"]')
    work()
    page.get(page.path)
    assert "niets verloren" in page.by_testid("progress").text
    assert "Afval" in page.by_testid("trace").text and "overgenomen" in page.by_testid("trace").text
    overview = page.get("/succession/")
    assert "klaar" in overview.by_testid("successions").text


def test_one_administrator_is_not_enough_and_other_roles_see_nothing(world: World) -> None:
    page = planned(world)
    work()
    url = page.get(page.path).path
    page.submit('form[action$="/sign"]')
    work()
    assert "te beoordelen" in page.get(url).text
    world.page("agent").get(url, status=403)
    world.page("agent_zuid").get("/succession/", status=403)


def test_a_plan_for_the_same_town_is_refused_where_it_was_typed(world: World) -> None:
    make_administrators(world, "Aalburg", "Cadzand")
    page = world.page("administrator").get("/succession/")
    here = str(world.towns["Aalburg"])
    page.submit('form[action$="/merger"]', status=422, municipality_id=here, successor_id=here, on_day="2027-01-01")
    assert "Kies een andere gemeente" in page.text


def test_a_plan_waits_for_its_day_and_can_be_taken_back(world: World) -> None:
    found = plan(world, "Cadzand", "Aalburg", now().date() + timedelta(days=30))
    sign(world, found)
    assert work() == []
    page = world.page("administrator").get(f"/succession/{found}")
    assert "wacht op de dag" in page.text
    page.submit('form[action$="/cancel"]')
    assert "Geen plannen" in page.get("/succession/").text


def test_a_town_that_left_has_a_certificate_for_who_administers_the_centre(world: World) -> None:
    make_administrators(world, "Aalburg", "Bergen", "Cadzand")
    make_ticket(world, town="Cadzand", person="agent_cadzand")
    page = world.page("administrator").get("/succession/")
    page.submit('form[action$="/leaving"]', leaver_id=str(world.towns["Cadzand"]), leaves_on=now().date().isoformat())
    url = page.path
    work()
    page.get(url)
    assert "Vragen" in page.by_testid("leaving-counts").text
    page.submit('form[action$="/sign"]')
    world.page("supervisor").get(url).submit('form[action$="/sign"]')
    work()
    page.get("/succession/")
    page.get(page.by_testid("certificates").select_one("a")["href"])  # type: ignore[index]
    assert "andere gemeenten ongewijzigd" in page.text and "Cadzand" in page.text
    assert "Bergen" in page.by_testid("others").text and "Drunen" not in page.text  # of another centre
    address = page.path
    machine = page.get(f"{address}.json").response
    assert machine is not None and machine.get_json()["removed"]["ticket"] == 1
    assert "Drunen" not in page.text
    world.page("agent_zuid").get(address, status=403)
    with world.admin() as admin:
        admin.execute(
            "delete from membership where role = 'administrator' and municipality_id = %s", (world.towns["Bergen"],)
        )
    world.page("administrator").get(address, status=404)
    world.page("administrator").get(url, status=404)
