"""Figures on paper: shares and their uncertainty, repeats, small cells, and periods.

What was not measured is None and reads "niet gemeten"; it is never 0.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from kcc.core.errors import InvalidInput

Cell: TypeAlias = tuple[int, int]
Line: TypeAlias = tuple[Literal["row", "column"], int]
PeriodKind: TypeAlias = Literal["day", "week", "month", "quarter", "year", "days"]

NOT_MEASURED = "niet gemeten"
REPEAT_WITHIN = timedelta(days=7)
SMALL_CELL = 5
UNKNOWN = 1_000_000
MONTHS_IN: Mapping[PeriodKind, int] = {"month": 1, "quarter": 3, "year": 12}
ZONE = ZoneInfo("Europe/Amsterdam")


class Interval(NamedTuple):
    """Bounds of a share, both between 0 and 1."""

    low: float
    high: float


class FollowedContact(NamedTuple):
    """A contact as far as repeats are concerned: when (UTC), the outcome, and the key by which it can be followed.

    `follow_key` is None for an anonymous contact; `topic` keeps apart different questions of one person.
    """

    at: datetime
    answered: bool
    follow_key: Hashable | None
    topic: Hashable


class NetShare(NamedTuple):
    """The share answered at once without a repeat, and the share of contacts over which that could be seen."""

    share: float | None
    coverage: float | None
    answered: int
    followed: int
    contacts: int


def share(part: float | None, whole: float | None) -> float | None:
    """`part` of `whole`, or None ("niet gemeten") when there is no whole to measure. Not bounded: 12 of 10 is 1.2."""
    if part is None or not whole:
        return None
    return part / whole


def wilson_interval(part: int, whole: int, z: float = 1.96) -> Interval | None:
    """The 95 % interval of a share after Wilson, honest for small numbers too; None when nothing was measured.

    Raises ValueError unless 0 <= part <= whole.
    """
    if not 0 <= part <= whole:
        raise ValueError("a part lies between 0 and its whole")
    if whole == 0:
        return None
    proportion, square = part / whole, z * z
    middle = proportion + square / (2 * whole)
    spread = z * sqrt(proportion * (1 - proportion) / whole + square / (4 * whole * whole))
    below = 1 + square / whole
    low = 0.0 if part == 0 else max(0.0, (middle - spread) / below)
    high = 1.0 if part == whole else min(1.0, (middle + spread) / below)
    return Interval(low, high)


def answered_at_once_net(
    contacts: Iterable[FollowedContact],
    measured_until: datetime | None = None,
    within: timedelta = REPEAT_WITHIN,
) -> NetShare:
    """The share answered at once, net of repeats: nobody with the same key and topic came back within 7 days.

    Only contacts that can be followed count; `coverage` is their part of all. When `measured_until` (UTC) is given,
    a contact whose seven days are not over by then cannot be followed yet either. For the figures of a period, use
    net_of_period with the contacts of the week after it as well.
    """
    return net_of_period(contacts, lambda _contact: True, measured_until, within)


def net_of_period(
    contacts: Iterable[FollowedContact],
    counts: Callable[[FollowedContact], bool],
    measured_until: datetime | None = None,
    within: timedelta = REPEAT_WITHIN,
) -> NetShare:
    """As answered_at_once_net, over the contacts that `counts` names; the others only show who came back."""
    ordered = sorted(contacts, key=lambda contact: contact.at)
    next_of_same: dict[tuple[Hashable, Hashable], datetime] = {}
    total = followed = answered = 0
    for contact in reversed(ordered):
        again = None
        if contact.follow_key is not None:
            same = (contact.follow_key, contact.topic)
            again = next_of_same.get(same)
            next_of_same[same] = contact.at
        if not counts(contact):
            continue
        total += 1
        too_fresh = measured_until is not None and contact.at + within > measured_until
        if contact.follow_key is None or too_fresh:
            continue
        followed += 1
        repeated = again is not None and again - contact.at <= within
        answered += contact.answered and not repeated
    return NetShare(share(answered, followed), share(followed, total), answered, followed, total)


def suppress_small_cells(matrix: Sequence[Sequence[int]], threshold: int = SMALL_CELL) -> list[list[int | None]]:
    """The counts with None for every cell from 1 to `threshold` - 1, and for as many more as it takes.

    The totals of rows and columns are published beside them. Cells are added, smallest first and a zero last, until
    no hidden cell follows from totals minus the rest, and until the hidden cells of each line that has any add up to
    `threshold` where the line allows it. A table of one row has only the total of that row, one of one column only
    that of the column; where a total is all there is (one cell, or nothing but zeros beside it), hide that as well.
    Raises ValueError for negative counts or rows of unequal length.
    """
    rows, columns = len(matrix), len(matrix[0]) if matrix else 0
    if any(len(row) != columns for row in matrix) or any(count < 0 for row in matrix for count in row):
        raise ValueError("a table has rows of one length and no negative counts")
    counts = {(row, column): matrix[row][column] for row in range(rows) for column in range(columns)}
    hidden = {cell for cell, count in counts.items() if 0 < count < threshold}
    # A total that is not published leaves its line free: as if a line of unknown, large counts were hidden beside it.
    beside = {(1, column) for column in range(columns)} if rows == 1 else set()
    beside |= {(row, 1) for row in range(rows)} if columns == 1 else set()
    if rows == 1 and columns == 1:
        return [[None if hidden else matrix[0][0]]]
    whole = counts | dict.fromkeys(beside, UNKNOWN)
    waiting = sorted(hidden)
    while waiting:
        while waiting:
            cell = waiting.pop()
            if not _stays_unknown(whole, hidden | beside, cell):
                waiting += _hide_around(whole, hidden, beside, cell)
        waiting += _hide_in_thin_lines(counts, hidden, threshold)
    return [
        [None if (row, column) in hidden else matrix[row][column] for column in range(columns)] for row in range(rows)
    ]


def _stays_unknown(counts: Mapping[Cell, int], hidden: set[Cell], cell: Cell) -> bool:
    """Whether another table with the same totals and the same open cells differs in `cell`.

    It does when a round of hidden cells leads back to it, in which one is raised and the next, above 0, lowered.
    """
    row, column = cell
    others = hidden - {cell}
    down = [other for other in others if counts[other] > 0]
    lowered = counts[cell] > 0 and _leads_to(("row", row), ("column", column), others, down)
    return lowered or _leads_to(("column", column), ("row", row), others, down)


def _leads_to(start: Line, goal: Line, up: Iterable[Cell], down: Iterable[Cell]) -> bool:
    steps: dict[Line, list[Line]] = {}
    for row, column in up:
        steps.setdefault(("row", row), []).append(("column", column))
    for row, column in down:
        steps.setdefault(("column", column), []).append(("row", row))
    seen, waiting = {start}, [start]
    while waiting:
        for line in steps.get(waiting.pop(), ()):
            if line not in seen:
                seen.add(line)
                waiting.append(line)
    return goal in seen


def _hide_around(counts: Mapping[Cell, int], hidden: set[Cell], beside: set[Cell], cell: Cell) -> list[Cell]:
    """Hide the cheapest three corners that, with `cell`, form a rectangle that can shift; all there is if none can."""
    row, column = cell
    rectangles = []
    for opposite in counts:
        other_row, other_column = opposite
        corners = ((row, other_column), (other_row, column), opposite)
        if other_row == row or other_column == column or any(corner not in counts for corner in corners):
            continue
        if (counts[cell] and counts[opposite]) or (counts[corners[0]] and counts[corners[1]]):
            new = [corner for corner in corners if corner not in hidden and corner not in beside]
            rectangles.append((sum(_loss(counts, corner) for corner in new), new))
    if rectangles:
        new = min(rectangles)[1]
    else:
        new = [other for other in counts if (other[0] == row or other[1] == column) and other not in hidden | beside]
    hidden.update(new)
    return new


def _hide_in_thin_lines(counts: Mapping[Cell, int], hidden: set[Cell], threshold: int) -> list[Cell]:
    new = []
    lines: dict[Line, list[Cell]] = {}
    for row, column in counts:
        lines.setdefault(("row", row), []).append((row, column))
        lines.setdefault(("column", column), []).append((row, column))
    for line in lines.values():
        concealed = [cell for cell in line if cell in hidden]
        candidates = [cell for cell in line if cell not in hidden and counts[cell] > 0]
        if concealed and candidates and len(line) > 1 and sum(counts[cell] for cell in concealed) < threshold:
            new.append(min(candidates, key=lambda cell: (counts[cell], cell)))
            hidden.add(new[-1])
    return new


def _loss(counts: Mapping[Cell, int], cell: Cell) -> int:
    """What hiding a cell costs the reader; a zero hides little, so it is the last resort."""
    return counts[cell] or UNKNOWN


@dataclass(frozen=True)
class Period:
    """Days from `first` up to and including `last`, as the municipality's calendar knows them."""

    first: date
    last: date
    kind: PeriodKind = "days"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInput("De einddatum ligt voor de begindatum.", field="last")
        if self.first.year < 1900 or self.last.year > 2999:
            raise InvalidInput("Kies een periode tussen 1900 en 2999.", field="first")

    @classmethod
    def day(cls, day: date) -> "Period":
        """One day."""
        return cls(day, day, "day")

    @classmethod
    def week(cls, year: int, week: int) -> "Period":
        """Week `week` of `year`, Monday to Sunday, numbered as in the Netherlands (ISO). Raises InvalidInput."""
        try:
            monday = date.fromisocalendar(year, week, 1)
        except ValueError as error:
            raise InvalidInput("Deze week bestaat niet.") from error
        return cls(monday, monday + timedelta(days=6), "week")

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        """A calendar month, 1 for January. Raises InvalidInput."""
        return _of_months(year, month, 1, "month")

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        """A quarter of a year, 1 to 4. Raises InvalidInput."""
        return _of_months(year, quarter * 3 - 2, 3, "quarter")

    @classmethod
    def year(cls, year: int) -> "Period":
        """A calendar year. Raises InvalidInput."""
        return _of_months(year, 1, 12, "year")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def previous_period(period: Period) -> Period:
    """The period of the same kind just before: the month before a month, as many days before a choice of days."""
    before = period.first - timedelta(days=1)
    if period.kind in MONTHS_IN:
        start = period.first.year * 12 + period.first.month - 1 - MONTHS_IN[period.kind]
        return Period(date(start // 12, start % 12 + 1, 1), before, period.kind)
    return Period(before - timedelta(days=period.days - 1), before, period.kind)


def utc_bounds(period: Period, zone: ZoneInfo = ZONE) -> tuple[datetime, datetime]:
    """The moments (UTC) between which the period lies: from the first, up to but not including the second."""
    start = datetime(period.first.year, period.first.month, period.first.day, tzinfo=zone)
    after = period.last + timedelta(days=1)
    return start.astimezone(UTC), datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)


def _of_months(year: int, month: int, length: int, kind: PeriodKind) -> Period:
    if not (1900 <= year <= 2999 and 1 <= month <= 13 - length):
        raise InvalidInput("Deze periode bestaat niet.")
    after = year * 12 + month - 1 + length
    return Period(date(year, month, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1), kind)
