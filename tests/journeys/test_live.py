"""Screens follow what happens, in a real browser: at once while connected, by polling when not, and they say which."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import ROOT
from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid

ITEM = (
    "insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since,"
    " boost_seconds, in_profile, cost, interruptions) values (%s, %s, 'call', 'phone', gen_random_uuid(), '', 'nl', 'waiting', 2, now(), 0, true, 100, 0)"
)
LIVE = 1
"""Which of the centre's processes holds the streams."""
BOARD = "/statistics/board/"


@pytest.fixture
def let_call_wait(centre: Centre) -> Iterator[Callable[..., None]]:
    """Have a call wait for Brielle and tell live screens so; ``silent``: as if that word were lost."""
    made: list[uuid.UUID] = []
    town = int(centre.query("select id from municipality where short_code = 'BRI'")[0][0])

    def begin(*, silent: bool = False) -> None:
        made.append(uuid.uuid4())
        with psycopg.connect(centre.admin_url) as admin:
            admin.execute(ITEM, (made[-1], town))
            if not silent:
                event = json.dumps({"k": "queue", "m": town, "id": str(made[-1])})
                admin.execute("select pg_notify('kcc_live', %s)", (event,))

    yield begin
    with psycopg.connect(centre.admin_url) as admin:
        admin.execute("delete from work_item where id = any(%s)", (made,))


def waiting(page: Page) -> Locator:
    """How many wait on the line or at the counter, as the board says."""
    return page.locator('[data-testid="board-live"] .figure__value')


def mark(page: Page) -> Locator:
    """Where a page says whether it is connected."""
    return page.locator("[data-live-status]")


def open_board(page: Page) -> int:
    """Go to the board and wait for its stream; how many wait."""
    page.goto(BOARD)
    expect(mark(page)).to_have_class(re.compile("live--on"))
    return int(waiting(page).inner_text())


def streams(centre: Centre) -> int:
    """How many streams are open, as monitoring reads it; a process that has just begun answers 503 with its figures."""
    try:
        with urllib.request.urlopen(centre.environ["KCC_LIVE_URL"] + "/health", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as answer:
        found = json.load(answer)
    return int(found["streams"])


def wait_for_streams(centre: Centre, number: int) -> None:
    """Wait until so many streams are open: pages of earlier journeys take a moment to let go."""
    until = time.monotonic() + 20
    while streams(centre) != number:
        assert time.monotonic() < until, f"{streams(centre)} streams, not {number}"
        time.sleep(0.2)


def test_the_board_changes_by_itself_when_a_call_waits(
    centre: Centre, sign_in: Callable[..., Page], let_call_wait: Callable[..., None]
) -> None:
    page = sign_in(centre.account("supervisor"))
    before = open_board(page)
    let_call_wait()
    expect(waiting(page)).to_have_text(str(before + 1), timeout=9000)
    page.goto("/statistics/board/wall")
    expect(page.locator(".wall__table")).to_contain_text("Brielle")


def test_a_word_that_is_lost_is_made_good_by_polling_and_without_polling_the_screen_is_stale(
    centre: Centre, sign_in: Callable[..., Page], let_call_wait: Callable[..., None]
) -> None:
    page = sign_in(centre.account("supervisor"))
    page.route(centre.environ["KCC_LIVE_URL"] + "/**", lambda route: route.abort())  # no word reaches this page
    page.clock.install()
    page.goto(BOARD)
    before = int(waiting(page).inner_text())
    page.evaluate("window.looked = 0; document.body.addEventListener('kcc:sync', () => { window.looked += 1; })")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    let_call_wait(silent=True)
    time.sleep(1.5)
    assert int(waiting(page).inner_text()) == before, "its clock stands still, so it does not poll"
    page.clock.run_for(20_000)
    expect(waiting(page)).to_have_text(str(before + 1))
    assert page.evaluate("window.looked") > 0, "every part that listens is told to look again, not the board alone"


def test_a_lost_connection_says_so_and_heals_by_itself(
    centre: Centre, sign_in: Callable[..., Page], let_call_wait: Callable[..., None]
) -> None:
    page = sign_in(centre.account("supervisor"))
    before = open_board(page)
    process = centre.processes[LIVE]
    process.kill()
    process.wait()
    expect(mark(page)).to_contain_text("Geen verbinding sinds", timeout=15_000)
    let_call_wait()  # nobody hears this
    centre.processes[LIVE] = subprocess.Popen(process.args, cwd=ROOT, env=centre.environ)
    expect(mark(page)).to_contain_text("Verbinding hersteld")
    expect(waiting(page)).to_have_text(str(before + 1))
    expect(mark(page)).to_contain_text("Verbonden")


def test_a_browser_that_is_offline_says_so_and_keeps_what_it_shows(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(centre.account("supervisor"))
    page.clock.install()
    page.goto("/statistics/board/wall")
    table = page.locator(".wall__table")
    expect(table).to_be_visible()
    page.context.set_offline(True)
    page.clock.run_for(60_000)
    expect(page.locator("[data-board-stale]")).to_contain_text("Verouderd")
    expect(table).to_be_visible()
    page.context.set_offline(False)
    page.clock.run_for(15_000)
    expect(page.locator("[data-board-stale]")).to_be_hidden()


def test_tabs_of_one_browser_share_one_stream_and_the_next_takes_it_over(
    centre: Centre, sign_in: Callable[..., Page], let_call_wait: Callable[..., None]
) -> None:
    wait_for_streams(centre, 0)
    first = sign_in(centre.account("supervisor"))
    open_board(first)
    second = first.context.new_page()
    before = open_board(second)
    wait_for_streams(centre, 1)
    let_call_wait()
    for page in (first, second):
        expect(waiting(page)).to_have_text(str(before + 1), timeout=9000)
    first.close()
    wait_for_streams(centre, 1)
    expect(mark(second)).to_have_class(re.compile("live--on"))


def test_colleagues_on_one_ticket_see_each_other_come_and_go(centre: Centre, sign_in: Callable[..., Page]) -> None:
    town = "BRI"
    mine, theirs = sign_in(centre.account("agent", town)), sign_in(centre.account("supervisor"))
    ticket = centre.query(
        "select t.id from ticket t join municipality m on m.id = t.municipality_id where m.short_code = %s limit 1",
        town,
    )[0][0]
    mine.goto(f"/tickets/{ticket}")
    expect(mark(mine)).to_have_class(re.compile("live--on"))
    theirs.goto(f"/tickets/{ticket}")
    # Without the stream this would take up to twenty seconds.
    expect(mine.locator("[data-presence]")).to_contain_text("kijkt mee", timeout=9000)
    theirs.goto("/tickets/")
    expect(mine.locator("[data-presence]")).not_to_contain_text("kijkt mee", timeout=9000)


def test_a_signed_off_session_loses_its_stream(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("supervisor"))
    open_board(page)
    assert at_testid(page, "board")
    account = centre.account("supervisor")["email"]
    with psycopg.connect(centre.admin_url) as admin:
        admin.execute("delete from guard.door where account_id = (select id from account where email = %s)", (account,))
    expect(mark(page)).to_contain_text("Geen verbinding sinds", timeout=45_000)
