"""Working time of one municipality: its opening hours, its closing days, the Dutch public holidays it keeps.

Moments go in and come out as aware datetimes in UTC; opening hours are wall-clock times in the calendar's own
zone, so the nights on which the clock changes are counted as they really last.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from kcc.core.errors import InvalidInput

Block: TypeAlias = tuple[time, time]
Opening: TypeAlias = tuple[datetime, datetime]
Unit: TypeAlias = Literal["working_minutes", "working_hours", "working_days"]
RemainingKind: TypeAlias = Literal["late", "soon", "today", "later"]
LiberationDay: TypeAlias = Literal["never", "lustrum", "always"]

MIDNIGHT = time(0, 0)
SOON_MINUTES = 120
LONGEST_CLOSURE_DAYS = 3 * 366
LARGEST_AMOUNT = {"working_minutes": 600_000, "working_hours": 10_000, "working_days": 2_500}


class CalendarError(InvalidInput):
    """Opening hours or a term that cannot be computed with. The text is Dutch and meant for the screen."""


class CalendarNeverOpens(CalendarError):
    """No opening time within three years of the moment that was asked about."""


@dataclass(frozen=True)
class Calendar:
    """When a municipality is open.

    `week` maps a weekday (0 is Monday) to its opening blocks, earliest first; an end of 00:00 is the end of that
    day. `short_days` replaces the blocks of one date. `closed_on` closes a date whatever the rest says.
    Raises CalendarError for an unknown zone, an unknown weekday or blocks that overlap or run backwards.
    """

    zone: str
    week: Mapping[int, tuple[Block, ...]]
    closed_on: Mapping[date, str] | frozenset[date] = frozenset()
    short_days: Mapping[date, tuple[Block, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise CalendarError("Deze tijdzone bestaat niet.") from error
        if any(weekday not in range(7) for weekday in self.week):
            raise CalendarError("Een weekdag loopt van 0 (maandag) tot en met 6 (zondag).")
        for blocks in (*self.week.values(), *self.short_days.values()):
            _check_blocks(blocks)


@dataclass(frozen=True)
class Term:
    """How long something may take, in working time. Raises CalendarError unless the amount is sensible."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in LARGEST_AMOUNT:
            raise CalendarError("Een termijn telt in werkminuten, werkuren of werkdagen.")
        if not 1 <= self.amount <= LARGEST_AMOUNT[self.unit]:
            raise CalendarError("Een termijn is minstens 1 en hooguit tien jaar lang.")


class HolidayChoices(NamedTuple):
    """What a municipality decides about days that the law leaves open; the closing times are wall-clock times."""

    good_friday: bool = False
    liberation_day: LiberationDay = "lustrum"
    christmas_eve_closes_at: time | None = None
    new_years_eve_closes_at: time | None = None


class Remaining(NamedTuple):
    """How a due time stands: `minutes` are working minutes left, or overdue when `kind` is late."""

    kind: RemainingKind
    minutes: int


def due_at(calendar: Calendar, start: datetime, term: Term) -> datetime:
    """The moment (UTC) at which a term that starts at `start` (UTC) ends.

    Working days: the end of opening time on the n-th working day after the local day of `start`, which itself
    never counts. Working hours and minutes: counted inside opening time only; a term that is used up exactly at
    closing time is due then, not at the next opening.
    Raises CalendarNeverOpens, and CalendarError when `start` has no zone.
    """
    _check_aware(start)
    if term.unit == "working_days":
        return _end_of_nth_working_day(calendar, start, term.amount)
    left = timedelta(minutes=term.amount * (60 if term.unit == "working_hours" else 1))
    for opens, closes in _openings(calendar, start):
        begin = max(opens, start)
        if closes - begin >= left:
            return begin + left
        left -= closes - begin
    raise CalendarNeverOpens("Volgens de openingstijden is de gemeente nooit open.")


def working_minutes_between(calendar: Calendar, a: datetime, b: datetime) -> int:
    """Whole working minutes from `a` to `b` (UTC); 0 when `b` is not after `a`. Never raises for a closed calendar."""
    _check_aware(a, b)
    if b <= a:
        return 0
    zone = ZoneInfo(calendar.zone)
    total = timedelta()
    day, last = a.astimezone(zone).date(), b.astimezone(zone).date()
    while day <= last:
        for opens, closes in openings_on(calendar, day):
            total += max(timedelta(), min(closes, b) - max(opens, a))
        day += timedelta(days=1)
    return int(total.total_seconds()) // 60


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the municipality is open at `at` (UTC). The closing minute itself is closed."""
    _check_aware(at)
    day = at.astimezone(ZoneInfo(calendar.zone)).date()
    return any(opens <= at < closes for opens, closes in openings_on(calendar, day))


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """The first moment (UTC) from `at` on at which the municipality is open: `at` itself when it is open now.

    Raises CalendarNeverOpens.
    """
    _check_aware(at)
    for opens, _closes in _openings(calendar, at):
        return max(opens, at)
    raise CalendarNeverOpens("Volgens de openingstijden is de gemeente nooit open.")


def remaining_text_parts(calendar: Calendar, now: datetime, due: datetime) -> Remaining:
    """What to say about a due time (UTC): late, soon (at most two working hours left), today or later."""
    if now > due:
        return Remaining("late", working_minutes_between(calendar, due, now))
    minutes = working_minutes_between(calendar, now, due)
    if minutes <= SOON_MINUTES:
        return Remaining("soon", minutes)
    zone = ZoneInfo(calendar.zone)
    if now.astimezone(zone).date() == due.astimezone(zone).date():
        return Remaining("today", minutes)
    return Remaining("later", minutes)


def easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous Gregorian computation), for 1583 up to 9999."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    skipped_leaps, in_leap_cycle = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - skipped_leaps - moon_correction + 15) % 30
    leaps, in_leap = divmod(in_century, 4)
    weekday = (32 + 2 * in_leap_cycle + 2 * leaps - moon - in_leap) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def dutch_holidays(year: int, choices: HolidayChoices) -> dict[date, str]:
    """The days of `year` on which a municipality with these choices is closed, with their Dutch names.

    Two holidays on one day share a name, joined by " en ". Raises CalendarError outside 1815 to 9998.
    """
    if not 1815 <= year <= 9998:
        raise CalendarError("Feestdagen zijn bekend van 1815 tot en met 9998.")
    easter = easter_sunday(year)
    named = [(date(year, 1, 1), "Nieuwjaarsdag")]
    if choices.good_friday:
        named.append((easter - timedelta(days=2), "Goede Vrijdag"))
    named += [(easter, "Eerste paasdag"), (easter + timedelta(days=1), "Tweede paasdag")]
    if monarch := _monarchs_day(year):
        named.append(monarch)
    if _keeps_liberation_day(year, choices.liberation_day):
        named.append((date(year, 5, 5), "Bevrijdingsdag"))
    named += [
        (easter + timedelta(days=39), "Hemelvaartsdag"),
        (easter + timedelta(days=49), "Eerste pinksterdag"),
        (easter + timedelta(days=50), "Tweede pinksterdag"),
        (date(year, 12, 25), "Eerste kerstdag"),
        (date(year, 12, 26), "Tweede kerstdag"),
    ]
    days: dict[date, str] = {}
    for day, name in sorted(named, key=lambda pair: pair[0]):
        days[day] = f"{days[day]} en {name}" if day in days else name
    return days


def dutch_short_days(
    year: int, choices: HolidayChoices, week: Mapping[int, tuple[Block, ...]]
) -> dict[date, tuple[Block, ...]]:
    """The blocks of 24 and 31 December when the municipality closes early then, cut from its normal week."""
    short: dict[date, tuple[Block, ...]] = {}
    closings = ((24, choices.christmas_eve_closes_at), (31, choices.new_years_eve_closes_at))
    for day_of_month, closes_at in closings:
        if closes_at is None:
            continue
        day = date(year, 12, day_of_month)
        short[day] = tuple(
            (opens, closes if closes != MIDNIGHT and closes <= closes_at else closes_at)
            for opens, closes in week.get(day.weekday(), ())
            if opens < closes_at
        )
    return short


def _monarchs_day(year: int) -> tuple[date, str] | None:
    if year >= 2014:
        day, name = date(year, 4, 27), "Koningsdag"
    elif year >= 1949:
        day, name = date(year, 4, 30), "Koninginnedag"
    else:
        return None
    if day.weekday() != 6:
        return day, name
    # Until 1980 a Sunday moved the feast to the Monday; since then to the Saturday.
    return day + timedelta(days=1 if year < 1980 else -1), name


def _keeps_liberation_day(year: int, choice: LiberationDay) -> bool:
    return year > 1945 and (choice == "always" or (choice == "lustrum" and year % 5 == 0))


def _end_of_nth_working_day(calendar: Calendar, start: datetime, amount: int) -> datetime:
    zone = ZoneInfo(calendar.zone)
    start_day = start.astimezone(zone).date()
    counted: date | None = None
    left = amount
    end = start
    for opens, closes in _openings(calendar, start):
        day = opens.astimezone(zone).date()
        if day == start_day:
            continue
        if day != counted:
            if left == 0:
                return end
            counted, left = day, left - 1
        end = closes
    if counted is not None and left == 0:
        return end
    raise CalendarNeverOpens("Volgens de openingstijden is de gemeente nooit open.")


def _openings(calendar: Calendar, start: datetime) -> Iterator[Opening]:
    """Opening blocks in UTC that end after `start`, until a closure of three years or the end of the calendar."""
    day = start.astimezone(ZoneInfo(calendar.zone)).date()
    closed_days = 0
    while closed_days < LONGEST_CLOSURE_DAYS and day.year < 9999:
        blocks = openings_on(calendar, day)
        closed_days = 0 if blocks else closed_days + 1
        for opens, closes in blocks:
            if closes > start:
                yield opens, closes
        day += timedelta(days=1)


def openings_on(calendar: Calendar, day: date) -> list[Opening]:
    """The opening blocks of one local day, as moments in UTC."""
    if day in calendar.closed_on:
        return []
    blocks = calendar.short_days.get(day)
    if blocks is None:
        blocks = calendar.week.get(day.weekday(), ())
    zone = ZoneInfo(calendar.zone)
    moments = []
    for opens, closes in blocks:
        ends_on = day + timedelta(days=1) if closes == MIDNIGHT else day
        begin, end = _moment(zone, day, opens), _moment(zone, ends_on, closes)
        # A block inside the hour that spring skips does not exist.
        if begin < end:
            moments.append((begin, end))
    return moments


def _moment(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The UTC moment of a wall-clock time; one that spring skips is the moment of the jump."""
    wall = datetime.combine(day, at)
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    while moment.astimezone(zone).utcoffset() == (moment - timedelta(minutes=1)).astimezone(zone).utcoffset():
        moment -= timedelta(minutes=1)
    return moment.replace(second=0, microsecond=0)


def _check_blocks(blocks: tuple[Block, ...]) -> None:
    previous_end = MIDNIGHT
    for number, (opens, closes) in enumerate(blocks):
        follows = number == 0 or (previous_end != MIDNIGHT and opens >= previous_end)
        if not follows or (closes != MIDNIGHT and closes <= opens):
            raise CalendarError("Openingstijden lopen van vroeg naar laat en overlappen niet.")
        previous_end = closes


def _check_aware(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise CalendarError("Een moment heeft een tijdzone nodig.")
