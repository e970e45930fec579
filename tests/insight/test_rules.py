"""Shares, repeats, small cells and periods."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.insight.rules import (
    FollowedContact,
    Period,
    answered_at_once_net,
    net_of_period,
    previous_period,
    share,
    suppress_small_cells,
    utc_bounds,
    wilson_interval,
)

DAY = timedelta(days=1)
MONDAY = datetime(2026, 10, 5, 10, tzinfo=UTC)


def contact(at: datetime, answered: bool = True, key: str | None = "a", topic: str = "paspoort") -> FollowedContact:
    return FollowedContact(at, answered, key, topic)


def test_what_was_not_measured_is_not_zero() -> None:
    assert share(0, 0) is None
    assert share(None, 10) is None
    assert share(3, None) is None
    assert share(0, 10) == 0.0
    assert share(8, 10) == 0.8
    assert wilson_interval(0, 0) is None


def test_the_interval_agrees_with_the_textbook() -> None:
    interval = wilson_interval(8, 10)
    assert interval is not None
    assert interval == pytest.approx((0.4902, 0.9433), abs=1e-3)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_the_interval_holds_the_share_and_narrows_with_more(part: int, whole: int) -> None:
    part = min(part, whole)
    interval, wider = wilson_interval(part, whole), wilson_interval(part, whole, z=3.0)
    assert interval is not None and wider is not None
    assert 0 <= wider.low <= interval.low <= part / whole <= interval.high <= wider.high <= 1
    more = wilson_interval(part * 4, whole * 4)
    assert more is not None
    assert more.high - more.low < interval.high - interval.low


@pytest.mark.parametrize(("part", "whole"), [(-1, 10), (11, 10), (1, 0)])
def test_a_part_larger_than_its_whole_is_refused(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="part"):
        wilson_interval(part, whole)


def test_who_comes_back_within_a_week_was_not_helped() -> None:
    net = answered_at_once_net([contact(MONDAY), contact(MONDAY + 3 * DAY)])
    assert (net.answered, net.followed, net.share, net.coverage) == (1, 2, 0.5, 1.0)


@pytest.mark.parametrize(
    ("second", "share_answered"),
    [
        (contact(MONDAY + 7 * DAY), 0.5),
        (contact(MONDAY + 7 * DAY + timedelta(seconds=1)), 1.0),
        (contact(MONDAY + DAY, key="b"), 1.0),
        (contact(MONDAY + DAY, topic="afval"), 1.0),
    ],
)
def test_another_person_topic_or_week_is_no_repeat(second: FollowedContact, share_answered: float) -> None:
    assert answered_at_once_net([contact(MONDAY), second]).share == share_answered


def test_anonymous_contacts_lower_the_coverage_and_not_the_share() -> None:
    net = answered_at_once_net([contact(MONDAY), contact(MONDAY, key=None), contact(MONDAY, key=None)])
    assert net.share == 1.0
    assert net.coverage == pytest.approx(1 / 3)
    assert answered_at_once_net([contact(MONDAY, key=None)]).share is None
    assert answered_at_once_net([]) == (None, None, 0, 0, 0)


def test_a_contact_whose_week_is_not_over_cannot_be_followed_yet() -> None:
    net = answered_at_once_net([contact(MONDAY), contact(MONDAY + 5 * DAY, key="b")], MONDAY + 7 * DAY)
    assert (net.followed, net.contacts) == (1, 2)


def test_a_repeat_after_the_period_counts_against_the_period() -> None:
    both = [contact(MONDAY), contact(MONDAY + DAY)]
    net = net_of_period(both, lambda one: one.at < MONDAY + DAY)
    assert (net.answered, net.followed, net.contacts) == (0, 1, 1)


@given(
    st.lists(
        st.builds(
            contact,
            st.integers(0, 40).map(lambda hours: MONDAY + timedelta(hours=6 * hours)),
            st.booleans(),
            st.sampled_from([None, "a", "b", "c"]),
            st.sampled_from(["paspoort", "afval"]),
        ),
        max_size=12,
    )
)
def test_the_net_share_is_what_counting_by_hand_gives(contacts: list[FollowedContact]) -> None:
    net = answered_at_once_net(contacts)
    followed = [one for one in contacts if one.follow_key is not None]
    gross = sum(one.answered for one in followed)
    assert net.contacts == len(contacts) and net.followed == len(followed)
    assert net.answered <= gross
    distinct = len({(one.follow_key, one.topic, one.at) for one in followed}) == len(followed)
    if distinct:
        helped = [
            one
            for one in followed
            if one.answered
            and not any(
                (other.follow_key, other.topic) == (one.follow_key, one.topic) and one.at < other.at <= one.at + 7 * DAY
                for other in followed
            )
        ]
        assert net.answered == len(helped)


tables = st.integers(1, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 3) | st.integers(0, 30), min_size=columns, max_size=columns), min_size=1, max_size=4
    )
)


def test_a_table_without_small_cells_is_left_alone() -> None:
    assert suppress_small_cells([[10, 0], [20, 5]]) == [[10, 0], [20, 5]]
    assert suppress_small_cells([]) == []
    assert suppress_small_cells([[7]]) == [[7]]


def test_a_lone_small_cell_takes_its_rectangle_along() -> None:
    assert suppress_small_cells([[2, 10, 40], [20, 30, 50], [60, 70, 80]]) == [
        [None, None, 40],
        [None, None, 50],
        [60, 70, 80],
    ]


def test_in_a_single_row_the_smallest_other_cell_goes_along() -> None:
    assert suppress_small_cells([[2, 10, 40]]) == [[None, None, 40]]
    assert suppress_small_cells([[2], [10], [40]]) == [[None], [None], [40]]
    assert suppress_small_cells([[2]]) == [[None]]


def test_a_table_that_is_none_is_refused() -> None:
    for table in ([[1, 2], [3]], [[-1]]):
        with pytest.raises(ValueError, match="table"):
            suppress_small_cells(table)


@given(tables)
def test_no_small_cell_is_shown_and_nothing_shown_is_changed(table: list[list[int]]) -> None:
    shown = suppress_small_cells(table)
    for row, shown_row in zip(table, shown, strict=True):
        for count, cell in zip(row, shown_row, strict=True):
            assert cell is None or (cell == count and not 0 < count < 5)
    if not any(0 < count < 5 for row in table for count in row):
        assert shown == table


def other_tables(table: list[list[int]], shown: list[list[int | None]]) -> list[tuple[int, ...]]:
    """By trying them all: every way to fill the hidden cells that keeps the published totals."""
    places = [(r, c) for r, row in enumerate(shown) for c, cell in enumerate(row) if cell is None]
    by_row, by_column = len(table[0]) > 1, len(table) > 1
    found = []
    for guess in product(*(range(table[r][c] + 3) for r, c in places)):
        difference = {place: value - table[place[0]][place[1]] for place, value in zip(places, guess, strict=True)}
        rows_fit = all(sum(d for (r, _), d in difference.items() if r == row) == 0 for row in range(len(table)))
        columns_fit = all(
            sum(d for (_, c), d in difference.items() if c == column) == 0 for column in range(len(table[0]))
        )
        if (rows_fit or not by_row) and (columns_fit or not by_column):
            found.append(guess)
    return found


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 3), st.integers(2, 3)).flatmap(
        lambda size: st.lists(
            st.lists(st.integers(1, 3) | st.integers(5, 7), min_size=size[1], max_size=size[1]),
            min_size=size[0],
            max_size=size[0],
        )
    )
)
def test_totals_minus_the_rest_never_reveal_a_hidden_cell(table: list[list[int]]) -> None:
    shown = suppress_small_cells(table)
    hidden = sum(cell is None for row in shown for cell in row)
    if hidden == 0 or hidden > 6:
        return
    guesses = other_tables(table, shown)
    for place in range(hidden):
        assert len({guess[place] for guess in guesses}) > 1


@given(tables)
def test_a_line_never_has_a_single_hidden_cell_while_another_can_be_hidden(table: list[list[int]]) -> None:
    shown = suppress_small_cells(table)
    if len(table[0]) > 1:
        assert not any(row.count(None) == 1 for row in shown)
    if len(table) > 1:
        assert not any(column.count(None) == 1 for column in zip(*shown, strict=True))


def test_a_large_table_is_done_in_time() -> None:
    table = [[(row * 7 + column * 3) % 11 for column in range(10)] for row in range(60)]
    assert len(suppress_small_cells(table)) == 60


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (Period.month(2026, 10), "2026-09-30T22:00", "2026-10-31T23:00"),
        (Period.month(2026, 3), "2026-02-28T23:00", "2026-03-31T22:00"),
        (Period.day(date(2026, 3, 29)), "2026-03-28T23:00", "2026-03-29T22:00"),
        (Period.day(date(2026, 10, 25)), "2026-10-24T22:00", "2026-10-25T23:00"),
        (Period.year(2026), "2025-12-31T23:00", "2026-12-31T23:00"),
        (Period.quarter(2026, 4), "2026-09-30T22:00", "2026-12-31T23:00"),
        (Period.week(2026, 44), "2026-10-25T23:00", "2026-11-01T23:00"),
    ],
)
def test_a_period_lies_between_local_midnights(period: Period, start: str, end: str) -> None:
    bounds = tuple(moment.strftime("%Y-%m-%dT%H:%M") for moment in utc_bounds(period))
    assert bounds == (start, end)


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (Period.month(2026, 1), Period.month(2025, 12)),
        (Period.month(2028, 3), Period.month(2028, 2)),
        (Period.quarter(2026, 1), Period.quarter(2025, 4)),
        (Period.year(2026), Period.year(2025)),
        (Period.week(2026, 1), Period.week(2025, 52)),
        (Period.day(date(2026, 3, 1)), Period.day(date(2026, 2, 28))),
        (Period(date(2026, 3, 1), date(2026, 3, 10)), Period(date(2026, 2, 19), date(2026, 2, 28))),
    ],
)
def test_the_previous_period_is_of_the_same_kind(period: Period, before: Period) -> None:
    assert previous_period(period) == before


periods = st.one_of(
    st.builds(Period.month, st.integers(1950, 2100), st.integers(1, 12)),
    st.builds(Period.quarter, st.integers(1950, 2100), st.integers(1, 4)),
    st.builds(Period.year, st.integers(1950, 2100)),
    st.builds(Period.week, st.integers(1950, 2100), st.integers(1, 52)),
    st.builds(Period.day, st.dates(date(1950, 1, 1), date(2100, 1, 1))),
)


@given(periods)
def test_periods_join_without_gap_or_overlap(period: Period) -> None:
    before = previous_period(period)
    assert before.kind == period.kind
    assert utc_bounds(before)[1] == utc_bounds(period)[0]
    start, end = utc_bounds(period)
    assert start < end and start.tzinfo is UTC


@given(st.integers(1950, 2100))
def test_months_and_quarters_add_up_to_the_year(year: int) -> None:
    assert sum(Period.month(year, month).days for month in range(1, 13)) == Period.year(year).days
    assert sum(Period.quarter(year, quarter).days for quarter in range(1, 5)) == Period.year(year).days


@pytest.mark.parametrize(
    "make",
    [
        lambda: Period.month(2026, 13),
        lambda: Period.month(2026, 0),
        lambda: Period.quarter(2026, 5),
        lambda: Period.week(2026, 54),
        lambda: Period.year(99_999),
        lambda: Period(date(2026, 2, 2), date(2026, 2, 1)),
    ],
)
def test_a_period_that_does_not_exist_is_refused(make: object) -> None:
    with pytest.raises(InvalidInput):
        make()  # type: ignore[operator]
