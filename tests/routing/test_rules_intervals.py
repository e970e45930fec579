"""How sure a simulated figure is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.routing.rules_intervals import chance_spread, estimate, shares, spread, t95


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=40))
def test_the_mean_lies_within_its_interval(runs: list[float]) -> None:
    found = estimate(runs)
    assert found.low <= found.mean <= found.high


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    chance = random.Random(1)
    held = 0
    for _trial in range(400):
        found = estimate([chance.gauss(5, 2) for _run in range(10)])
        held += found.low <= 5 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_a_share_over_days_weighs_days_by_their_calls() -> None:
    assert shares([(9, 10), (10, 90)]).mean == pytest.approx(0.19)
    with pytest.raises(ValueError):
        shares([])
    with pytest.raises(ValueError):
        estimate([])


def test_the_table_gives_the_wider_row_between_two() -> None:
    assert t95(11) == t95(10) > t95(12) > t95(1000) == 1.96
    assert t95(100) == t95(60)


def test_towns_served_alike_show_no_more_spread_than_chance() -> None:
    chance = random.Random(2)
    alike = [{town: (_hits(chance, 0.8, n), n) for town, n in ((0, 400), (1, 90), (2, 60))} for _day in range(40)]
    unlike = [{0: (day[0][0] * 1.1, 400), 1: day[1], 2: (day[2][0] * 0.8, 60)} for day in alike]
    assert spread(alike).mean <= chance_spread(alike) * 1.5
    assert spread(unlike).low > chance_spread(unlike)


def _hits(chance: random.Random, level: float, number: int) -> int:
    return sum(chance.random() < level for _call in range(number))
