"""When work that waits for an agent, or that an agent has, hangs: longer than anything may take when all runs as it should.

This is no judgement of service (that is what agreements are for). It says that a sweep, an exchange or a person let go of
something that nobody will come back to by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kcc.routing.rules import Kind, State

OFFER_OVERDUE = timedelta(minutes=1)
"""An offer rings for seconds and is ended by the sweep; a minute later that sweep does not run."""


@dataclass(frozen=True)
class Longest:
    """How long one kind may wait, and how long one agent may have it."""

    waiting: timedelta
    taken: timedelta


LONGEST: dict[Kind, Longest] = {
    # Given up after half an hour of ringing or four hours of talk (``channels.rules_calls``).
    Kind.CALL: Longest(timedelta(minutes=35), timedelta(hours=5)),
    # Ended with the day.
    Kind.COUNTER: Longest(timedelta(hours=14), timedelta(hours=14)),
    # Promised within two hours; after a day the promise was not late but forgotten.
    Kind.CALLBACK: Longest(timedelta(days=1), timedelta(hours=14)),
    # A working week, with a weekend in it.
    Kind.MAIL: Longest(timedelta(days=7), timedelta(days=7)),
    Kind.WEB_FORM: Longest(timedelta(days=7), timedelta(days=7)),
    Kind.RETURNED_TASK: Longest(timedelta(days=7), timedelta(days=7)),
}


def is_stuck(kind: str, state: str, at: datetime, *, since: datetime, offer_until: datetime | None = None, claimed_at: datetime | None = None) -> bool:  # fmt: skip
    """Whether an item hangs at a moment: since it began to wait, since its offer ended, or since an agent took it."""
    longest = LONGEST[Kind(kind)]
    if state == State.OFFERED:
        return at > (offer_until or since) + OFFER_OVERDUE
    if state == State.TAKEN:
        return at > (claimed_at or since) + longest.taken
    return state == State.WAITING and at > since + longest.waiting
