"""Figures of towns side by side: what is chosen, what adds up, and what may be said about it in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from math import sqrt
from typing import Literal, TypeAlias

from kcc.insight.rules import Interval, Period, previous_period, share, utc_bounds, wilson_interval

Kind: TypeAlias = Literal[
    "all_kept",
    "kept",
    "missed",
    "missed_unsure",
    "no_callbacks",
    "less_at_once",
    "more_at_once",
    "rose",
    "fell",
    "overdue",
]
PER_CHANNEL = frozenset({"conversations_by_channel", "questions_by_channel"})


@dataclass(frozen=True)
class Selection:
    """What is asked: a period and the one before it (UTC, from–until), as seen at a moment, for a channel and group.

    Of a period that still runs, the period before is cut off at the same age: like is compared with like.
    """

    period: Period
    start: datetime
    end: datetime
    before_start: datetime
    before_end: datetime
    at: datetime
    channel: str | None = None
    group: str | None = None

    @property
    def running(self) -> bool:
        """Whether the period is not over yet."""
        return self.start <= self.at < self.end

    @property
    def before_last(self) -> datetime:
        """The last moment of the period before, for showing as a day."""
        return self.before_end - timedelta(microseconds=1)


def select_period(period: Period, at: datetime, channel: str | None = None, group: str | None = None) -> Selection:
    """The selection of a period as seen at ``at`` (UTC); ``group`` is the name of a group of topics."""
    start, end = utc_bounds(period)
    before_start, before_end = utc_bounds(previous_period(period))
    if start <= at < end:
        before_end = min(before_end, before_start + (at - start))
    return Selection(period, start, end, before_start, before_end, at, channel, group)


@dataclass(frozen=True)
class Figures:
    """Counts of one municipality, or of several together: every field adds up. Times are in seconds."""

    conversations: int = 0
    questions: int = 0
    answered: int = 0
    followed: int = 0
    net: int = 0
    escalated: int = 0
    transferred: int = 0
    transfer_failed: int = 0
    tasks_measured: int = 0
    tasks_on_time: int = 0
    tasks_late: int = 0
    returned: int = 0
    open: int = 0
    overdue: int = 0
    talk: int = 0
    talk_seconds: int = 0
    wrap_up: int = 0
    wrap_up_seconds: int = 0
    conversations_by_channel: Mapping[str, int] = field(default_factory=dict)
    questions_by_channel: Mapping[str, int] = field(default_factory=dict)

    @property
    def share_at_once(self) -> float | None:
        """Questions answered at once, of all questions."""
        return share(self.answered, self.questions)

    @property
    def share_net(self) -> float | None:
        """Answered at once without a repeat within seven days, of the questions over which that could be seen."""
        return share(self.net, self.followed)

    @property
    def coverage(self) -> float | None:
        """The part of all questions that could be followed for seven days."""
        return share(self.followed, self.questions)

    @property
    def share_on_time(self) -> float | None:
        """Call-backs reached or done before they were due, of those that were due or done."""
        return share(self.tasks_on_time, self.tasks_measured)

    @property
    def on_time_interval(self) -> Interval | None:
        """The uncertainty of ``share_on_time``."""
        return wilson_interval(self.tasks_on_time, self.tasks_measured)

    @property
    def mean_talk(self) -> float | None:
        """Seconds of talk a question, over the questions for which it was measured."""
        return share(self.talk_seconds, self.talk)

    @property
    def mean_wrap_up(self) -> float | None:
        """Seconds of wrap-up a question, over the questions for which it was measured."""
        return share(self.wrap_up_seconds, self.wrap_up)


def together(parts: Iterable[Figures]) -> Figures:
    """The sum of figures, field by field and channel by channel."""
    every = list(parts)
    values: dict[str, object] = {}
    for each in fields(Figures):
        found = [getattr(part, each.name) for part in every]
        if each.name in PER_CHANNEL:
            channels = {channel for one in found for channel in one}
            values[each.name] = {channel: sum(one.get(channel, 0) for one in found) for channel in sorted(channels)}
        else:
            values[each.name] = sum(found)
    return Figures(**values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class TownLine:
    """A municipality's figures beside those of the period before, and the percentage agreed (None: none agreed)."""

    name: str
    now: Figures
    before: Figures
    agreed: int | None


@dataclass(frozen=True)
class Finding:
    """Something to be said: of whom, largest first, and for each how many percentage points or pieces it is about."""

    kind: Kind
    names: tuple[str, ...] = ()
    amounts: tuple[int, ...] = ()


def differs(part: int, whole: int, other_part: int, other_whole: int) -> bool:
    """Whether two shares differ by more than their uncertainty (95 %, Newcombe); no when one was not measured."""
    one, other = wilson_interval(part, whole), wilson_interval(other_part, other_whole)
    if one is None or other is None:
        return False
    first, second = part / whole, other_part / other_whole
    if first < second:
        first, second, one, other = second, first, other, one
    return first - second > sqrt((first - one.low) ** 2 + (other.high - second) ** 2)


def findings(lines: Sequence[TownLine]) -> list[Finding]:
    """What stands out, most important first: the agreement, who differs from the rest, what changed, what is overdue."""
    return [*_agreement(lines), *_beside_the_rest(lines), *_since_before(lines), *_overdue(lines)]


def _agreement(lines: Sequence[TownLine]) -> list[Finding]:
    measured = [line for line in lines if line.now.tasks_measured and line.agreed is not None]
    if not measured:
        return [Finding("no_callbacks")] if lines else []
    kept = tuple(line.name for line in measured if _gap(line) <= 0)
    if len(kept) == len(measured):
        return [Finding("all_kept", kept)]
    sure = [(line.name, _gap(line)) for line in measured if _gap(line) > 0 and _is_sure(line)]
    unsure = [(line.name, _gap(line)) for line in measured if _gap(line) > 0 and not _is_sure(line)]
    said = [Finding("kept", kept)] if kept else []
    return [*said, *_ranked("missed", sure), *_ranked("missed_unsure", unsure)]


def _gap(line: TownLine) -> float:
    return (line.agreed or 0) - 100 * (line.now.share_on_time or 0)


def _is_sure(line: TownLine) -> bool:
    interval = line.now.on_time_interval
    return interval is not None and line.agreed is not None and interval.high * 100 < line.agreed


def _beside_the_rest(lines: Sequence[TownLine]) -> list[Finding]:
    pairs = [(line, line.now, together(other.now for other in lines if other is not line)) for line in lines]
    return _unlike(pairs, "less_at_once", "more_at_once")


def _since_before(lines: Sequence[TownLine]) -> list[Finding]:
    return _unlike([(line, line.now, line.before) for line in lines], "fell", "rose")


def _unlike(pairs: Iterable[tuple[TownLine, Figures, Figures]], less: Kind, more: Kind) -> list[Finding]:
    """Whose share answered at once differs from the other figures' by more than chance."""
    gaps: list[tuple[str, float]] = []
    for line, mine, other in pairs:
        if differs(mine.answered, mine.questions, other.answered, other.questions):
            gaps.append((line.name, 100 * ((mine.share_at_once or 0) - (other.share_at_once or 0))))
    below = [(name, -gap) for name, gap in gaps if gap < 0]
    return [*_ranked(less, below), *_ranked(more, [pair for pair in gaps if pair[1] > 0])]


def _ranked(kind: Kind, gaps: Sequence[tuple[str, float]]) -> list[Finding]:
    ranked = sorted(gaps, key=lambda pair: -pair[1])
    names, amounts = tuple(name for name, _gap in ranked), tuple(max(1, round(gap)) for _name, gap in ranked)
    return [Finding(kind, names, amounts)] if ranked else []


def _overdue(lines: Sequence[TownLine]) -> list[Finding]:
    late = [line for line in lines if line.now.overdue]
    worst = max(late, key=lambda line: line.now.overdue, default=None)
    return [Finding("overdue", (worst.name,), (worst.now.overdue,))] if worst else []
