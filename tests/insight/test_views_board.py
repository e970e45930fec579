"""The live board: every number leads to its rows, colour only where chance does not explain it, nobody's name on the wall."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.routing import actions_offers as offers
from tests.factories.backoffice import make_task
from tests.factories.routing import available, make_call
from tests.insight.test_queries_board import lay_item, lay_many
from tests.support.world import World


def lay_answered(world: World, town: str, in_time: int, late: int) -> None:
    """Calls of today that were answered in time, and too late."""
    for number in range(in_time + late):
        since = now() - timedelta(seconds=60)
        wait = 5 if number < in_time else 50
        lay_item(world, town, "call", since=since, claimed_at=since + timedelta(seconds=wait), done_at=now())


def test_the_board_shows_what_waits_per_town_and_kind(world: World) -> None:
    lay_item(world, "Aalburg", "call", since=now() - timedelta(seconds=90))
    lay_item(world, "Bergen", "mail")
    page = world.page("supervisor").get("/statistics/board/")
    assert page.by_testid("board-live").select_one(".figure__value").text == "1"
    assert page.by_testid("board-other").select_one(".figure__value").text == "1"
    aalburg = page.by_testid("board-AAL").text
    assert "1 te lang" in aalburg and "0 %" in aalburg.replace("\xa0", " ")
    assert "E-mail" in page.by_testid("board-BER").text and "E-mail" not in aalburg
    assert page.by_testid("board-longest").select_one("[data-timer-since]")


def test_what_was_not_measured_says_so_and_is_not_nought(world: World) -> None:
    page = world.page("supervisor").get("/statistics/board/")
    for code in ("AAL", "BER", "CAD"):
        cells = page.by_testid(f"board-{code}").select("td")
        assert [cell.text.strip() for cell in cells if cell.get("data-label") == "Vandaag op tijd"] == ["niet gemeten"]
    assert "niet gemeten" in page.by_testid("board-agents").text


@pytest.mark.parametrize(
    ("in_time", "late", "word", "is_red"),
    [
        (3, 2, "verschil kan toeval zijn", False),
        (10, 40, "onder de afspraak", True),
        (60, 0, "zoals afgesproken", False),
    ],
)
def test_a_town_is_red_only_when_it_is_no_chance(
    world: World, in_time: int, late: int, word: str, is_red: bool
) -> None:
    lay_answered(world, "Aalburg", in_time, late)
    page = world.page("supervisor").get("/statistics/board/")
    tag = page.by_testid("board-AAL").select_one('td[data-label="Oordeel"] .tag')
    assert tag is not None and tag.text == word
    assert ("tag--late" in tag["class"]) is is_red
    wall = page.get("/statistics/board/wall")
    assert bool(wall.soup.select(".wall__word--late")) is is_red and word in wall.text


def test_every_number_of_the_board_leads_to_a_list_of_that_length(world: World) -> None:
    lay_many(world, 120)
    make_task(world)
    with world.admin() as admin:
        admin.execute("update internal_task set due_at = now() - interval '1 minute'")
    browser = world.page("supervisor")
    browser.get("/statistics/board/")
    links = {(a["href"], a.text.strip()) for a in browser.soup.select('main a[href*="/behind"]')}
    counted = [(href, int(text.replace(".", ""))) for href, text in links if re.fullmatch(r"[\d.]+", text)]
    assert len(counted) > 10
    for href, number in counted:
        browser.get(href)
        assert int(browser.by_testid("behind-count").text) == number, href
        assert len(browser.soup.select('[data-testid="behind"] tbody tr')) == min(number, 50), href


def test_a_contract_manager_sees_one_town_and_no_person(world: World) -> None:
    for town in ("Aalburg", "Bergen"):
        lay_item(world, town, "call")
    make_task(world)
    page = world.page("contract_manager").get("/statistics/board/")
    assert [row["data-testid"] for row in page.soup.select(".board-town")] == ["board-AAL"]
    assert page.by_testid("board-live").select_one(".figure__value").text == "1"
    behind = page.get("/statistics/board/behind?measure=tasks")
    assert behind.by_testid("behind-count").text == "1" and "Janssen" not in behind.text
    assert not behind.soup.select('[data-testid="behind"] a') and "Paspoort" not in behind.text


@pytest.mark.parametrize(
    "query", ["", "measure=secrets", "measure=waiting&municipality=x", "measure=waiting&kinds=gossip"]
)
def test_an_unknown_number_is_not_found(world: World, query: str) -> None:
    world.page("supervisor").get(f"/statistics/board/behind?{query}", status=404)


def test_another_town_is_not_found(world: World) -> None:
    browser = world.page("contract_manager")
    browser.get(f"/statistics/board/behind?measure=waiting&municipality={world.towns['Bergen']}", status=404)
    browser.get(f"/statistics/board/behind?measure=waiting&municipality={world.towns['Aalburg']}")


def test_a_long_list_goes_on_on_the_next_page(world: World) -> None:
    for seconds in range(53):
        lay_item(world, "Aalburg", "mail", since=now() - timedelta(seconds=seconds))
    page = world.page("supervisor").get("/statistics/board/behind?measure=waiting")
    assert page.by_testid("behind-count").text == "53"
    following = page.get(str(page.soup.select_one('a[rel="next"]')["href"]))
    assert len(following.soup.select('[data-testid="behind"] tbody tr')) == 3


def test_the_wall_is_dark_and_has_no_name_and_no_link_to_people(world: World) -> None:
    make_task(world)
    lay_item(world, "Aalburg", "call")
    page = world.page("supervisor").get("/statistics/board/wall")
    assert page.soup.html is not None and page.soup.html["data-theme"] == "dark"
    assert "Supervisor" not in page.text and "Janssen" not in page.text
    assert [a["href"] for a in page.soup.select("main a")] == ["/statistics/board/"]


def test_parts_of_the_board_are_fetched_anew(world: World) -> None:
    lay_item(world, "Aalburg", "call")
    browser = world.page("supervisor")
    for part in ("/statistics/board/figures", "/statistics/board/wall/figures"):
        assert browser.get(part, judge=False).soup.select("[data-board-at]")


def test_a_running_incident_stands_on_board_and_wall(world: World) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into incident (municipality_id, topic_id, title, answer, started_at) values (%s, %s, 'Geen water in het centrum', 'x', now())",
            (world.towns["Aalburg"], world.topics["noord", "grofvuil"]),
        )
    browser = world.page("supervisor")
    for address in ("/statistics/board/", "/statistics/board/wall"):
        assert "Geen water in het centrum" in browser.get(address).text
    assert "Geen water" not in world.page("two_hats").get("/statistics/board/").text


def test_who_may_not_read_figures_has_no_board(world: World) -> None:
    world.page("agent").get("/statistics/board/", status=403)


def test_a_supervisor_sees_who_does_what_and_a_reader_of_figures_does_not(world: World) -> None:
    available(world, "agent")
    page = world.page("supervisor").get("/statistics/board/")
    assert page.by_testid("board-team")
    assert "Agent" in page.get("/statistics/board/agents").by_testid("board-names").text
    assert "beschikbaar 1" in page.by_testid("board-names").text
    other = world.page("contract_manager").get("/statistics/board/")
    assert other.soup.select_one("[data-testid=board-team]") is None
    other.get("/statistics/board/agents", status=403)


def test_what_rings_is_said_beside_who_waits_and_leads_to_its_list(world: World) -> None:
    available(world, "agent")
    call = make_call(world)
    with world.scope("agent", Permission.DESK_USE):
        assert offers.offer(item_id=call)
        db.session.commit()
    page = world.page("supervisor").get("/statistics/board/")
    assert "1 gaat over" in page.by_testid("board-live").text
    assert "Telefoon" in page.get("/statistics/board/behind?measure=ringing").text
