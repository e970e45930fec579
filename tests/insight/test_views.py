"""Pages of figures, the lists behind their numbers, and the files."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kcc.core.clock import now
from tests.insight import histories
from tests.support.world import World


def number_of(text: str) -> int:
    return int(text.strip().replace(".", ""))


@pytest.fixture
def history(world: World) -> World:
    """A few questions of this month in every town, one of them late."""
    at = now() - timedelta(minutes=5)
    with world.admin() as admin:
        for number, town in enumerate((*histories.TOWNS, "Drunen")):
            for _each in range(number + 2):
                call = histories.conversation(admin, world, town, at)
                histories.contact(admin, world, town, at, conversation_id=call, talk_seconds=290, wrap_up_seconds=40)
            histories.contact(admin, world, town, at, "escalated", "grofvuil", channel="email")
            histories.task(admin, world, town, at, at + timedelta(minutes=1))
            histories.task(admin, world, town, at, at + timedelta(days=1), first_reached_at=at)
    return world


def test_a_supervisor_sees_towns_side_by_side_and_together(history: World) -> None:
    page = history.page("supervisor").get("/statistics/")
    rows = page.soup.select('[data-testid="figures"] tbody tr')
    assert [row.select_one("th").text.strip() for row in rows] == ["Aalburg", "Bergen", "Cadzand", "Samen"]
    questions = [number_of(row.select('[data-label="Vragen"] a')[0].text) for row in rows]
    assert questions[-1] == sum(questions[:-1])
    assert page.by_testid("in-words")


def test_every_number_leads_to_a_list_of_that_length(history: World) -> None:
    browser = history.page("supervisor")
    browser.get("/statistics/")
    links = {(a["href"], a.text.strip()) for a in browser.soup.select('main a[href*="/behind"]')}
    counted = [(href, number_of(text)) for href, text in links if re.fullmatch(r"[\d.]+", text)]
    assert len(counted) > 20
    for href, number in counted:
        browser.get(href)
        assert number_of(browser.by_testid("behind-count").text) == number, href
        assert len(browser.soup.select('[data-testid="behind"] tbody tr')) == number, href


def test_a_contract_manager_sees_one_town_and_no_small_cell(history: World) -> None:
    at = now() - timedelta(minutes=5)
    with history.admin() as admin:
        for _each in range(7):
            histories.contact(admin, history, "Aalburg", at, topic="paspoort")
        for _each in range(3):
            histories.contact(admin, history, "Aalburg", at, topic="grofvuil")
    page = history.page("contract_manager").get("/statistics/")
    rows = page.soup.select('[data-testid="figures"] tbody tr')
    assert [row.select_one("th").text.strip() for row in rows] == ["Aalburg"]
    assert "Bergen" not in page.text and "Drunen" not in page.text
    assert "Grofvuil laten ophalen" not in page.soup.select_one("main").text
    assert not page.soup.select('main a[href*="topic="]')
    page.get("/statistics/behind?measure=questions")
    assert not page.soup.select('[data-testid="behind"] tbody a')
    assert "Grofvuil" not in page.text
    page.get(f"/statistics/behind?measure=questions&topic={history.topics['noord', 'grofvuil']}", status=404)


@pytest.mark.parametrize("query", [
    "measure=questions&municipality={drunen}", "measure=questions&municipality=999999", "measure=questions&municipality=x",
    "measure=passwords", "measure=open&topic={topic}", "", "measure=questions&period=2026-99",
])  # fmt: skip
def test_what_does_not_exist_and_what_is_elsewhere_are_the_same(history: World, query: str) -> None:
    values = {"drunen": history.towns["Drunen"], "topic": history.topics["noord", "paspoort"]}
    history.page("supervisor").get("/statistics/behind?" + query.format(**values), status=404)


@pytest.mark.parametrize("query", [
    "period=2026-13", "period=x", "period=2026-W60", "channel=fax", "group=nergens", "period=own&first=2026-05-05&last=2026-05-01",
    "period=own&first=x", "period=own&first=2020-01-01&last=2026-01-01", "period=0000-01", "period=own&first=0001-01-01",
])  # fmt: skip
def test_a_wrong_choice_is_refused_at_its_field_and_figures_stay(world: World, query: str) -> None:
    page = world.page("supervisor").get(f"/statistics/?{query}", status=422)
    assert page.soup.select(".field--invalid, .error-summary")
    assert page.by_testid("figures")


@pytest.mark.parametrize("query", [
    "period=2026-10", "period=2026-W41", "period=2026-Q3", "period=own", "period=own&first=2026-10-01&last=2026-10-02",
    "channel=phone", "group=groep", "period=2026-W53",
])  # fmt: skip
def test_periods_and_filters_are_shown(history: World, query: str) -> None:
    history.page("supervisor").get(f"/statistics/?{query}")


def test_who_may_not_read_figures_is_refused(world: World) -> None:
    for url in ("/statistics/", "/statistics/behind?measure=open", "/statistics/export.csv"):
        world.page("agent").get(url, status=403)


def test_csv_opens_in_a_dutch_spreadsheet(history: World) -> None:
    page = history.page("supervisor").get("/statistics/export.csv", judge=False)
    assert page.response is not None and page.response.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in page.response.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(page.response.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["Periode", "Gemeente", "Gesprekken", "Vragen"]
    assert [row[1] for row in rows[1:5]] == ["Aalburg", "Bergen", "Cadzand", "Samen"]
    assert int(rows[4][3]) == sum(int(row[3]) for row in rows[1:4])
    assert any("verborgen" in cell for row in rows[5:] for cell in row)


def test_a_workbook_holds_figures_and_topics(history: World) -> None:
    page = history.page("supervisor").get("/statistics/export.xlsx", judge=False)
    assert page.response is not None
    book = zipfile.ZipFile(io.BytesIO(page.response.data))
    assert book.testzip() is None
    assert {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"} <= set(book.namelist())
    words = book.read("xl/sharedStrings.xml").decode()
    assert "Aalburg" in words and "Drunen" not in words


def test_a_contract_managers_file_holds_one_town(history: World) -> None:
    text = history.page("contract_manager").get("/statistics/export.csv", judge=False).text
    assert "Aalburg" in text and "Bergen" not in text
    history.page("contract_manager").get("/statistics/export.pdf", status=404)


def test_an_older_month_is_named(history: World) -> None:
    with history.admin() as admin:
        histories.contact(admin, history, "Aalburg", datetime(2026, 3, 3, tzinfo=UTC))
    page = history.page("supervisor").get("/statistics/?period=2026-03")
    row: Any = page.by_testid("town-AAL")
    assert "maart 2026" in page.text
    assert row.select_one('[data-label="Vragen"] a').text == "1"
