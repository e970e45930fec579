"""Lists of tickets on paper: what a filter says, which ones everybody has, and how due a ticket is. Dutch: weergave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from kcc.contacts.rules import Channel, Priority, Status

UNANSWERED = (Status.OPEN, Status.WITH_BACK_OFFICE, Status.WAITING_FOR_CITIZEN)
SOON = timedelta(hours=4)
LONGEST_VIEW_NAME = 60
MOST_VIEWS = 30


class Show(StrEnum):
    """Which tickets a list holds, by where they stand."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    ALL = "all"


class Sort(StrEnum):
    """The order of a list: the first term first, or the newest question first."""

    DUE = "due"
    NEWEST = "newest"


@dataclass(frozen=True)
class TicketFilter:
    """What a list of tickets shows; every value is an id or a word of ours, so that it may stand in a URL."""

    show: Show = Show.OPEN
    status: Status | None = None
    municipality_id: int | None = None
    group_id: int | None = None
    channel: Channel | None = None
    priority: Priority | None = None
    overdue: bool = False
    mine: bool = False
    today: bool = False
    sort: Sort = Sort.DUE

    @property
    def by_due(self) -> bool:
        """Whether the first term stands first: of open questions only, others keep no term any more."""
        return self.sort == Sort.DUE and (self.overdue or self.show == Show.OPEN) and not self.today

    def query(self) -> dict[str, str]:
        """This filter as the arguments of a URL, defaults left out."""
        values: dict[str, Any] = {
            "show": None if self.show == Show.OPEN else self.show,
            "status": self.status,
            "town": self.municipality_id,
            "group": self.group_id,
            "channel": self.channel,
            "priority": None if self.priority is None else int(self.priority),
            "overdue": 1 if self.overdue else None,
            "mine": 1 if self.mine else None,
            "today": 1 if self.today else None,
            "sort": None if self.sort == Sort.DUE else self.sort,
        }
        return {name: str(value) for name, value in values.items() if value is not None}

    @property
    def narrowed(self) -> bool:
        """Whether it leaves out more than what is not open."""
        return bool(self.query())


def filter_from(args: Mapping[str, str]) -> TicketFilter:
    """The filter that a URL's arguments ask for; a value that is none of ours counts as not given."""
    return TicketFilter(
        show=_word(Show, args.get("show")) or Show.OPEN,
        status=_word(Status, args.get("status")),
        municipality_id=_number(args.get("town")),
        group_id=_number(args.get("group")),
        channel=_word(Channel, args.get("channel")),
        priority=Priority(number) if (number := _number(args.get("priority"))) in set(Priority) else None,
        overdue=args.get("overdue") == "1",
        mine=args.get("mine") == "1",
        today=args.get("today") == "1",
        sort=_word(Sort, args.get("sort")) or Sort.DUE,
    )


STANDARD_VIEWS: dict[str, TicketFilter] = {
    "open": TicketFilter(),
    "overdue": TicketFilter(overdue=True),
    "today": TicketFilter(show=Show.ALL, today=True, sort=Sort.NEWEST),
    "answered": TicketFilter(show=Show.ANSWERED, sort=Sort.NEWEST),
}
"""The views that everybody has: open, te laat, vandaag, beantwoord."""


def group_ids(topics: Sequence[tuple[int, str]]) -> dict[str, int]:
    """For each topic group the lowest id of its topics, by which a URL names the group; of (topic id, group) pairs."""
    found: dict[str, int] = {}
    for topic_id, group in topics:
        found[group] = min(topic_id, found.get(group, topic_id))
    return found


def urgency(due_at: datetime | None, status: str, at: datetime) -> str:
    """How due an unanswered ticket is: late, soon (within four hours), fine; none without a term or when answered."""
    if due_at is None or status not in UNANSWERED:
        return "none"
    if due_at < at:
        return "late"
    return "soon" if due_at - at <= SOON else "fine"


def _word(kind: type[Any], value: str | None) -> Any:
    return kind(value) if value in {str(member) for member in kind} else None


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
