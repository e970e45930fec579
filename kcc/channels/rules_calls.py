"""A telephone call on paper: the events that are known of it decide what it is, in whatever order they came.

Exchanges send events late, twice, or not at all. So nothing is remembered but the set of events, each with the exchange's
own id and moment; the state follows from that set alone. The table, of which the first line that fits holds:

| known of the call | state |
|---|---|
| answered, not after it was given up by the caller; and over | ended |
| the same, and given up by the sweeper | lost |
| the same, and not over | talking, or on hold |
| a call-back accepted | called_back |
| told that the town is closed; and over | closed |
| hung up or abandoned | abandoned |
| given up by the sweeper | lost |
| anything else | ringing |
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verb(StrEnum):
    """What can be known of a call. The first eight come from the exchange, the others KCC notes itself."""

    RINGING = "ringing"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    AGENT_FAILED = "agent_failed"
    HUNG_UP = "hung_up"
    ABANDONED = "abandoned"
    CLOSED = "closed"
    CALLBACK_OFFERED = "callback_offered"
    CALLBACK_ACCEPTED = "callback_accepted"
    CALLBACK_DECLINED = "callback_declined"
    ASSIGNED = "assigned"
    LOST = "lost"


FROM_EXCHANGE = (
    Verb.RINGING, Verb.ANSWERED, Verb.HELD, Verb.RESUMED, Verb.TRANSFERRED, Verb.AGENT_FAILED, Verb.HUNG_UP, Verb.ABANDONED,
)  # fmt: skip
"""Events that an exchange may send."""


class CallState(StrEnum):
    """Where a call stands. Dutch: stand van het gesprek."""

    RINGING = "ringing"
    TALKING = "talking"
    ON_HOLD = "on_hold"
    ENDED = "ended"
    ABANDONED = "abandoned"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    LOST = "lost"


TALKED = (Verb.HELD, Verb.RESUMED, Verb.TRANSFERRED)
"""Who is put on hold or put through was answered, also when that event never came."""
OVER = frozenset({CallState.ENDED, CallState.ABANDONED, CallState.CALLED_BACK, CallState.CLOSED, CallState.LOST})
"""Nothing more is expected of the caller's line."""
GOING_ON = (CallState.RINGING, CallState.TALKING, CallState.ON_HOLD)
"""The caller waits or talks."""
NUMBERS_KEPT = timedelta(days=30)
"""How long a caller's number is kept after the call; what is needed longer stands in the ticket."""
MOST_STRAY_EVENTS = 50
LONGEST_RINGING = timedelta(minutes=30)
LONGEST_TALK = timedelta(hours=4)
"""After this long without a final event a call is given up: shown to supervisors, and never counted as answered in time."""


@dataclass(frozen=True, order=True)
class Event:
    """One thing known of a call. ``at`` is the exchange's moment (UTC), ``event_id`` its own id for it."""

    at: datetime
    verb: str
    event_id: str
    agent: str = ""


@dataclass(frozen=True)
class Summary:
    """What a set of events makes of a call; moments in UTC."""

    state: CallState
    arrived_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    held_since: datetime | None = None
    agent: str = ""
    """The address of the agent's phone that has (or last had) the caller."""
    heard_ringing: bool = True
    """Whether arrival and answer themselves were reported; if not, nobody knows how long the caller waited."""

    @property
    def waited(self) -> timedelta | None:
        """From the arrival to the answer, or to the end without one; None while it waits or when it is not known."""
        until = self.answered_at or self.ended_at
        return max(timedelta(), until - self.arrived_at) if until and self.heard_ringing else None


def summarise(events: Iterable[Event]) -> Summary:
    """What is known of a call, from its events in any order and however often each came. Raises ValueError for none."""
    known = sorted({event.event_id: event for event in sorted(events, reverse=True)}.values())
    if not known:
        raise ValueError("a call without events")
    answered = _answer(known)
    over = _end(known, answered)
    ringing = _first(known, Verb.RINGING)
    held = _held_since(known, answered)
    return Summary(
        state=_state(known, answered, over, held),
        arrived_at=(ringing or known[0]).at,
        answered_at=answered.at if answered else None,
        ended_at=max(over.at, answered.at if answered else over.at) if over else None,
        held_since=None if over else held,
        agent=_agent(known) if answered else "",
        heard_ringing=ringing is not None and (answered is None or answered.verb == Verb.ANSWERED),
    )


def _state(known: list[Event], answered: Event | None, over: Event | None, held: datetime | None) -> CallState:
    if answered and over is None:
        return CallState.ON_HOLD if held else CallState.TALKING
    if answered and over:
        return CallState.LOST if over.verb == Verb.LOST else CallState.ENDED
    if over is None:
        return CallState.RINGING
    if over.verb == Verb.CALLBACK_ACCEPTED:
        return CallState.CALLED_BACK
    if _first(known, Verb.CLOSED):
        return CallState.CLOSED
    return CallState.LOST if over.verb == Verb.LOST else CallState.ABANDONED


def _answer(known: list[Event]) -> Event | None:
    """The answer, unless the caller was gone before it: then an agent picked up a line with nobody on it."""
    answered = _first(known, Verb.ANSWERED) or next((event for event in known if event.verb in TALKED), None)
    if answered is None:
        return None
    gone = any(e.verb in (Verb.ABANDONED, Verb.CALLBACK_ACCEPTED) and e.at < answered.at for e in known)
    talked = any(e.verb == Verb.HUNG_UP and e.at >= answered.at for e in known)
    return None if gone and not talked else answered


def _end(known: list[Event], answered: Event | None) -> Event | None:
    """What ended the call: the exchange's last word, else that it was given up; before an answer, an accepted call-back."""
    hung_up = [event for event in known if event.verb == Verb.HUNG_UP]
    lost = _first(known, Verb.LOST)
    if answered:
        return hung_up[-1] if hung_up else _first(known, Verb.ABANDONED) or lost
    accepted = _first(known, Verb.CALLBACK_ACCEPTED)
    final = [event for event in known if event.verb in (Verb.HUNG_UP, Verb.ABANDONED)]
    return accepted or (final[0] if final else lost)


def _held_since(known: list[Event], answered: Event | None) -> datetime | None:
    turns = [event for event in known if event.verb in (Verb.HELD, Verb.RESUMED, Verb.TRANSFERRED)]
    return turns[-1].at if answered and turns and turns[-1].verb == Verb.HELD else None


def _agent(known: list[Event]) -> str:
    named = [event for event in known if event.verb in (Verb.ANSWERED, Verb.TRANSFERRED) and event.agent]
    return named[-1].agent if named else ""


def _first(known: list[Event], verb: Verb) -> Event | None:
    return next((event for event in known if event.verb == verb), None)


def given_up(state: str, since: datetime, moment: datetime) -> bool:
    """Whether a call that is not over has waited so long for its last event that the exchange must have lost it."""
    limit = LONGEST_RINGING if state == CallState.RINGING else LONGEST_TALK
    return state not in OVER and moment - since > limit
