"""Ten years of the calendar under every combination of what towns decide, against an independent list of holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import product
from zoneinfo import ZoneInfo

import holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.municipalities.rules import (
    Block,
    Calendar,
    HolidayChoices,
    Term,
    due_at,
    dutch_holidays,
    dutch_short_days,
    is_open,
    next_opening,
    working_minutes_between,
)

YEARS = range(2026, 2036)
ZONE = ZoneInfo("Europe/Amsterdam")
EARLY = (None, time(12), time(16), time(8))
CHOICES = [HolidayChoices(*each) for each in product((False, True), ("never", "lustrum", "always"), EARLY, EARLY)]
WEEKS: tuple[dict[int, tuple[Block, ...]], ...] = (
    dict.fromkeys(range(5), ((time(8, 30), time(17)),)),
    {**dict.fromkeys(range(5), ((time(8, 30), time(12)), (time(13), time(17)))), 3: ((time(9), time(20)),)},
    {**dict.fromkeys(range(4), ((time(9), time(16)),)), 4: ((time(9), time(12)),), 5: ((time(10), time(12)),)},
)
"""Whole days, a lunch break with a late evening, a short Friday with a Saturday."""


def closed_days(choices: HolidayChoices) -> set[date]:
    """The days on which such a town is closed, by the independent list."""
    listed = holidays.country_holidays("NL", years=YEARS, language="nl")
    names = {day: set(name.split("; ")) for day, name in listed.items()}
    found = {day for day, each in names.items() if each - {"Bevrijdingsdag", "Goede vrijdag"}}
    if choices.good_friday:
        found |= {day for day, each in names.items() if "Goede vrijdag" in each}
    if choices.liberation_day != "never":
        found |= {date(y, 5, 5) for y in YEARS if choices.liberation_day == "always" or y in (2030, 2035)}
    return found


@lru_cache
def calendar(choice: int, week: int) -> Calendar:
    """Ten years and some of a town with these choices."""
    choices, days = CHOICES[choice], WEEKS[week]
    closed: dict[date, str] = {}
    short: dict[date, tuple[Block, ...]] = {}
    for year in range(YEARS[0] - 1, YEARS[-1] + 3):
        closed |= dutch_holidays(year, choices)
        short |= dutch_short_days(year, choices, days)
    return Calendar("Europe/Amsterdam", days, closed, short)


def test_every_combination_of_choices_closes_the_days_of_the_independent_list() -> None:
    assert len(CHOICES) == 96
    for choices in CHOICES:
        found = {day for year in YEARS for day in dutch_holidays(year, choices)}
        # A feast on a day that is a holiday anyway closes it once.
        assert found == closed_days(choices), choices


def test_on_each_of_3652_days_every_town_is_open_at_noon_as_its_choices_say() -> None:
    days = [date(YEARS[0], 1, 1) + timedelta(days=n) for n in range(3652)]
    noons = [(day, datetime.combine(day, time(12), ZONE).astimezone(UTC)) for day in days]
    for number in range(0, len(CHOICES), 7):
        choices, closed = CHOICES[number], closed_days(CHOICES[number])
        town = calendar(number, 0)
        for day, noon in noons:
            early = {24: choices.christmas_eve_closes_at, 31: choices.new_years_eve_closes_at}
            ends = early.get(day.day) if day.month == 12 else None
            expected = day.weekday() < 5 and day not in closed and (ends is None or ends > time(12))
            assert is_open(town, noon) == expected, (day, choices)


choices = st.integers(0, len(CHOICES) - 1)
weeks = st.integers(0, len(WEEKS) - 1)
moments = st.datetimes(datetime(YEARS[0], 1, 1), datetime(YEARS[-1], 12, 1), timezones=st.just(UTC))
terms = st.one_of(
    st.builds(Term, st.integers(1, 60), st.just("working_days")),
    st.builds(Term, st.integers(1, 300), st.just("working_hours")),
    st.builds(Term, st.integers(1, 5000), st.just("working_minutes")),
)


@settings(max_examples=50, deadline=None)
@given(choices, weeks, moments, terms)
def test_no_term_ends_while_the_town_is_closed(choice: int, week: int, start: datetime, term: Term) -> None:
    town = calendar(choice, week)
    due = due_at(town, start, term)
    assert due > start
    # Due at closing time is still in that day's opening: the last moment before it is open.
    assert is_open(town, due - timedelta(microseconds=1))
    if term.unit != "working_days":
        asked = term.amount * (60 if term.unit == "working_hours" else 1)
        # Begun in the middle of a minute, its last one may be counted by the whole.
        assert asked - 1 <= working_minutes_between(town, start, due) <= asked


@settings(max_examples=50, deadline=None)
@given(choices, weeks, moments, st.integers(1, 40))
def test_working_days_are_days_on_which_it_opens_counted_by_hand(
    choice: int, week: int, start: datetime, amount: int
) -> None:
    town, day, counted = calendar(choice, week), start.astimezone(ZONE).date(), 0
    while counted < amount:
        day += timedelta(days=1)
        blocks = town.short_days.get(day, town.week.get(day.weekday(), ()))
        counted += bool(blocks) and day not in town.closed_on
    assert due_at(town, start, Term(amount, "working_days")).astimezone(ZONE).date() == day


@settings(max_examples=50, deadline=None)
@given(weeks, moments, terms)
def test_who_closes_more_never_answers_earlier(week: int, start: datetime, term: Term) -> None:
    most_open = CHOICES.index(HolidayChoices(False, "never", None, None))
    most_closed = CHOICES.index(HolidayChoices(True, "always", time(8), time(8)))
    assert due_at(calendar(most_open, week), start, term) <= due_at(calendar(most_closed, week), start, term)


@settings(max_examples=50, deadline=None)
@given(choices, weeks, moments)
def test_the_next_opening_is_never_further_than_the_longest_feast(choice: int, week: int, at: datetime) -> None:
    opens = next_opening(calendar(choice, week), at)
    assert opens >= at and is_open(calendar(choice, week), opens)
    # Christmas around a weekend, with both eves closed early, is the longest there is.
    assert opens - at < timedelta(days=6)
