"""What waits, on paper: kinds of work, the moves an item may make, and the class of priority it is in.

Everything here is arithmetic on figures: no table, no clock. How an agent and an item find each other stands in
``rules_choice``.
"""

from __future__ import annotations

from datetime import datetime, time
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

from kcc.core.errors import InvalidState


class Kind(StrEnum):
    """What kind of thing waits. Dutch: soort werk."""

    CALL = "call"
    COUNTER = "counter"
    CALLBACK = "callback"
    MAIL = "mail"
    WEB_FORM = "web_form"
    RETURNED_TASK = "returned_task"


class State(StrEnum):
    """Where an item stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class PriorityClass(IntEnum):
    """What goes before what, strictly. The lowest goes first."""

    CRISIS = 0
    URGENT_CALLBACK = 1
    LIVE = 2
    DUE_TODAY = 3
    LATER = 4


LIVE_KINDS = frozenset({Kind.CALL, Kind.COUNTER})
"""Somebody stands or listens there now. Their work is not put down for another's."""
INTERRUPTIBLE = frozenset({Kind.MAIL, Kind.WEB_FORM, Kind.RETURNED_TASK})
"""Work whose draft is kept when a call comes between."""

MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.OFFERED, State.TAKEN, State.DONE, State.WITHDRAWN}),
    State.OFFERED: frozenset({State.WAITING, State.TAKEN, State.DONE, State.WITHDRAWN}),
    State.TAKEN: frozenset({State.WAITING, State.DONE, State.WITHDRAWN}),
    State.DONE: frozenset(),
    State.WITHDRAWN: frozenset(),
}


def check_move(before: str, after: str) -> None:
    """Raises InvalidState when an item may not go from one state to the other."""
    if State(after) not in MOVES[State(before)]:
        raise InvalidState("Dit werk is al van de wachtrij af." if not MOVES[State(before)] else None)


def first_class(kind: str) -> PriorityClass:
    """The class in which an item of this kind starts to wait."""
    return PriorityClass.LIVE if kind in LIVE_KINDS else PriorityClass.LATER


def urgent_at(
    kind: str,
    *,
    since: datetime,
    due_at: datetime | None,
    promise_until: datetime | None,
    zone: str,
    share: float = 0.75,
) -> datetime | None:
    """The moment (UTC) from which an item is of a higher class, None when it never is.

    A call-back: when ``share`` of its promised window has gone by. Other work that can wait: at the first minute of the
    day (in the town's ``zone``) on which it is due.
    """
    if kind in LIVE_KINDS:
        return None
    if kind == Kind.CALLBACK:
        return since + (promise_until - since) * share if promise_until else None
    if due_at is None:
        return None
    here = ZoneInfo(zone)
    return datetime.combine(due_at.astimezone(here).date(), time(0), here).astimezone(due_at.tzinfo)


def class_at(kind: str, priority_class: int, urgent: datetime | None, moment: datetime) -> PriorityClass:
    """The class of an item at ``moment``; ``urgent`` is its ``urgent_at``. Never lower than that in which it started."""
    if urgent is None or moment < urgent:
        return PriorityClass(priority_class)
    risen = PriorityClass.URGENT_CALLBACK if kind == Kind.CALLBACK else PriorityClass.DUE_TODAY
    return min(PriorityClass(priority_class), risen)
