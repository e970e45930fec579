"""The board's counts: what the rules say of each row, for towns in sight only, with the very rows behind each number."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.permissions import Permission
from kcc.insight import queries_board
from kcc.insight.queries_board import Asked, Scene
from kcc.insight.rules_board import Fate, Tally, Waited, fate_of_live, fate_of_other
from kcc.routing.models import WorkItem
from kcc.routing.rules import LIVE_KINDS
from tests.factories.backoffice import make_task
from tests.support.world import World

KINDS = ("call", "counter", "callback", "mail", "web_form", "returned_task")


def lay_item(world: World, town: str, kind: str, **values: object) -> None:
    """A row of the queue as it stands, laid in past the verbs that would have made it so."""
    state = "done" if values.get("done_at") else "taken" if values.get("claimed_at") else "waiting"
    row = {
        "since": now(),
        "claimed_at": None,
        "done_at": None,
        "due_at": None,
        "promise_until": None,
        "outcome": None,
    } | values
    with world.admin() as admin:
        admin.execute(
            "insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since, claimed_at,"
            " done_at, due_at, promise_until, outcome, boost_seconds, in_profile, cost, interruptions)"
            " values (%s, %s, %s, 'phone', %s, '', 'nl', %s, 2, %s, %s, %s, %s, %s, %s, 0, true, 100, 0)",
            (new_id(), world.towns[town], kind, new_id(), state, *(row[name] for name in ("since", "claimed_at", "done_at", "due_at", "promise_until", "outcome"))),
        )  # fmt: skip


def lay_many(world: World, number: int) -> None:
    """Rows of every kind and every age, by a fixed chance."""
    chance, moment = random.Random(5), now()
    for _row in range(number):
        since = moment - timedelta(seconds=chance.randrange(0, 40 * 3600))
        after = [since + timedelta(seconds=chance.choice((2, 4, 6, 20, 30, 400, 9000))) for _each in range(2)]
        lay_item(
            world, chance.choice(("Aalburg", "Bergen", "Drunen")), chance.choice(KINDS), since=since,
            claimed_at=chance.choice((None, after[0])), done_at=chance.choice((None, max(after))),
            due_at=chance.choice((None, moment - timedelta(hours=1), moment + timedelta(hours=1))),
            promise_until=chance.choice((None, moment - timedelta(hours=2))),
            outcome=chance.choice((None, "abandoned", "callback")),
        )  # fmt: skip


def fate_on_paper(scene: Scene, item: WorkItem) -> Fate:
    """What the rules say of a row."""
    work = Waited(item.since, item.claimed_at, item.done_at, item.promise_until or item.due_at, item.outcome)
    if item.kind in LIVE_KINDS:
        agreed = scene.agreed.get((item.municipality_id, item.kind))
        return fate_of_live(work, timedelta(seconds=agreed.within_seconds if agreed else 0), scene.now)
    return fate_of_other(work, scene.now)


def test_the_database_judges_each_row_as_the_rules_do(world: World) -> None:
    lay_many(world, 300)
    with world.scope("supervisor", Permission.STATISTICS_READ):
        scene = queries_board.scene_at(now())
        rows = db.session.execute(db.select(WorkItem, queries_board.fate(scene))).all()
        assert len(rows) > 100 and len({what for _item, what in rows}) == len(Fate)
        assert [what for _item, what in rows] == [fate_on_paper(scene, item) for item, _what in rows]


def test_the_tallies_count_what_the_rules_say_and_every_number_has_its_rows(world: World) -> None:
    lay_many(world, 300)
    with world.scope("supervisor", Permission.STATISTICS_READ):
        scene = queries_board.scene_at(now())
        counted = queries_board.board(scene)
        expected = Counter(
            (item.municipality_id, item.kind, fate_on_paper(scene, item))
            for item in db.session.scalars(db.select(WorkItem))
            if (item.done_at or scene.now if item.kind not in LIVE_KINDS else item.since) >= scene.day_start
            and (item.done_at or item.claimed_at)
        )
        assert set(counted.tallies) == {world.towns["Aalburg"], world.towns["Bergen"]}
        for town, kinds in counted.tallies.items():
            for kind, tally in kinds.items():
                for what in (Fate.IN_TIME, Fate.LATE, Fate.GIVEN_UP):
                    assert getattr(tally, what) == expected[town, kind, what], (kind, what)
                for measure in ("waiting", "in_hand", "in_time", "missed", "overdue"):
                    asked = Asked(measure, town, [kind])
                    lines = queries_board.lines_behind(scene, asked, None, 500)
                    assert getattr(tally, measure) == queries_board.count_behind(scene, asked) == len(lines), measure
                    assert [line.since for line in lines] == sorted(line.since for line in lines)


def test_a_call_that_waits_counts_for_its_town_until_somebody_takes_it(world: World) -> None:
    lay_item(world, "Aalburg", "call", since=now() - timedelta(seconds=10))
    lay_item(world, "Aalburg", "call", since=now() - timedelta(seconds=300))
    lay_item(world, "Drunen", "call")
    tally = tally_of(world, "supervisor", "Aalburg")
    assert (tally.waiting, tally.overdue, tally.measured) == (2, 1, 1)
    assert tally.oldest is not None and now() - tally.oldest > timedelta(seconds=299)


def tally_of(world: World, person: str, town: str, kind: str = "call") -> Tally:
    """One tally as somebody sees it."""
    with world.scope(person, Permission.STATISTICS_READ):
        counted = queries_board.board(queries_board.scene_at(now()))
    return counted.tallies.get(world.towns[town], {}).get(kind, Tally())


@pytest.mark.parametrize(
    ("person", "town", "seen"),
    [
        ("contract_manager", "Aalburg", 1),
        ("contract_manager", "Bergen", 0),
        ("two_hats", "Bergen", 1),
        ("two_hats", "Aalburg", 0),
    ],
)
def test_who_reads_figures_of_a_town_sees_that_town_only(world: World, person: str, town: str, seen: int) -> None:
    for each in ("Aalburg", "Bergen"):
        lay_item(world, each, "call")
    assert tally_of(world, person, town).waiting == seen


def test_a_second_page_of_a_list_goes_on_where_the_first_ended(world: World) -> None:
    moment = now()
    for minutes in range(5):
        lay_item(world, "Aalburg", "mail", since=moment - timedelta(minutes=minutes))
    with world.scope("supervisor", Permission.STATISTICS_READ):
        scene, asked = queries_board.scene_at(now()), Asked("waiting")
        first = queries_board.lines_behind(scene, asked, None, 3)
        rest = queries_board.lines_behind(scene, asked, (first[-1].since, first[-1].id), 3)
    assert len({line.id for line in [*first, *rest]}) == 5


def test_questions_with_departments_count_when_they_are_late(world: World) -> None:
    for _task in range(2):
        make_task(world)
    with world.admin() as admin:
        admin.execute(
            "update internal_task set due_at = now() - interval '1 minute' where id = (select id from internal_task limit 1)"
        )
    with world.scope("supervisor", Permission.STATISTICS_READ):
        scene = queries_board.scene_at(now())
        counted = queries_board.board(scene)
        assert (counted.open_tasks, counted.overdue_tasks) == ({world.towns["Aalburg"]: 2}, {world.towns["Aalburg"]: 1})
        assert [len(queries_board.lines_behind(scene, Asked(m), None, 9)) for m in ("tasks", "tasks_overdue")] == [2, 1]


def test_today_begins_at_midnight_in_the_netherlands() -> None:
    assert datetime.fromisoformat("2026-11-24T23:00:00+00:00") == day_start_at("2026-11-25T00:30:00+01:00")
    assert datetime.fromisoformat("2026-11-24T23:00:00+00:00") == day_start_at("2026-11-25T23:30:00+01:00")


def day_start_at(moment: str) -> datetime:
    """Since when it is today at a moment."""
    return queries_board.day_start(datetime.fromisoformat(moment))
