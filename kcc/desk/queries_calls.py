"""What the desk shows of a telephone call: the town's number that rang, who may be calling, and what runs for them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from kcc.channels import queries_calls as calls
from kcc.channels.models_calls import Call, CallLeg
from kcc.channels.rules_calls import CallState
from kcc.contacts import queries as contacts
from kcc.contacts.models import Conversation, Ticket
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.parties import queries as parties
from kcc.parties.queries import PartyCard
from kcc.parties.rules import format_phone

MOST_PARTIES = 6
"""People under one number that are shown; a number of more is an office's, and says nothing of who calls."""


@dataclass(frozen=True)
class Known:
    """Somebody of this town who is known under the number, with their open questions."""

    party: PartyCard
    tickets: Sequence[Ticket]


@dataclass
class CallShown:
    """A call as an agent sees it. ``number`` is as people write it, "" when it was withheld or erased."""

    call: Call
    town: Municipality
    number: str
    leg: CallLeg | None = None
    known: list[Known] = field(default_factory=list)
    too_many: bool = False

    @property
    def is_failed(self) -> bool:
        """Whether this agent's own telephone did not take the call: the caller waits again."""
        return self.leg is not None and self.leg.failed

    @property
    def is_gone(self) -> bool:
        """Whether the caller hung up before anybody spoke."""
        return self.call.state in (CallState.ABANDONED, CallState.LOST) and self.call.answered_at is None


def of_conversation(conversation_id: uuid.UUID) -> CallShown | None:
    """The call that a conversation is about; None when it was begun by hand."""
    found = calls.of_conversation(conversation_id)
    return _shown(found[1], found[0]) if found else None


def of_call(call_id: uuid.UUID) -> CallShown:
    """A call that is offered. Raises NotFound."""
    return _shown(calls.call(call_id), None)


def find_known(shown: CallShown) -> CallShown:
    """Look up who is known under the number in this town; the caller of this function writes down that it was looked at."""
    if not shown.number:
        return shown
    found = parties.find_parties(shown.town.id, phone=shown.number, limit=MOST_PARTIES + 1)
    shown.too_many = len(found) > MOST_PARTIES
    if not shown.too_many:
        tickets = contacts.open_tickets_of_parties(shown.town.id, [card.id for card in found]) if found else {}
        shown.known = [Known(card, tickets.get(card.id, ())) for card in found]
    return shown


def first_number(conversation: Conversation) -> str:
    """The number to begin a draft with; "" when the call has none or the conversation no call."""
    shown = of_conversation(conversation.id)
    return shown.number if shown else ""


def _shown(call: Call, leg: CallLeg | None) -> CallShown:
    number = calls.number_of(call)
    text = "" if number is None else (format_phone(number.number) if number.number else number.raw)
    return CallShown(call, municipalities.municipality(call.municipality_id), text, leg)
