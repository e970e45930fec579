"""A trial on paper: the same week for both settings, and a verdict only beyond chance."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from kcc.routing.rules_choice import Parameters
from kcc.routing.rules_trial import USUAL_PATIENCE, Recorded, compare, patience_of, play_run, redraw
from kcc.routing.simulation_choice import Agreement


def a_week(agents: int = 6, calls: int = 500, mails: int = 0) -> Recorded:
    """Two towns, two days, agents who know both."""
    chance = random.Random(3)
    days = []
    for _day in range(2):
        live = [(chance.uniform(30000, 60000), chance.choice((1, 1, 2)), chance.expovariate(1 / 290), "call") for _n in range(calls)]  # fmt: skip
        written = [(chance.uniform(30000, 50000), 1, None, "mail") for _n in range(mails)]
        days.append((tuple(sorted(live + written)), tuple((28800.0, 64800.0, {1: 2, 2: 1}) for _n in range(agents))))
    return Recorded(tuple(days), {1: Agreement(0.8, 20), 2: Agreement(0.8, 20)})


def test_the_same_settings_change_nothing() -> None:
    runs = [play_run(a_week(), Parameters(), Parameters(), seed) for seed in range(3)]
    assert all(run["before"] == run["after"] for run in runs)
    for line in compare(runs):
        assert line.level.difference.mean == 0 and line.wait.verdict == "same"


def test_earlier_callbacks_are_seen_to_shorten_the_wait_of_those_who_stay() -> None:
    week = a_week(agents=4)
    late = replace(Parameters(), callback_offer_after=600.0, callback_always_after=900.0)
    lines = compare([play_run(week, late, Parameters(), seed) for seed in range(6)])
    together = lines[-1]
    assert [line.town for line in lines] == [1, 2, None]
    assert together.wait.verdict == "down" and together.level.verdict == "up"
    assert together.callbacks.after.mean > together.callbacks.before.mean


def test_mail_that_no_longer_gives_way_makes_callers_wait_longer() -> None:
    week = a_week(agents=5, calls=300, mails=150)
    firm = replace(Parameters(), interruptible=False, reserve_share=0.0)
    together = compare([play_run(week, Parameters(), firm, seed) for seed in range(6)])[-1]
    assert together.wait.verdict == "up"
    assert together.written_wait is not None


def test_a_week_survives_being_kept() -> None:
    week = a_week(calls=20, mails=3)
    assert Recorded.from_json(week.as_json()) == week


def test_a_redrawn_day_has_about_as_many_calls_in_order() -> None:
    arrivals, _crew = a_week(calls=400).days[0]
    drawn = [redraw(arrivals, 180, {}, random.Random(seed)) for seed in range(20)]
    assert sum(map(len, drawn)) / 20 == pytest.approx(400, rel=0.05)
    assert len({len(day) for day in drawn}) > 5
    assert all([a.at for a in day] == sorted(a.at for a in day) for day in drawn)


def test_patience_is_estimated_from_enough_who_gave_up() -> None:
    chance = random.Random(9)
    gone, stayed = [], []
    for _caller in range(3000):
        patience, wait = chance.expovariate(1 / 150), chance.expovariate(1 / 60)
        (gone if patience < wait else stayed).append(min(patience, wait))
    assert patience_of(gone, stayed) == pytest.approx(150, rel=0.1)
    assert patience_of(gone[:5], stayed) == USUAL_PATIENCE


def test_no_runs_no_lines() -> None:
    assert compare([]) == []
