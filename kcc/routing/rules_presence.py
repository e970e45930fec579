"""What an agent can be doing, on paper: states, the moves between them, when somebody counts as gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from kcc.core.errors import InvalidInput

HISTORY_DAYS = 92
"""So long the periods of a person are kept: a quarter, for planning; afterwards only counts remain elsewhere."""
DECISION_DAYS = 92
"""So long each decision can be explained."""
GONE_AFTER = timedelta(seconds=90)
"""An open screen says every half minute that it is there; three missed beats and the agent is offline."""
GONE_AFTER_WITHOUT_SCRIPT = timedelta(minutes=15)
"""Without script nothing beats: then the last page that was asked for counts."""


class AgentMode(StrEnum):
    """What an agent does."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    IN_CONVERSATION = "in_conversation"
    WRAP_UP = "wrap_up"
    BREAK = "break"
    NO_ANSWER = "no_answer"


class BreakReason(StrEnum):
    """Why an agent is away for a while: a few words for planning, never health."""

    BREAK = "break"
    MEETING = "meeting"
    TRAINING = "training"
    OTHER_WORK = "other_work"


CHOSEN = frozenset({AgentMode.OFFLINE, AgentMode.AVAILABLE, AgentMode.BREAK})
"""States that a person chooses; the others follow from what happens."""
WORKING = frozenset({AgentMode.AVAILABLE, AgentMode.IN_CONVERSATION, AgentMode.WRAP_UP})
BUSY = frozenset({AgentMode.IN_CONVERSATION, AgentMode.WRAP_UP})


def check_choice(state: str, reason: str) -> None:
    """Raises InvalidInput for a state that nobody chooses, or a break without one of the known reasons."""
    if state not in CHOSEN:
        raise InvalidInput("Kies een status uit de lijst.", field="state")
    if state == AgentMode.BREAK and reason not in set(BreakReason):
        raise InvalidInput("Kies een reden voor de pauze.", field="reason")


def follows(state: str, resume: str, *, talking: bool, wrapping_up: bool) -> str:
    """The state that follows from the conversations in hand; ``resume`` is what it was before the first of them.

    Who chose to be available again with wrap-up still to do stays available.
    """
    if talking:
        return AgentMode.IN_CONVERSATION
    if state not in BUSY:
        return state
    return AgentMode.WRAP_UP if wrapping_up else resume


def resumes(state: str, resume: str) -> str:
    """What an agent in ``state`` goes back to after a conversation that begins now."""
    if state in BUSY:
        return resume
    return AgentMode.AVAILABLE if state == AgentMode.NO_ANSWER else state


def is_gone(now: datetime, beat_at: datetime | None, seen_at: datetime | None) -> bool:
    """Whether nobody is behind the screen any more; ``seen_at`` is None when every session has ended."""
    if seen_at is None:
        return True
    if beat_at is not None:
        return now - beat_at > GONE_AFTER
    return now - seen_at > GONE_AFTER_WITHOUT_SCRIPT
