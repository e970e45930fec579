"""Tickets that belong together: link, merge and split, each of which can be undone. Dutch: koppelen, samenvoegen, splitsen."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from kcc.contacts import actions, queries, rules
from kcc.contacts.models import Ticket, TicketLink
from kcc.contacts.rules import Status
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities

RELATED = "related"
MERGED = "merged"
SPLIT = "split"


def other_ticket(ticket: Ticket, reference: str) -> Ticket:
    """The ticket of the same municipality with this reference; raises InvalidInput (field ``reference``) for any other."""
    parts = rules.parse_reference(reference)
    found = None
    if parts is not None:
        found = queries.ticket_by_reference(rules.reference(*parts), ticket.municipality_id)
    if found is None:
        raise InvalidInput("Er is geen vraag van deze gemeente met dit kenmerk.", field="reference")
    if found.id == ticket.id:
        raise InvalidInput("Dit is het kenmerk van deze vraag zelf.", field="reference")
    return found


def link(*, actor: Actor, ticket: Ticket, other: Ticket) -> TicketLink:
    """Say that two tickets of one municipality have to do with each other; raises InvalidInput when they are linked."""
    if any(known.ticket_id == other.id for known in queries.links_of(ticket)):
        raise InvalidInput("Deze vragen zijn al gekoppeld.", field="reference")
    return _link(actor, ticket, other, RELATED, {"made": "by hand"})


def unlink(*, actor: Actor, ticket: Ticket, link_id: uuid.UUID) -> Ticket:
    """Undo a link, a merge or a split of this ticket, whichever it is; returns the other ticket.

    Raises NotFound for a link that is not there (any more), InvalidState when a merge or split cannot be undone now.
    """
    found = queries.link(ticket, link_id)
    ours = queries.ticket(found.ticket_id)
    theirs = queries.ticket(found.other_id)
    if found.kind == MERGED:
        _undo_merge(actor, ours, theirs, found.undo)
    elif found.kind == SPLIT:
        _undo_split(actor, ours, theirs, found.at)
    else:
        actions.add_event(actor=actor, ticket=ours, verb="unlinked", detail={"ticket_id": str(theirs.id)})
        actions.add_event(actor=actor, ticket=theirs, verb="unlinked", detail={"ticket_id": str(ours.id)})
    found.undone_at = now()
    db.session.flush()
    return theirs if ours.id == ticket.id else ours


def merge(*, actor: Actor, ticket: Ticket, into: Ticket) -> TicketLink:
    """Close a ticket as the same question as another of its municipality and, when both are known, its party.

    What was written and who spoke stay with the merged ticket, and are shown with the other from now on. Raises
    InvalidInput for another municipality or party, InvalidState when either was merged away or has open work.
    """
    if ticket.municipality_id != into.municipality_id or ticket.id == into.id:
        raise InvalidInput("Samenvoegen kan alleen met een andere vraag van dezelfde gemeente.", field="reference")
    if ticket.party_id and into.party_id and ticket.party_id != into.party_id:
        raise InvalidInput("Deze vragen zijn van verschillende inwoners.", field="reference")
    if ticket.merged_into_id or into.merged_into_id:
        raise InvalidState("Een van deze vragen is al samengevoegd met een andere.")
    if any(known.kind == MERGED and known.is_target for known in queries.links_of(ticket)):
        raise InvalidState("Met deze vraag zijn al andere vragen samengevoegd. Voeg die andere kant op samen.")
    for check in actions.closing_checks:
        check(ticket)
    undo = {
        "status": ticket.status,
        "answered_at": _text(ticket.answered_at),
        "closed_at": _text(ticket.closed_at),
    }
    ticket.status = str(Status.CLOSED)
    ticket.closed_at = ticket.closed_at or now()
    ticket.merged_into_id = into.id
    return _link(actor, ticket, into, MERGED, undo)


def split(
    *, actor: Actor, ticket: Ticket, writing_id: uuid.UUID, topic_id: int, body: str
) -> tuple[Ticket, TicketLink]:
    """A new ticket of the same municipality, party and departments, for a second question inside a text of this one.

    ``body`` is that second question; the text itself stays where it is. The new ticket has a term of its own, from now.
    Raises NotFound for a text of another ticket, InvalidInput for a topic that the municipality does not have.
    """
    writing = queries.writing(ticket, writing_id)
    if not queries.offers_topic(ticket.municipality_id, topic_id):
        raise InvalidInput("Kies een onderwerp uit de lijst van deze gemeente.", field="topic_id")
    made = actions.open_ticket(
        actor=actor,
        municipality_id=ticket.municipality_id,
        topic_id=topic_id,
        channel=ticket.channel,
        party_id=ticket.party_id,
        anonymous=ticket.anonymous,
        due_at=municipalities.due_at(ticket.municipality_id, topic_id, ticket.channel, now()),
        priority=ticket.priority,
        department_ids=ticket.department_ids,
    )
    actions.write(actor=actor, ticket=made, kind="question", body=body, internal=writing.internal)
    return made, _link(actor, made, ticket, SPLIT, {"writing_id": str(writing_id)})


def _undo_merge(actor: Actor, ticket: Ticket, into: Ticket, undo: dict[str, Any]) -> None:
    if ticket.merged_into_id != into.id:
        raise InvalidState("Deze vraag is intussen niet meer samengevoegd.")
    ticket.status = undo["status"]
    ticket.answered_at = _moment(undo["answered_at"])
    ticket.closed_at = _moment(undo["closed_at"])
    ticket.merged_into_id = None
    actions.add_event(actor=actor, ticket=ticket, verb="unmerged", detail={"ticket_id": str(into.id)})
    actions.add_event(actor=actor, ticket=into, verb="unmerged", detail={"ticket_id": str(ticket.id)})


def _undo_split(actor: Actor, made: Ticket, source: Ticket, at: datetime) -> None:
    # What colleagues did on the new ticket would vanish from sight with it.
    if made.status != Status.OPEN or any(line.at > at for line in queries.timeline(made)):
        raise InvalidState("Aan de nieuwe vraag is al gewerkt. Voeg de vragen samen als ze toch bij elkaar horen.")
    made.status = str(Status.CLOSED)
    made.closed_at = now()
    made.merged_into_id = source.id
    actions.add_event(actor=actor, ticket=made, verb="unsplit", detail={"ticket_id": str(source.id)})
    actions.add_event(actor=actor, ticket=source, verb="unsplit", detail={"ticket_id": str(made.id)})


def _link(actor: Actor, ticket: Ticket, other: Ticket, kind: str, undo: dict[str, Any]) -> TicketLink:
    verbs = {RELATED: ("linked", "linked"), MERGED: ("merged", "absorbed"), SPLIT: ("split_from", "split")}[kind]
    actions.add_event(actor=actor, ticket=ticket, verb=verbs[0], detail={"ticket_id": str(other.id)})
    actions.add_event(actor=actor, ticket=other, verb=verbs[1], detail={"ticket_id": str(ticket.id)})
    made = TicketLink(
        municipality_id=ticket.municipality_id,
        ticket_id=ticket.id,
        other_id=other.id,
        kind=kind,
        at=now(),
        account_id=actor.account_id,
        undo=undo,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
