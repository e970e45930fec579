"""What changes a ticket: open it, write on it, move it, register a contact. Links and views stand beside this file."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from kcc.contacts import queries, rules
from kcc.contacts.models import Contact, Involvement, Ticket, TicketCounter, TicketEvent, TicketPresence
from kcc.contacts.models_written import TicketTerms, Writing
from kcc.contacts.rules import Channel, Outcome, Priority, Status
from kcc.core import audit, events
from kcc.core.cleaning import clean_text, refuse_reason
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState
from kcc.core.permissions import Actor
from kcc.core.search_text import to_tsvector_text
from kcc.municipalities import queries as municipalities

WRITING_KINDS = frozenset({"question", "answer", "note", "told", "reason", "rating"})
LONGEST_TEXT = 20_000
LARGEST_INDEX = 900_000

closing_checks: list[Callable[[Ticket], None]] = []
"""What rooms above want to see done before a ticket is closed; each raises InvalidState when it is not."""


@dataclass(frozen=True)
class InvolvementData:
    """Who spoke in a contact: ``role`` customer or representative, and how identity was checked (``none`` when not)."""

    name: str = ""
    number: str = ""
    email: str = ""
    role: str = "customer"
    identity_check: str = "none"
    language: str = "nl"


def open_ticket(
    *,
    actor: Actor,
    municipality_id: int,
    topic_id: int,
    channel: str,
    party_id: uuid.UUID | None = None,
    anonymous: bool = False,
    opened_at: datetime | None = None,
    due_at: datetime | None = None,
    priority: int = Priority.NORMAL,
    department_ids: Iterable[int] = (),
    reference: str = "",
) -> Ticket:
    """A new question to one municipality, with the next reference of its year; times aware, UTC.

    ``reference`` is one that the database gave out of that row before, to somebody who has it in hand.

    Raises NotFound for a municipality out of sight, InvalidInput for an unknown channel, priority or topic.
    """
    if channel not in set(Channel):
        raise InvalidInput("Kies een kanaal uit de lijst.", field="channel")
    if priority not in set(Priority):
        raise InvalidInput("Kies een prioriteit uit de lijst.", field="priority")
    if not queries.offers_topic(municipality_id, topic_id):
        raise InvalidInput("Kies een onderwerp uit de lijst van deze gemeente.", field="topic")
    at = opened_at or now()
    ticket = Ticket(
        municipality_id=municipality_id,
        reference=reference or _next_reference(municipality_id, at),
        topic_id=topic_id,
        channel=str(channel),
        status=str(Status.OPEN),
        priority=int(priority),
        opened_at=at,
        opened_by_id=actor.account_id,
        due_at=due_at,
        changed_at=at,
        party_id=None if anonymous else party_id,
        anonymous=anonymous,
        department_ids=sorted(set(department_ids)),
    )
    db.session.add(ticket)
    db.session.flush()
    index_ticket(ticket, queries.words_of_party(ticket.municipality_id, ticket.party_id) if ticket.party_id else "")
    add_event(actor=actor, ticket=ticket, verb="opened", detail={"channel": ticket.channel}, at=at)
    return ticket


def _next_reference(municipality_id: int, at: datetime) -> str:
    town = municipalities.municipality(municipality_id)
    year = at.astimezone(ZoneInfo(town.zone)).year
    # One statement: the counter's row makes parallel openings of one municipality wait for each other.
    counted = (
        insert(TicketCounter)
        .values(municipality_id=municipality_id, year=year, last_number=1)
        .on_conflict_do_update(
            index_elements=["municipality_id", "year"], set_={"last_number": TicketCounter.last_number + 1}
        )
        .returning(TicketCounter.last_number)
    )
    return rules.reference(town.short_code, year, db.session.scalars(counted).one())


def register_contact(
    *,
    actor: Actor,
    ticket: Ticket,
    centre_id: int,
    conversation_id: uuid.UUID | None,
    channel: str,
    outcome: str,
    talk_seconds: int | None = None,
    wrap_up_seconds: int | None = None,
    article_id: uuid.UUID | None = None,
    incident_id: int | None = None,
    party_id: uuid.UUID | None = None,
    follow_key: bytes | None = None,
    involvement: InvolvementData | None = None,
    at: datetime | None = None,
) -> Contact:
    """One contact moment about a ticket; times in seconds. That of an anonymous ticket holds and follows nobody.

    Raises InvalidInput for an unknown channel or outcome.
    """
    if channel not in set(Channel):
        raise InvalidInput("Kies een kanaal uit de lijst.", field="channel")
    if outcome not in set(Outcome):
        raise InvalidInput("Kies een resultaat uit de lijst.", field="outcome")
    known = not ticket.anonymous
    contact = Contact(
        municipality_id=ticket.municipality_id,
        centre_id=centre_id,
        ticket_id=ticket.id,
        conversation_id=conversation_id,
        topic_id=ticket.topic_id,
        at=at or now(),
        channel=str(channel),
        outcome=str(outcome),
        account_id=actor.account_id,
        talk_seconds=talk_seconds,
        wrap_up_seconds=wrap_up_seconds,
        article_id=article_id,
        incident_id=incident_id,
        party_id=party_id if known else None,
        follow_key=follow_key if known else None,
    )
    db.session.add(contact)
    db.session.flush()
    if involvement is not None and known:
        db.session.add(
            Involvement(
                municipality_id=ticket.municipality_id,
                contact_id=contact.id,
                ticket_id=ticket.id,
                role=involvement.role,
                name=clean_text(involvement.name, multiline=False),
                number=clean_text(involvement.number, multiline=False),
                email=clean_text(involvement.email, multiline=False),
                identity_check=involvement.identity_check,
                language=involvement.language,
            )
        )
        index_ticket(ticket, f"{involvement.name} {rules.number_word(involvement.number)} {involvement.email}")
    detail = {"contact_id": str(contact.id), "channel": contact.channel, "outcome": contact.outcome}
    add_event(actor=actor, ticket=ticket, verb="contact", detail=detail, at=contact.at)
    return contact


def write(*, actor: Actor, ticket: Ticket, kind: str, body: str, internal: bool, at: datetime | None = None) -> Writing:
    """Text about a ticket (question, answer, note, told, reason), by which it can be found from now on.

    Raises InvalidInput (field ``body``) for empty text, text over 20,000 characters, NUL bytes or broken Unicode.
    """
    if kind not in WRITING_KINDS:
        raise InvalidInput("Deze soort tekst bestaat niet.", field="kind")
    fault = refuse_reason(body, LONGEST_TEXT)
    text = clean_text(body, multiline=True)
    if fault or not text:
        raise InvalidInput(fault or "Vul een tekst in.", field="body")
    writing = Writing(
        municipality_id=ticket.municipality_id,
        ticket_id=ticket.id,
        at=at or now(),
        account_id=actor.account_id,
        kind=kind,
        internal=internal,
        body=text,
    )
    db.session.add(writing)
    db.session.flush()
    index_ticket(ticket, text)
    add_event(actor=actor, ticket=ticket, verb="wrote", detail={"kind": kind}, writing_id=writing.id, at=writing.at)
    return writing


def index_ticket(ticket: Ticket, extra_words: str | Iterable[str] = "") -> None:
    """Let a ticket be found by its reference and these words (names, numbers, text), beside what it had."""
    words = extra_words if isinstance(extra_words, str) else " ".join(extra_words)
    text = f"{ticket.reference} {words} {rules.number_words(words)}"
    vector = sa.func.strip(sa.cast(to_tsvector_text(text), TSVECTOR))
    added = insert(TicketTerms).values(
        municipality_id=ticket.municipality_id, ticket_id=ticket.id, opened_at=ticket.opened_at, terms=vector
    )
    # A tsvector holds at most a megabyte: what no longer fits is left out of the index, never out of the ticket.
    size = sa.func.pg_column_size(TicketTerms.terms) + sa.func.pg_column_size(added.excluded.terms)
    both = sa.case((size < LARGEST_INDEX, TicketTerms.terms.op("||")(added.excluded.terms)), else_=TicketTerms.terms)
    db.session.execute(
        added.on_conflict_do_update(index_elements=["municipality_id", "ticket_id"], set_={"terms": both})
    )


def add_event(
    *,
    actor: Actor,
    ticket: Ticket,
    verb: str,
    detail: dict[str, Any] | None = None,
    writing_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> None:
    """A line on the timeline with its audit row; the ticket counts as changed. ``detail``: ids and words of ours."""
    moment = at or now()
    ticket.changed_at = max(ticket.changed_at or moment, moment)
    db.session.add(
        TicketEvent(
            municipality_id=ticket.municipality_id,
            ticket_id=ticket.id,
            at=moment,
            account_id=actor.account_id,
            verb=verb,
            detail=detail or {},
            writing_id=writing_id,
        )
    )
    audit.record(
        actor=actor,
        verb=f"ticket.{verb}",
        subject_type="ticket",
        subject_id=ticket.id,
        municipality_id=ticket.municipality_id,
        fields=sorted(detail or {}),
    )
    db.session.flush()
    events.publish(
        "ticket",
        municipality_id=ticket.municipality_id,
        subject_id=ticket.id,
        department_ids=ticket.department_ids,
    )


def move_ticket(
    *, actor: Actor, ticket: Ticket, to: str, reason: str | None = None, at: datetime | None = None
) -> Ticket:
    """Bring a ticket to another state, and note when it was answered or closed; the reason is written down, internally.

    Raises InvalidState for a move that is not allowed or while a room above has open work on it, InvalidInput for
    reopening without a reason.
    """
    if ticket.merged_into_id is not None:
        raise InvalidState("Deze vraag is samengevoegd met een andere. Maak dat eerst ongedaan.")
    before = ticket.status
    after = rules.check_move(before, to, reason or "")
    moment = at or now()
    if after == Status.CLOSED:
        for check in closing_checks:
            check(ticket)
    writing: Writing | None = None
    if reason and reason.strip():
        writing = write(actor=actor, ticket=ticket, kind="reason", body=reason, internal=True, at=moment)
    ticket.status = str(after)
    if after == Status.ANSWERED:
        ticket.answered_at = moment
    elif after == Status.CLOSED:
        ticket.closed_at = moment
    elif rules.is_reopening(before, after):
        ticket.answered_at = None
        ticket.closed_at = None
    detail = {"from": before, "to": ticket.status}
    add_event(
        actor=actor, ticket=ticket, verb="moved", detail=detail, writing_id=writing.id if writing else None, at=moment
    )
    return ticket


def involve_department(*, actor: Actor, ticket: Ticket, department_id: int) -> None:
    """Let a department of the same municipality see a ticket from now on; nothing when it does already."""
    if department_id in ticket.department_ids:
        return
    ticket.department_ids = sorted({*ticket.department_ids, department_id})
    add_event(actor=actor, ticket=ticket, verb="involved", detail={"department_id": department_id})


def set_priority(*, actor: Actor, ticket: Ticket, priority: int) -> None:
    """Make a ticket urgent (1), normal (2) or low (3); raises InvalidInput for another number."""
    if priority not in set(Priority):
        raise InvalidInput("Kies een prioriteit uit de lijst.", field="priority")
    if priority == ticket.priority:
        return
    detail = {"from": ticket.priority, "to": priority}
    ticket.priority = priority
    add_event(actor=actor, ticket=ticket, verb="priority", detail=detail)


def check_version(ticket: Ticket, version: int) -> None:
    """Raise Conflict unless the reader's page showed this version of the ticket."""
    if ticket.version != version:
        raise Conflict(version=ticket.version)


def be_present(*, actor: Actor, ticket: Ticket, at: datetime | None = None) -> None:
    """Say that the actor has a ticket open now; repeated every 20 seconds, forgotten after a minute.

    Colleagues who have it open hear so when somebody comes, not at every repeat.
    """
    moment = at or now()
    is_here = actor.account_id in queries.present(ticket, but=None, at=moment)
    seen = insert(TicketPresence).values(
        municipality_id=ticket.municipality_id, ticket_id=ticket.id, account_id=actor.account_id, seen_at=moment
    )
    db.session.execute(
        seen.on_conflict_do_update(
            index_elements=["municipality_id", "ticket_id", "account_id"], set_={"seen_at": seen.excluded.seen_at}
        )
    )
    if not is_here:
        _tell_presence(ticket)


def be_gone(*, actor: Actor, ticket: Ticket) -> None:
    """Say that the actor closed a ticket's page. Harmless when they were not there."""
    gone = sa.delete(TicketPresence).where(
        TicketPresence.municipality_id == ticket.municipality_id,
        TicketPresence.ticket_id == ticket.id,
        TicketPresence.account_id == actor.account_id,
    )
    if db.session.execute(gone.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
        _tell_presence(ticket)


def _tell_presence(ticket: Ticket) -> None:
    events.publish(
        "presence",
        municipality_id=ticket.municipality_id,
        subject_id=ticket.id,
        department_ids=ticket.department_ids,
    )
