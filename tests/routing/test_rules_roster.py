"""The roster on paper: what cannot be, how many are expected, who is missed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.routing import rules_roster as rules
from kcc.routing.rules_roster import Shift

DAY = date(2026, 11, 25)
TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
SHIFTS = st.lists(
    st.tuples(TIMES, TIMES, st.sets(st.sampled_from(rules.CHANNELS))).map(
        lambda t: Shift(DAY, min(t[:2]), max(t[:2]), tuple(sorted(t[2])))
    ).filter(lambda s: s.starts < s.ends),
    max_size=8,
)  # fmt: skip


@settings(max_examples=50)
@given(SHIFTS, st.sampled_from((None, *rules.CHANNELS)))
def test_each_half_hour_counts_whoever_works_a_part_of_it(shifts: list[Shift], channel: str | None) -> None:
    counts = rules.expected(shifts, DAY, channel)
    assert len(counts) == rules.HALF_HOURS
    for half, number in enumerate(counts):
        begin, end = half * 30, half * 30 + 30
        there = [
            s for s in shifts
            if s.starts.hour * 60 + s.starts.minute < end and s.ends.hour * 60 + s.ends.minute > begin
            and (channel is None or not s.channels or channel in s.channels)
        ]  # fmt: skip
        assert number == len(there), half


def test_a_shift_ends_after_it_begins_and_stands_beside_no_other_of_the_same_person() -> None:
    morning = Shift(DAY, time(9), time(12))
    rules.check(Shift(DAY, time(12), time(17)), [morning])
    for wrong in (
        Shift(DAY, time(12), time(12)),
        Shift(DAY, time(11, 59), time(13)),
        Shift(DAY, time(8), time(18)),
        Shift(DAY, time(13), time(14), ("fax",)),
    ):
        with pytest.raises(InvalidInput):
            rules.check(wrong, [morning])


def test_somebody_is_missed_ten_minutes_after_the_beginning_until_the_end_in_local_time() -> None:
    shift = Shift(DAY, time(9), time(12))
    for minute, missed in ((8 * 60 + 9, False), (8 * 60 + 10, True), (10 * 60 + 59, True), (11 * 60, False)):
        at = datetime(2026, 11, 25, minute // 60, minute % 60, tzinfo=UTC)
        assert rules.is_expected(shift, at, "Europe/Amsterdam") is missed


@pytest.mark.parametrize(
    ("text", "at"), [("9", time(9)), ("09:30", time(9, 30)), ("17.45", time(17, 45)), (" 8:05 ", time(8, 5))]
)
def test_a_time_is_read_as_people_write_it(text: str, at: time) -> None:
    assert rules.time_of(text) == at


@pytest.mark.parametrize("text", ["", "half tien", "24:00", "9:60", "9:5", "-1"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        rules.time_of(text)
