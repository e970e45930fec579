"""The live board on paper: what becomes of work that waits, and when a level may be called good or bad.

Strict on purpose: who hung up after five seconds, and who waits longer than agreed already, was not helped in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb

from kcc.insight.rules import Interval, share, wilson_interval

SHORT = timedelta(seconds=5)
"""Who hangs up sooner did not wait: a wrong number, a second thought. Counted apart by every call centre."""
EXACT_UP_TO = 200
"""Above this many the interval and the exact count say the same."""
LEFT_OUT = frozenset({"callback", "called_back", "duplicate", "answered_elsewhere", "closed", "merged", "spam"})
"""Outcomes of work that was not answered here and did not go wrong: called back as agreed, there twice, outside hours."""


class Fate(StrEnum):
    """What became of something that waits, against what is agreed."""

    IN_TIME = "in_time"
    LATE = "late"
    GIVEN_UP = "given_up"
    OVERDUE = "overdue"
    OPEN = "open"
    LEFT_OUT = "left_out"


MEASURED = frozenset({Fate.IN_TIME, Fate.LATE, Fate.GIVEN_UP, Fate.OVERDUE})


class Verdict(StrEnum):
    """What may be said of a level. Only ``BELOW`` is a red one: the whole interval lies under the agreement."""

    NOT_MEASURED = "not_measured"
    NO_AGREEMENT = "no_agreement"
    BELOW = "below"
    UNSURE = "unsure"
    KEPT = "kept"


@dataclass(frozen=True)
class Waited:
    """One piece of work as far as waiting goes; all moments UTC, ``due_at`` for work that can wait."""

    since: datetime
    claimed_at: datetime | None = None
    done_at: datetime | None = None
    due_at: datetime | None = None
    outcome: str | None = None


def fate_of_live(work: Waited, within: timedelta, now: datetime) -> Fate:
    """Somebody waits on the line or at the counter: claimed ``within`` the agreed time or not."""
    if work.claimed_at is not None:
        return Fate.IN_TIME if work.claimed_at - work.since <= within else Fate.LATE
    if work.done_at is None:
        return Fate.OVERDUE if now - work.since > within else Fate.OPEN
    if work.outcome in LEFT_OUT or work.done_at - work.since < SHORT:
        return Fate.LEFT_OUT
    return Fate.GIVEN_UP


def fate_of_other(work: Waited, now: datetime) -> Fate:
    """Work that can wait: done by the moment that it was due."""
    if work.done_at is None:
        return Fate.OVERDUE if work.due_at is not None and work.due_at < now else Fate.OPEN
    if work.outcome in LEFT_OUT:
        return Fate.LEFT_OUT
    return Fate.IN_TIME if work.due_at is None or work.done_at <= work.due_at else Fate.LATE


@dataclass(frozen=True)
class Tally:
    """Counts of one kind of work of one municipality, or of several together: every field but the oldest adds up."""

    waiting: int = 0
    in_hand: int = 0
    in_time: int = 0
    late: int = 0
    given_up: int = 0
    overdue: int = 0
    """Waiting longer than agreed, or past its due moment, at this moment."""
    oldest: datetime | None = None
    """Since when the one waits that waits longest (UTC)."""
    ringing: int = 0
    """Of those who wait: offered to an agent this moment."""

    @property
    def measured(self) -> int:
        """How many were answered, given up, or are late already."""
        return self.in_time + self.late + self.given_up + self.overdue

    @property
    def missed(self) -> int:
        """How many of these were not helped in time."""
        return self.measured - self.in_time

    @property
    def level(self) -> float | None:
        """The share helped in time; None when nothing was measured."""
        return share(self.in_time, self.measured)

    @property
    def interval(self) -> Interval | None:
        """The uncertainty of ``level``."""
        return wilson_interval(self.in_time, self.measured)

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.waiting or self.in_hand or self.measured)


def verdict(tally: Tally, percent: int | None) -> Verdict:
    """What may be said of a level beside the agreed ``percent``: nothing that chance alone explains.

    The interval must lie on one side of the agreement. It is an approximation, and of a handful of cases too sure of
    itself (none of one is "0 to 79 %"); so a small number must also be improbable by exact count.
    """
    interval = tally.interval
    if interval is None:
        return Verdict.NOT_MEASURED
    if percent is None:
        return Verdict.NO_AGREEMENT
    agreed = percent / 100
    if interval.high < agreed and _is_improbable(tally.in_time, tally.measured, agreed):
        return Verdict.BELOW
    if interval.low >= agreed and _is_improbable(tally.missed, tally.measured, 1 - agreed):
        return Verdict.KEPT
    return Verdict.UNSURE


def _is_improbable(number: int, whole: int, chance: float) -> bool:
    """Whether so few of ``whole`` happen in less than one case of forty, each with this ``chance``."""
    if whole > EXACT_UP_TO:
        return True
    return sum(comb(whole, k) * chance**k * (1 - chance) ** (whole - k) for k in range(number + 1)) < 0.025


def together(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies; the oldest of them waits longest."""
    every = list(tallies)
    sums = {f.name: sum(getattr(one, f.name) for one in every) for f in fields(Tally) if f.name != "oldest"}
    return Tally(**sums, oldest=min((one.oldest for one in every if one.oldest), default=None))
