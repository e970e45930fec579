"""Internal tasks on paper: states and moves, how urgent, when to try again and when to stop trying."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kcc.core.errors import InvalidInput, InvalidState
from kcc.municipalities import rules as working_time


class TaskState(StrEnum):
    """Where an internal task stands. Dutch: status van een contactverzoek."""

    OPEN = "open"
    PICKED_UP = "picked_up"
    RETURNED = "returned"
    DONE = "done"


# The one table of moves of a task. Forwarding keeps the task open for another department: picked up -> open.
MOVES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.OPEN: frozenset({TaskState.PICKED_UP, TaskState.RETURNED, TaskState.DONE}),
    TaskState.PICKED_UP: frozenset({TaskState.OPEN, TaskState.RETURNED, TaskState.DONE}),
    TaskState.RETURNED: frozenset({TaskState.OPEN, TaskState.DONE}),
    TaskState.DONE: frozenset(),
}
NEEDS_REASON = frozenset({TaskState.RETURNED})

ATTEMPTS_BEFORE_CLOSING = 3
NOON = time(12, 0)
SHORTEST_PAUSE = timedelta(hours=2)


class Urgency(NamedTuple):
    """How a task stands; sort ascending for most urgent first. `minutes` are working minutes left or overdue."""

    rank: int
    kind: working_time.RemainingKind
    minutes: int


RANKS: dict[working_time.RemainingKind, int] = {"late": 0, "soon": 1, "today": 2, "later": 3}


def may_move(a: TaskState | str, b: TaskState | str) -> bool:
    """Whether a task may go from `a` to `b`; an unknown state may go nowhere."""
    if a not in MOVES or b not in MOVES:
        return False
    return TaskState(b) in MOVES[TaskState(a)]


def check_move(a: TaskState | str, b: TaskState | str, reason: str = "") -> TaskState:
    """The new state. Raises InvalidState for a move outside the table, InvalidInput for returning without a reason."""
    if not may_move(a, b):
        raise InvalidState("Dit verzoek kan niet van deze status naar die status.")
    if b in NEEDS_REASON and not reason.strip():
        raise InvalidInput("Geef een reden waarom u dit verzoek teruggeeft.", field="reason")
    return TaskState(b)


def urgency(now: datetime, due_at: datetime, calendar: working_time.Calendar) -> Urgency:
    """How urgent a task due at `due_at` (UTC) is at `now` (UTC), in the working time of its municipality.

    The rank alone orders late, soon, today and later; within late, more minutes is worse: order by due time.
    """
    remaining = working_time.remaining_text_parts(calendar, now, due_at)
    return Urgency(RANKS[remaining.kind], remaining.kind, remaining.minutes)


def suggests_closing(attempts: int, reached: bool) -> bool:
    """Whether to suggest closing: three attempts and nobody reached. A suggestion only; a person decides."""
    return not reached and attempts >= ATTEMPTS_BEFORE_CLOSING


def suggest_next_attempt(
    calendar: working_time.Calendar, last_attempt: datetime, due_at: datetime | None = None
) -> datetime:
    """When to try again (UTC) after nobody answered: in opening time, in the other half of the day.

    After a morning attempt the same afternoon, after an afternoon attempt the next working morning, and always at
    least two hours later. When that would be past `due_at`, the first opening time after those two hours instead, if
    that is in time. Raises CalendarNeverOpens.
    """
    local = last_attempt.astimezone(ZoneInfo(calendar.zone))
    earliest = last_attempt + SHORTEST_PAUSE
    if local.time() < NOON:
        afternoon = local.replace(hour=NOON.hour, minute=0, second=0, microsecond=0, fold=0)
        wished = max(earliest, afternoon.astimezone(earliest.tzinfo))
    else:
        tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        wished = max(earliest, tomorrow.astimezone(earliest.tzinfo))
    suggestion = working_time.next_opening(calendar, wished)
    if due_at is not None and suggestion >= due_at:
        sooner = working_time.next_opening(calendar, earliest)
        if sooner < due_at:
            return sooner
    return suggestion
