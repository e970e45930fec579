"""Two centres in one installation: no number, list, file, screen or event of one has anything of the other's in it.

Each page is looked at before and after work of every kind came in for the other centre: nothing may have moved. Then the
same work comes in for the reader's own town: everything must have moved, or the first says nothing.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime

import psycopg
import pytest

from kcc.config import Settings
from kcc.core.clock import now
from kcc.core.events import KINDS
from kcc.insight import queries_board, views_board_words, views_words
from kcc.web.live import Hub, Listener
from tests.factories.backoffice import make_task
from tests.factories.people import plant_role
from tests.factories.routing import available
from tests.insight.histories import centre_of, contact, conversation, insert, task, ticket
from tests.insight.test_queries_board import KINDS as KINDS_OF_WORK
from tests.insight.test_queries_board import lay_item
from tests.support.page import Page
from tests.support.world import World

AGENTS = {"Aalburg": "agent", "Drunen": "agent_zuid"}
FIGURES = ("/statistics/", "/statistics/export.csv", "/statistics/export.xlsx")
BOARD = ("/statistics/board/", "/statistics/board/figures", "/statistics/board/wall", "/statistics/board/wall/figures")
FLOOR = ("/statistics/board/agents", "/queue/supervise", "/queue/supervise/list")
PARTS = ("/figures", "/list", "/agents")
TAGS = re.compile(r"<[^>]*>")
CLOCK = re.compile(r"\d+:\d\d(:\d\d)?|\d+ (seconden|minuten|minuut|uur)|zojuist")


def fill(world: World, town: str) -> None:
    """Work of every kind that is counted anywhere, today, in this town."""
    moment = now()
    make_task(world, town=town, agent=AGENTS[town])
    with world.admin() as admin:
        admin.execute(
            "update ticket set reference = reference || 'X'"
        )  # out of the way of those that are made up below
        for outcome in ("answered", "escalated", "transferred", "transfer_failed"):
            contact(
                admin,
                world,
                town,
                moment,
                outcome,
                talk_seconds=100,
                wrap_up_seconds=30,
                account_id=world.people[AGENTS[town]],
            )
            conversation(admin, world, town, moment, account_id=world.people[AGENTS[town]])
        task(admin, world, town, moment, moment, done_at=moment, result="handled")
        rate(admin, world, town, moment)
        admin.execute(
            "insert into incident (municipality_id, topic_id, title, answer, started_at) values (%s, %s, %s, 'x', %s)",
            (world.towns[town], world.topics[centre_of(town), "paspoort"], f"Storing in {town}", moment),
        )
    for kind in KINDS_OF_WORK:
        lay_item(world, town, kind)
        lay_item(world, town, kind, claimed_at=moment)
        lay_item(world, town, kind, claimed_at=moment, done_at=moment)
    available(world, AGENTS[town])


def rate(admin: psycopg.Connection[tuple[object, ...]], world: World, town: str, moment: datetime) -> None:
    """What a citizen thought of it."""
    insert(
        admin, "rating", municipality_id=world.towns[town], ticket_id=ticket(admin, world, town, moment), score=5, rated_at=moment, channel="phone",
        topic_id=world.topics[centre_of(town), "paspoort"],
    )  # fmt: skip


def pages_of(person: str) -> list[str]:
    """Every address of figures that this person may see, with the list behind each number."""
    lists = [f"/statistics/behind?measure={measure}" for measure in views_words.MEASURES]
    lists += [f"/statistics/board/behind?measure={measure}" for measure in views_board_words.MEASURES]
    return [*FIGURES, *BOARD, *(FLOOR if person != "contract_manager" else ()), *lists]


def look(page: Page, url: str) -> str:
    """What an address says, but for the time of day."""
    response = page.client.get(url, headers={"HX-Request": "true"} if url.endswith(PARTS) else {})
    assert response.status_code == 200, url
    if url.endswith(".xlsx"):
        book = zipfile.ZipFile(io.BytesIO(response.data))
        return "".join(book.read(name).decode() for name in sorted(book.namelist()) if name.startswith("xl/"))
    text = response.get_data(as_text=True)
    return text if url.endswith(".csv") else CLOCK.sub("", TAGS.sub(" ", text.split("<main", 1)[-1]))


def seen(world: World, person: str) -> dict[str, str]:
    """All of it."""
    page = world.page(person)
    return {url: look(page, url) for url in pages_of(person)}


@pytest.mark.parametrize(
    ("person", "own", "other"),
    [
        ("supervisor", "Aalburg", "Drunen"),
        ("contract_manager", "Aalburg", "Drunen"),
        ("agent_zuid", "Drunen", "Aalburg"),
    ],
)
def test_work_of_another_centre_moves_nothing_and_one_s_own_moves_everything(
    world: World, person: str, own: str, other: str
) -> None:
    if person == "agent_zuid":
        plant_role(world, person, own, "supervisor")
    before = seen(world, person)
    fill(world, other)
    after = seen(world, person)
    assert [url for url in before if after[url] != before[url]] == []
    assert [url for url, text in after.items() if other in text] == []
    fill(world, own)
    moved = seen(world, person)
    still = {url for url in before if moved[url] == before[url]}
    assert still <= NOT_TODAY, still - NOT_TODAY


NOT_TODAY = {
    f"/statistics/behind?measure={measure}" for measure in ("followed", "net", "tasks_late", "overdue", "returned")
} | {f"/statistics/board/behind?measure={measure}" for measure in ("ringing", "missed", "overdue", "tasks_overdue")}
"""Lists of what takes days to become true: those may stay as they were."""


def test_a_town_of_another_centre_is_as_unknown_as_one_that_is_not(world: World) -> None:
    fill(world, "Drunen")
    page = world.page("supervisor")
    drunen = world.towns["Drunen"]
    for measure in views_words.MEASURES:
        for town in (drunen, 999_999):
            page.get(f"/statistics/behind?measure={measure}&municipality={town}", status=404)
    for measure in queries_board.MEASURES:
        for town in (drunen, 999_999):
            page.get(f"/statistics/board/behind?measure={measure}&municipality={town}", status=404)


def test_a_screen_hears_nothing_of_another_centre(world: World, settings: Settings) -> None:
    plant_role(world, "agent_zuid", "Drunen", "supervisor")
    hub = Hub(settings)
    streams = {
        name: Listener(secret=world.session_for(name)) for name in ("supervisor", "contract_manager", "agent_zuid")
    }
    with psycopg.connect(hub.url, autocommit=True) as connection:
        hub.ask(connection, list(streams.values()))
    for kind in KINDS:
        hub.tell({"k": kind, "m": world.towns["Drunen"], "d": [world.departments["Drunen", "burgerzaken"]], "id": "x"})
    heard = {name: stream.lines.qsize() for name, stream in streams.items()}
    assert heard["supervisor"] == heard["contract_manager"] == 0 and heard["agent_zuid"] > 0
