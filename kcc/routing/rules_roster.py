"""The roster on paper: weeks, shifts that cannot be, how many are expected in each half hour, who is missed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kcc.core.errors import InvalidInput

HALF_HOURS = 48
CHANNELS = ("phone", "email", "webform", "counter")
MISSED_AFTER = timedelta(minutes=10)
"""How long after the beginning of a shift somebody is missed: signing in takes a moment."""


@dataclass(frozen=True)
class Shift:
    """When somebody works on a day, in the town's own time, and on which channels (none: all)."""

    on_day: date
    starts: time
    ends: time
    channels: tuple[str, ...] = ()
    note: str = ""


def monday_of(day: date) -> date:
    """The first day of the week in which a day lies."""
    return day - timedelta(days=day.weekday())


def check(shift: Shift, others: Iterable[Shift]) -> None:
    """Raise InvalidInput (``ends``, ``starts``, ``channels``) for a shift that cannot be, or beside one of the same person."""
    if shift.starts >= shift.ends:
        raise InvalidInput("Het einde ligt voor het begin.", field="ends")
    if not set(shift.channels) <= set(CHANNELS):
        raise InvalidInput("Kies een kanaal uit de lijst.", field="channels")
    for other in others:
        if other.on_day == shift.on_day and other.starts < shift.ends and shift.starts < other.ends:
            raise InvalidInput("Deze persoon werkt dan al.", field="starts")


def expected(shifts: Iterable[Shift], on_day: date, channel: str | None = None) -> list[int]:
    """How many people are expected in each half hour of a day; whoever works a part of it counts."""
    counts = [0] * HALF_HOURS
    for shift in shifts:
        if shift.on_day != on_day or (channel and shift.channels and channel not in shift.channels):
            continue
        for half in range(_half(shift.starts), -(-_minutes(shift.ends) // 30)):
            counts[half] += 1
    return counts


def is_expected(shift: Shift, at: datetime, zone: str) -> bool:
    """Whether somebody with this shift ought to be there at a moment (UTC), a little after its beginning."""
    there = ZoneInfo(zone)
    begin = datetime.combine(shift.on_day, shift.starts, there)
    return begin + MISSED_AFTER <= at.astimezone(there) < datetime.combine(shift.on_day, shift.ends, there)


def time_of(text: str) -> time:
    """A time as people write it: 9, 9:00, 09.30. Raises InvalidInput."""
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?", text.strip())
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise InvalidInput("Schrijf een tijd als 09:00.")
    return time(int(found[1]), int(found[2] or 0))


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _half(moment: time) -> int:
    return _minutes(moment) // 30
