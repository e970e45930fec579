"""Departments on paper: when one can be reached, and who answers for one that cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from kcc.municipalities.rules import MIDNIGHT, Block, Calendar, CalendarNeverOpens, is_open, next_opening, openings_on

FallReason: TypeAlias = Literal["out_of_use", "nobody"]
WeekHours: TypeAlias = Mapping[str, Iterable[Iterable[str]]]
"""Blocks by weekday, as ``rules_setup.week`` checks them."""


@dataclass(frozen=True)
class Standing:
    """How a department stands: in use or not, whether somebody works for it, and who stands in for it."""

    in_use: bool
    has_people: bool
    fallback_id: int | None = None

    @property
    def fault(self) -> FallReason | None:
        """Why it cannot answer; None when it can."""
        if not self.in_use:
            return "out_of_use"
        return None if self.has_people else "nobody"


class Passed(NamedTuple):
    """A department that was passed over, and why."""

    department_id: int
    reason: FallReason


@dataclass(frozen=True)
class Answering:
    """Which department answers for the one that was meant, and which were passed over to get there."""

    department_id: int
    passed: tuple[Passed, ...] = ()


class Reach(NamedTuple):
    """Whether something is open, until when, and else from when on (UTC); both None: it never opens."""

    open_now: bool
    until: datetime | None
    opens_at: datetime | None


def who_answers(meant: int, standings: Mapping[int, Standing]) -> Answering:
    """The first department of the chain of fallbacks that is in use and has people; the chain ends where it would turn.

    When none has people, the first that is in use; when none is in use either, the one that was meant. Nobody is passed
    over for one that is no better.
    """
    passed: list[Passed] = []
    found, seen = meant, set[int]()
    while found in standings and found not in seen:
        seen.add(found)
        fault = standings[found].fault
        if fault is None:
            return Answering(found, tuple(passed))
        passed.append(Passed(found, fault))
        if (after := standings[found].fallback_id) is None:
            break
        found = after
    for place, each in enumerate(passed):
        if each.reason != "out_of_use":
            return Answering(each.department_id, tuple(passed[:place]))
    return Answering(meant)


def makes_circle(department_id: int, fallback_id: int, fallbacks: Mapping[int, int | None]) -> bool:
    """Whether a department would come back to itself when ``fallback_id`` stood in for it."""
    seen: set[int] = set()
    found: int | None = fallback_id
    while found is not None and found not in seen:
        if found == department_id:
            return True
        seen.add(found)
        found = fallbacks.get(found)
    return False


def department_calendar(town: Calendar, hours: WeekHours | None) -> Calendar:
    """When a department can be reached: its own ``hours`` (as set up), on the days on which its town is not closed.

    On a day on which the town closes early the department closes no later, and not at all opens when the town does not.
    None: as the town is open.
    """
    if hours is None:
        return town
    week: dict[int, tuple[Block, ...]] = {
        int(weekday): tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in blocks)
        for weekday, blocks in hours.items()
    }
    short = {day: _cut(week.get(day.weekday(), ()), blocks) for day, blocks in town.short_days.items()}
    return replace(town, week=week, short_days=short)


def reach(calendar: Calendar, at: datetime) -> Reach:
    """Whether it is open ``at`` a moment (UTC), until when, or from when on."""
    if is_open(calendar, at):
        return Reach(True, _open_until(calendar, at), None)
    try:
        return Reach(False, None, next_opening(calendar, at))
    except CalendarNeverOpens:
        return Reach(False, None, None)


def reaches(hours: Mapping[int, WeekHours | None], town: Calendar, at: datetime) -> dict[int, Reach]:
    """For each department, by its hours, whether it can be reached ``at`` a moment (UTC)."""
    return {each: reach(department_calendar(town, own), at) for each, own in hours.items()}


def _open_until(calendar: Calendar, at: datetime) -> datetime:
    """The end of the opening that holds ``at``; blocks that follow at once count as one."""
    until = at
    day = at.astimezone(ZoneInfo(calendar.zone)).date()
    for on in (day, day + timedelta(days=1)):
        for opens, closes in openings_on(calendar, on):
            if opens <= until < closes:
                until = closes
    return until


def _cut(blocks: tuple[Block, ...], town_blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    if not town_blocks:
        return ()
    last = town_blocks[-1][1]
    if last == MIDNIGHT:
        return blocks
    return tuple((opens, last if closes == MIDNIGHT else min(closes, last)) for opens, closes in blocks if opens < last)
