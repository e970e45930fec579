"""The live board on paper: strict about waiting, careful with small numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.insight.rules_board import (
    LEFT_OUT,
    MEASURED,
    Fate,
    Tally,
    Verdict,
    Waited,
    fate_of_live,
    fate_of_other,
    together,
    verdict,
)

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
WITHIN = timedelta(seconds=25)
counts = st.integers(0, 400)
tallies = st.builds(
    Tally, counts, counts, counts, counts, counts, counts, st.none() | st.datetimes(timezones=st.just(UTC))
)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("work", "fate"),
    [
        (Waited(ago(100), claimed_at=ago(75)), Fate.IN_TIME),
        (Waited(ago(100), claimed_at=ago(74)), Fate.LATE),
        (Waited(ago(20)), Fate.OPEN),
        (Waited(ago(26)), Fate.OVERDUE),
        (Waited(ago(100), done_at=ago(96), outcome="abandoned"), Fate.LEFT_OUT),
        (Waited(ago(100), done_at=ago(95), outcome="abandoned"), Fate.GIVEN_UP),
        (Waited(ago(100), done_at=ago(10), outcome="callback"), Fate.LEFT_OUT),
        (Waited(ago(100), done_at=ago(10)), Fate.GIVEN_UP),
    ],
)
def test_who_waits_on_the_line_was_helped_in_time_or_not(work: Waited, fate: Fate) -> None:
    assert fate_of_live(work, WITHIN, NOW) == fate


@pytest.mark.parametrize(
    ("work", "fate"),
    [
        (Waited(ago(900), due_at=ago(-60)), Fate.OPEN),
        (Waited(ago(900), due_at=ago(60)), Fate.OVERDUE),
        (Waited(ago(900)), Fate.OPEN),
        (Waited(ago(900), done_at=ago(60), due_at=ago(60)), Fate.IN_TIME),
        (Waited(ago(900), done_at=ago(59), due_at=ago(60)), Fate.LATE),
        (Waited(ago(900), done_at=ago(59), due_at=ago(60), outcome="duplicate"), Fate.LEFT_OUT),
        (Waited(ago(900), done_at=ago(59)), Fate.IN_TIME),
    ],
)
def test_work_that_can_wait_was_done_by_its_due_moment_or_not(work: Waited, fate: Fate) -> None:
    assert fate_of_other(work, NOW) == fate


@given(
    st.integers(0, 600),
    st.integers(0, 600),
    st.none() | st.integers(0, 600),
    st.sampled_from([None, "abandoned", *LEFT_OUT]),
)
def test_a_stricter_agreement_never_makes_more_be_in_time(
    age: int, done: int, claimed: int | None, outcome: str | None
) -> None:
    since = ago(age)
    work = Waited(
        since,
        since + timedelta(seconds=claimed) if claimed is not None else None,
        since + timedelta(seconds=done),
        None,
        outcome,
    )
    in_time = [fate_of_live(work, timedelta(seconds=t), NOW) == Fate.IN_TIME for t in range(0, 600, 20)]
    assert in_time == sorted(in_time)


@given(st.integers(0, 300))
def test_who_waits_becomes_overdue_and_stays_so(age: int) -> None:
    fates = [fate_of_live(Waited(ago(age)), WITHIN, NOW + timedelta(seconds=t)) for t in range(0, 120, 5)]
    assert set(fates) <= {Fate.OPEN, Fate.OVERDUE}
    assert fates == sorted(fates, key=lambda fate: fate == Fate.OVERDUE)


@given(tallies)
def test_the_parts_add_up_and_the_interval_holds_the_level(tally: Tally) -> None:
    assert tally.measured == tally.in_time + tally.missed
    if tally.measured:
        assert tally.interval is not None and tally.level is not None
        assert 0 <= tally.interval.low <= tally.level <= tally.interval.high <= 1
    else:
        assert tally.interval is None and tally.level is None


@given(st.lists(tallies, max_size=5), st.lists(tallies, max_size=5))
def test_towns_together_are_the_sum_of_their_parts(first: list[Tally], second: list[Tally]) -> None:
    assert together([*first, *second]) == together([together(first), together(second)])
    whole = together([*first, *second])
    assert whole.measured == sum(one.measured for one in [*first, *second])
    assert all(whole.oldest is not None and whole.oldest <= one.oldest for one in [*first, *second] if one.oldest)


@given(tallies, st.integers(0, 100))
def test_red_and_green_are_never_given_for_what_chance_explains(tally: Tally, percent: int) -> None:
    found = verdict(tally, percent)
    if found == Verdict.BELOW:
        assert tally.interval is not None and tally.interval.high < percent / 100
    if found == Verdict.KEPT:
        assert tally.interval is not None and tally.interval.low >= percent / 100
    assert (found == Verdict.NOT_MEASURED) == (tally.measured == 0)


@given(tallies, st.integers(0, 100), st.integers(0, 100))
def test_a_higher_agreement_is_never_easier_to_keep(tally: Tally, one: int, other: int) -> None:
    order = [Verdict.BELOW, Verdict.UNSURE, Verdict.KEPT]
    low, high = verdict(tally, min(one, other)), verdict(tally, max(one, other))
    if tally.measured:
        assert order.index(high) <= order.index(low)


def test_a_small_town_is_not_red_on_noise() -> None:
    assert verdict(Tally(in_time=3, late=2), 80) == Verdict.UNSURE
    assert verdict(Tally(in_time=300, late=200), 80) == Verdict.BELOW
    assert verdict(Tally(in_time=950, late=50), 80) == Verdict.KEPT
    assert verdict(Tally(in_time=5), None) == Verdict.NO_AGREEMENT


@pytest.mark.parametrize("late", [1, 2])
def test_one_or_two_that_went_wrong_are_no_verdict(late: int) -> None:
    assert verdict(Tally(late=late), 80) == Verdict.UNSURE
    assert verdict(Tally(late=3), 80) == Verdict.BELOW


def test_what_is_still_open_or_left_out_is_not_measured() -> None:
    assert {Fate.OPEN, Fate.LEFT_OUT}.isdisjoint(MEASURED) and len(MEASURED) == len(Fate) - 2
    assert not Tally() and Tally(waiting=1)
