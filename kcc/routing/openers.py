"""What happens when an agent has an item: rooms above say, for their kind of work, where the agent goes.

The queue knows that a mail waits, not what a mail is. So channels and desk register an opener for their kinds; it runs
in the transaction in which the agent got the item, may write (a call starts a conversation), and gives the page.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.routing.models import WorkItem

Opener = Callable[[Actor, WorkItem], str]

OPENERS: dict[str, Opener] = {}
_ticket_url: list[Callable[[uuid.UUID], str]] = []


def register_opener(kind: str, opener: Opener) -> None:
    """Have ``opener(actor, item)`` called for items of ``kind`` once an agent has one; it returns the URL to go to."""
    OPENERS[kind] = opener


def open_tickets_with(url_of: Callable[[uuid.UUID], str]) -> None:
    """How an item without an opener of its own is opened: at its ticket."""
    _ticket_url[:] = [url_of]


def open_item(*, actor: Actor, item: WorkItem) -> str:
    """The URL at which an agent works on an item that is theirs now. Raises NotFound when there is nowhere to go."""
    opener = OPENERS.get(item.kind)
    if opener is not None:
        return opener(actor, item)
    if item.ticket_id is None or not _ticket_url:
        raise NotFound
    return _ticket_url[0](item.ticket_id)
