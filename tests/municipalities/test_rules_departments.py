"""When a department can be reached, and who answers for one that cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.municipalities.rules import Calendar, HolidayChoices, dutch_holidays, dutch_short_days, is_open
from kcc.municipalities.rules_departments import (
    Answering,
    Passed,
    Standing,
    department_calendar,
    makes_circle,
    reach,
    reaches,
    who_answers,
)

AMSTERDAM = "Europe/Amsterdam"
OFFICE = dict.fromkeys(range(5), ((time(8, 30), time(17)),))
CHOICES = HolidayChoices(good_friday=True, christmas_eve_closes_at=time(16), new_years_eve_closes_at=time(12))
TOWN = Calendar(
    AMSTERDAM,
    OFFICE,
    {day: name for year in (2026, 2027) for day, name in dutch_holidays(year, CHOICES).items()},
    {day: blocks for year in (2026, 2027) for day, blocks in dutch_short_days(year, CHOICES, OFFICE).items()},
)

IDS = st.integers(1, 8)
standings = st.dictionaries(
    IDS, st.builds(Standing, st.booleans(), st.booleans(), st.none() | IDS), min_size=1, max_size=8
)
marks = st.lists(st.integers(0, 95), unique=True, max_size=6).map(sorted)
blocks = marks.map(lambda found: [[_clock(a), _clock(b)] for a, b in zip(found[::2], found[1::2], strict=False)])
weeks = st.dictionaries(st.sampled_from("0123456"), blocks, max_size=7)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))


def _clock(quarter: int) -> str:
    return f"{quarter // 4:02d}:{quarter % 4 * 15:02d}"


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(AMSTERDAM)).astimezone(UTC)  # type: ignore[misc, arg-type]


@given(standings, IDS)
def test_a_department_that_can_answer_is_found_when_the_chain_holds_one(found: dict[int, Standing], meant: int) -> None:
    answering = who_answers(meant, found)
    chain: list[int] = []
    each: int | None = meant
    while each is not None and each in found and each not in chain:
        chain.append(each)
        each = found[each].fallback_id
    able = [number for number in chain if found[number].fault is None]
    if able:
        assert answering.department_id == able[0]
        assert [number for number, _reason in answering.passed] == chain[: chain.index(able[0])]
    else:
        assert answering.department_id in (meant, *chain)
        assert not answering.passed or found[answering.department_id].in_use
    assert all(found[number].fault == reason for number, reason in answering.passed)


@pytest.mark.parametrize(
    ("found", "answers"),
    [
        ({1: Standing(True, True, 2), 2: Standing(True, True)}, Answering(1)),
        ({1: Standing(False, True, 2), 2: Standing(True, True)}, Answering(2, (Passed(1, "out_of_use"),))),
        ({1: Standing(True, False, 2), 2: Standing(True, True)}, Answering(2, (Passed(1, "nobody"),))),
        ({1: Standing(True, False, 2), 2: Standing(True, False, 1)}, Answering(1)),
        ({1: Standing(False, False, 2), 2: Standing(True, False, 1)}, Answering(2, (Passed(1, "out_of_use"),))),
        ({1: Standing(False, False, 2), 2: Standing(False, False, 1)}, Answering(1)),
        ({1: Standing(False, True)}, Answering(1)),
        ({2: Standing(True, True)}, Answering(1)),
    ],
)
def test_who_answers(found: dict[int, Standing], answers: Answering) -> None:
    assert who_answers(1, found) == answers


@given(st.dictionaries(IDS, st.none() | IDS, max_size=8), IDS, IDS)
def test_a_fallback_that_is_not_refused_makes_no_circle(
    fallbacks: dict[int, int | None], department: int, fallback: int
) -> None:
    if makes_circle(department, fallback, fallbacks):
        return
    after = {**fallbacks, department: fallback}
    found: int | None = fallback
    for _step in range(len(after) + 1):
        assert found != department
        found = after.get(found) if found is not None else None


def test_a_circle_is_seen_however_long() -> None:
    assert makes_circle(1, 1, {})
    assert makes_circle(1, 2, {2: 3, 3: 1})
    assert not makes_circle(1, 2, {2: 3, 3: 2}), "another circle is not this one's fault"


@given(weeks, moments)
def test_a_department_is_open_in_its_hours_and_never_on_a_day_on_which_its_town_is_closed(
    hours: dict[str, list[list[str]]], at: datetime
) -> None:
    wall = at.astimezone(ZoneInfo(AMSTERDAM))
    inside = any(
        time.fromisoformat(opens) <= wall.time() < time.fromisoformat(closes)
        for opens, closes in hours.get(str(wall.weekday()), [])
    )
    day = wall.date()
    if day in TOWN.closed_on:
        inside = False
    elif day in TOWN.short_days:
        town_blocks = TOWN.short_days[day]
        inside = inside and bool(town_blocks) and wall.time() < town_blocks[-1][1]
    assert is_open(department_calendar(TOWN, hours), at) == inside


@given(weeks, moments)
def test_what_is_said_about_opening_is_so(hours: dict[str, list[list[str]]], at: datetime) -> None:
    own = department_calendar(TOWN, hours)
    said = reach(own, at)
    if said.open_now:
        assert said.until is not None and said.until > at and said.opens_at is None
        assert is_open(own, said.until - timedelta(seconds=1)) and not is_open(own, said.until)
    elif said.opens_at is not None:
        assert said.opens_at > at and is_open(own, said.opens_at)
        assert not is_open(own, said.opens_at - timedelta(seconds=1)) or said.opens_at == at
    else:
        assert not any(hours.values()) or all(not own.week[day] for day in own.week)


def test_without_hours_a_department_is_open_as_its_town_is() -> None:
    assert department_calendar(TOWN, None) is TOWN
    assert reaches({1: None, 2: {}}, TOWN, local(2026, 11, 25, 10)) == {
        1: (True, local(2026, 11, 25, 17), None),
        2: (False, None, None),
    }


def test_hours_are_those_of_the_wall_clock_on_both_nights_on_which_it_changes() -> None:
    own = department_calendar(Calendar(AMSTERDAM, OFFICE), {str(day): [["01:00", "04:00"]] for day in range(7)})
    spring = reach(own, local(2027, 3, 28, 1, 30))
    assert spring.until == local(2027, 3, 28, 4) and spring.until - local(2027, 3, 28, 1) == timedelta(hours=2)
    autumn = reach(own, local(2026, 10, 25, 1, 30))
    assert autumn.until == local(2026, 10, 25, 4) and autumn.until - local(2026, 10, 25, 1) == timedelta(hours=4)


def test_early_closing_of_the_town_closes_the_department_and_a_holiday_keeps_it_closed() -> None:
    late = department_calendar(TOWN, {str(day): [["09:00", "12:00"], ["13:00", "20:00"]] for day in range(7)})
    assert reach(late, local(2026, 12, 24, 15)).until == local(2026, 12, 24, 16)
    # Christmas on Friday and Saturday; the Sunday is the department's own.
    assert reach(late, local(2026, 12, 24, 16)).opens_at == local(2026, 12, 27, 9)
    assert date(2026, 12, 25) in late.closed_on
