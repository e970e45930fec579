"""Marks on paper: a mean only of enough of them, with honest bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.insight.rules_ratings import FEWEST, Ratings

COUNTS = st.tuples(*[st.integers(0, 40)] * 5)


def test_of_a_few_marks_nothing_is_told() -> None:
    few = Ratings((1, 0, 0, 0, 3))
    assert few.n == 4 and few.mean is None and few.interval is None


def test_a_mean_with_bounds_worked_out_by_hand() -> None:
    # marks 3, 4, 4, 5, 5: mean 4.2, standard deviation 0.8367, t(4) = 2.776: half = 1.0387
    marks = Ratings((0, 0, 1, 2, 2))
    assert marks.mean == pytest.approx(4.2)
    assert marks.interval is not None
    assert marks.interval.low == pytest.approx(3.161, abs=0.001) and marks.interval.high == 5.0


@given(COUNTS)
def test_the_mean_lies_within_its_bounds_and_those_within_the_marks(counts: tuple[int, ...]) -> None:
    marks = Ratings(counts)
    if marks.n < FEWEST:
        assert marks.mean is None
        return
    assert marks.mean is not None and marks.interval is not None
    assert 1 <= marks.interval.low <= marks.mean + 1e-9 and marks.mean - 1e-9 <= marks.interval.high <= 5


@given(COUNTS)
def test_more_of_the_same_marks_say_more_surely(counts: tuple[int, ...]) -> None:
    once, often = Ratings(counts), Ratings(tuple(4 * count for count in counts))
    if once.interval and often.interval:
        assert often.interval.high - often.interval.low <= once.interval.high - once.interval.low + 1e-9
