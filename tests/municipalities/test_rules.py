"""Working time: terms, opening, holidays, and the nights on which the clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.municipalities.rules import (
    MIDNIGHT,
    SOON_MINUTES,
    Block,
    Calendar,
    CalendarError,
    CalendarNeverOpens,
    HolidayChoices,
    Term,
    due_at,
    dutch_holidays,
    dutch_short_days,
    easter_sunday,
    is_open,
    next_opening,
    remaining_text_parts,
    working_minutes_between,
)

AMSTERDAM = "Europe/Amsterdam"
OFFICE = dict.fromkeys(range(5), ((time(9), time(17)),))
ALWAYS = dict.fromkeys(range(7), ((MIDNIGHT, MIDNIGHT),))
CALENDAR = Calendar(AMSTERDAM, OFFICE)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(AMSTERDAM)).astimezone(UTC)  # type: ignore[misc, arg-type]


@st.composite
def blocks(draw: st.DrawFn) -> tuple[Block, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 1439), max_size=6)))
    times = [time(mark // 60, mark % 60) for mark in marks]
    return tuple(zip(times[::2], times[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.dictionaries(st.integers(0, 6), blocks(), max_size=7))
    days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
    week[2] = week.get(2) or ((time(9), time(12)),)
    return Calendar(
        draw(st.sampled_from([AMSTERDAM, "UTC", "America/St_Johns"])),
        week,
        frozenset(draw(st.sets(days, max_size=5))),
        draw(st.dictionaries(days, blocks(), max_size=5)),
    )


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
amounts = st.integers(1, 3_000)


@pytest.mark.parametrize(
    ("start", "term", "due"),
    [
        (local(2026, 10, 5, 10), Term(2, "working_days"), local(2026, 10, 7, 17)),
        (local(2026, 10, 9, 16, 50), Term(2, "working_days"), local(2026, 10, 13, 17)),
        (local(2026, 10, 10, 12), Term(1, "working_days"), local(2026, 10, 12, 17)),
        (local(2026, 10, 9, 16), Term(3, "working_hours"), local(2026, 10, 12, 11)),
        (local(2026, 10, 9, 16), Term(1, "working_hours"), local(2026, 10, 9, 17)),
        (local(2026, 10, 9, 7), Term(30, "working_minutes"), local(2026, 10, 9, 9, 30)),
        (local(2026, 10, 9, 10, 0, 30), Term(1, "working_hours"), local(2026, 10, 9, 11, 0, 30)),
    ],
)
def test_a_term_ends_in_working_time(start: datetime, term: Term, due: datetime) -> None:
    assert due_at(CALENDAR, start, term) == due


def test_a_lunch_break_is_not_working_time() -> None:
    calendar = Calendar(AMSTERDAM, {0: ((time(9), time(12)), (time(13), time(17)))})
    assert due_at(calendar, local(2026, 10, 5, 11), Term(2, "working_hours")) == local(2026, 10, 5, 14)
    assert due_at(calendar, local(2026, 10, 5, 11), Term(1, "working_days")) == local(2026, 10, 12, 17)


def test_a_closing_day_wins_and_a_short_day_replaces_the_hours() -> None:
    day = date(2026, 10, 6)
    short = {day: ((time(9), time(12)),)}
    assert due_at(
        Calendar(AMSTERDAM, OFFICE, short_days=short), local(2026, 10, 5, 10), Term(1, "working_days")
    ) == local(2026, 10, 6, 12)
    closed = Calendar(AMSTERDAM, OFFICE, {day: "Heidag"}, short)
    assert due_at(closed, local(2026, 10, 5, 10), Term(1, "working_days")) == local(2026, 10, 7, 17)


@pytest.mark.parametrize(
    ("sunday", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 18), 24)]
)
def test_a_day_that_is_always_open_lasts_as_long_as_the_clock_says(sunday: date, hours: int) -> None:
    start = local(sunday.year, sunday.month, sunday.day)
    after = sunday + timedelta(days=1)
    end = local(after.year, after.month, after.day)
    calendar = Calendar(AMSTERDAM, ALWAYS)
    assert working_minutes_between(calendar, start, end) == hours * 60
    assert due_at(calendar, start, Term(hours, "working_hours")) == end


@pytest.mark.parametrize(("friday", "monday"), [((2026, 3, 27), (2026, 3, 30)), ((2026, 10, 23), (2026, 10, 26))])
def test_the_wall_clock_holds_over_the_weekend_in_which_the_clock_changes(
    friday: tuple[int, int, int], monday: tuple[int, int, int]
) -> None:
    assert due_at(CALENDAR, local(*friday, 16), Term(2, "working_hours")) == local(*monday, 10)
    assert due_at(CALENDAR, local(*friday, 16), Term(1, "working_days")) == local(*monday, 17)


def test_opening_hours_around_the_skipped_hour_neither_overlap_nor_run_backwards() -> None:
    night = ((time(1), time(2, 30)), (time(2, 40), time(2, 50)), (time(2, 55), time(4)))
    calendar = Calendar(AMSTERDAM, {6: night})
    start, end = datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert working_minutes_between(calendar, start, end) == 120
    assert next_opening(calendar, datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_calendar_that_never_opens_says_so() -> None:
    empty = Calendar(AMSTERDAM, {})
    start = local(2026, 10, 5, 10)
    for term in (Term(1, "working_days"), Term(1, "working_hours")):
        with pytest.raises(CalendarNeverOpens):
            due_at(empty, start, term)
    with pytest.raises(CalendarNeverOpens):
        next_opening(empty, start)
    assert working_minutes_between(empty, start, start + timedelta(days=9)) == 0
    one_day = Calendar(AMSTERDAM, {}, short_days={date(2026, 10, 6): ((time(9), time(10)),)})
    assert due_at(one_day, start, Term(1, "working_days")) == local(2026, 10, 6, 10)
    with pytest.raises(CalendarNeverOpens):
        due_at(one_day, start, Term(2, "working_days"))


@pytest.mark.parametrize(
    "week",
    [
        {7: ((time(9), time(17)),)},
        {0: ((time(17), time(9)),)},
        {0: ((time(9), time(12)), (time(11), time(17)))},
        {0: ((time(9), MIDNIGHT), (time(11), time(17)))},
    ],
)
def test_impossible_opening_hours_are_refused(week: dict[int, tuple[Block, ...]]) -> None:
    with pytest.raises(CalendarError):
        Calendar(AMSTERDAM, week)


def test_an_unknown_zone_a_naive_moment_and_a_senseless_term_are_refused() -> None:
    with pytest.raises(CalendarError):
        Calendar("Europe/Brielle", OFFICE)
    with pytest.raises(CalendarError):
        is_open(CALENDAR, datetime(2026, 10, 5, 10))
    for amount in (0, -1, 1_000_000):
        with pytest.raises(CalendarError):
            Term(amount, "working_days")
    with pytest.raises(CalendarError):
        Term(1, "weeks")  # type: ignore[arg-type]


def test_open_from_the_first_minute_and_closed_from_the_closing_minute() -> None:
    assert is_open(CALENDAR, local(2026, 10, 5, 9))
    assert not is_open(CALENDAR, local(2026, 10, 5, 17))
    assert next_opening(CALENDAR, local(2026, 10, 9, 17)) == local(2026, 10, 12, 9)
    assert next_opening(CALENDAR, local(2026, 10, 9, 12)) == local(2026, 10, 9, 12)


@pytest.mark.parametrize(
    ("now", "due", "expected"),
    [
        (local(2026, 10, 5, 10), local(2026, 10, 2, 17), ("late", 60)),
        (local(2026, 10, 5, 15), local(2026, 10, 5, 17), ("soon", SOON_MINUTES)),
        (local(2026, 10, 5, 16), local(2026, 10, 6, 9, 30), ("soon", 90)),
        (local(2026, 10, 5, 9), local(2026, 10, 5, 17), ("today", 480)),
        (local(2026, 10, 5, 9), local(2026, 10, 6, 17), ("later", 960)),
    ],
)
def test_what_to_say_about_a_due_time(now: datetime, due: datetime, expected: tuple[str, int]) -> None:
    assert remaining_text_parts(CALENDAR, now, due) == expected


@given(calendars(), moments, amounts)
def test_a_term_in_minutes_holds_exactly_that_much_working_time(
    calendar: Calendar, start: datetime, amount: int
) -> None:
    due = due_at(calendar, start, Term(amount, "working_minutes"))
    assert due > start
    assert working_minutes_between(calendar, start, due) == amount
    # Due in opening time: one moment earlier the municipality was open.
    assert is_open(calendar, due - timedelta(microseconds=1))


@given(calendars(), moments, moments, st.integers(1, 30), st.sampled_from(["working_days", "working_hours"]))
def test_who_comes_later_is_never_due_earlier(
    calendar: Calendar, a: datetime, b: datetime, amount: int, unit: str
) -> None:
    first, second = sorted((a, b))
    term = Term(amount, unit)  # type: ignore[arg-type]
    assert due_at(calendar, first, term) <= due_at(calendar, second, term)


@given(calendars(), moments, st.integers(1, 20))
def test_working_days_are_counted_one_by_one(calendar: Calendar, start: datetime, amount: int) -> None:
    step = start
    for _ in range(amount):
        step = due_at(calendar, step - timedelta(microseconds=1), Term(1, "working_days"))
    assert due_at(calendar, start - timedelta(microseconds=1), Term(amount, "working_days")) == step


@given(calendars(), moments, moments, moments)
def test_working_time_adds_up(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    first, middle, last = (moment.replace(second=0, microsecond=0) for moment in sorted((a, b, c)))
    parts = working_minutes_between(calendar, first, middle) + working_minutes_between(calendar, middle, last)
    assert parts == working_minutes_between(calendar, first, last)
    assert working_minutes_between(calendar, last, first) == 0


@given(calendars(), moments)
def test_the_next_opening_is_open_and_nothing_lies_before_it(calendar: Calendar, at: datetime) -> None:
    opening = next_opening(calendar, at)
    assert opening >= at and is_open(calendar, opening)
    assert working_minutes_between(calendar, at, opening) == 0
    assert is_open(calendar, at) == (opening == at)


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (1818, date(1818, 3, 22)),
        (1943, date(1943, 4, 25)),
        (2008, date(2008, 3, 23)),
        (2011, date(2011, 4, 24)),
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_where_the_church_says(year: int, easter: date) -> None:
    assert easter_sunday(year) == easter


@pytest.mark.parametrize("year", range(1990, 2061))
def test_the_public_holidays_agree_with_an_independent_list(year: int) -> None:
    ours = dutch_holidays(year, HolidayChoices(good_friday=True, liberation_day="always"))
    theirs = holidays.country_holidays("NL", years=year, categories=("public", "optional"))
    assert set(ours) == {day for day in theirs if day.year == year}


def test_kings_day_moves_away_from_a_sunday() -> None:
    assert dutch_holidays(2025, HolidayChoices())[date(2025, 4, 26)] == "Koningsdag"
    assert date(2025, 4, 27) not in dutch_holidays(2025, HolidayChoices())
    assert dutch_holidays(2026, HolidayChoices())[date(2026, 4, 27)] == "Koningsdag"
    assert dutch_holidays(2011, HolidayChoices())[date(2011, 4, 30)] == "Koninginnedag"


def test_the_municipality_decides_about_good_friday_and_liberation_day() -> None:
    assert date(2026, 4, 3) not in dutch_holidays(2026, HolidayChoices())
    assert date(2026, 4, 3) in dutch_holidays(2026, HolidayChoices(good_friday=True))
    may_fifth = {
        (year, choice): date(year, 5, 5) in dutch_holidays(year, HolidayChoices(liberation_day=choice))
        for year in (2025, 2026)
        for choice in ("never", "lustrum", "always")
    }
    assert [may_fifth[2025, choice] for choice in ("never", "lustrum", "always")] == [False, True, True]
    assert [may_fifth[2026, choice] for choice in ("never", "lustrum", "always")] == [False, False, True]


def test_two_feasts_on_one_day_share_its_name() -> None:
    names = dutch_holidays(2016, HolidayChoices(liberation_day="always"))
    assert names[date(2016, 5, 5)] == "Bevrijdingsdag en Hemelvaartsdag"


def test_the_day_before_christmas_closes_early() -> None:
    choices = HolidayChoices(christmas_eve_closes_at=time(16), new_years_eve_closes_at=time(12))
    week = {weekday: ((time(9), time(12)), (time(13), time(20))) for weekday in range(5)}
    assert dutch_short_days(2026, choices, week) == {
        date(2026, 12, 24): ((time(9), time(12)), (time(13), time(16))),
        date(2026, 12, 31): ((time(9), time(12)),),
    }
    assert dutch_short_days(2027, HolidayChoices(), week) == {}
    # In 2028 both are Sundays: still closed.
    assert not any(dutch_short_days(2028, choices, week).values())


@given(st.integers(1815, 9998), st.booleans(), st.sampled_from(["never", "lustrum", "always"]))
def test_holidays_stay_in_their_year_and_easter_is_a_sunday(year: int, friday: bool, liberation: str) -> None:
    days = dutch_holidays(year, HolidayChoices(friday, liberation))  # type: ignore[arg-type]
    assert all(day.year == year for day in days)
    assert easter_sunday(year).weekday() == 6
    assert date(year, 3, 22) <= easter_sunday(year) <= date(year, 4, 25)
