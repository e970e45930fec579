"""Every question about tickets: one of them, what hangs on it, and what stands beside it. Lists: queries_lists."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from kcc.contacts.models import Contact, Involvement, Ticket, TicketEvent, TicketLink, TicketPresence
from kcc.contacts.models_written import Writing
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality, Topic, TopicRoute
from kcc.parties.models import DigitalAddress, Party

PRESENT_FOR = timedelta(seconds=60)
LONGEST_TIMELINE = 500


@dataclass(frozen=True)
class Line:
    """A line of a timeline: what happened, what was written, or both. Dutch: tijdlijnregel."""

    at: datetime
    event: TicketEvent | None
    writing: Writing | None

    @property
    def account_id(self) -> uuid.UUID | None:
        """Who did or wrote it."""
        source = self.event or self.writing
        return source.account_id if source else None


@dataclass(frozen=True)
class Head:
    """A ticket and what stands above it on its page."""

    ticket: Ticket
    municipality: Municipality
    topic: Topic
    party: Party | None


@dataclass(frozen=True)
class RecentContact:
    """A contact a party had before: when, through what, how it ended, and the ticket it was about."""

    at: datetime
    channel: str
    outcome: str
    ticket_id: uuid.UUID
    reference: str
    topic: str


@dataclass(frozen=True)
class Spoken:
    """Who spoke in a contact, and when."""

    at: datetime
    channel: str
    role: str
    name: str
    number: str
    identity_check: str
    language: str


@dataclass(frozen=True)
class Linked:
    """A ticket that belongs with another: the link, and what to show of the other side."""

    link_id: uuid.UUID
    kind: str
    is_target: bool
    ticket_id: uuid.UUID
    reference: str
    status: str
    topic: str
    undoable: bool


def offers_topic(municipality_id: int, topic_id: int) -> bool:
    """Whether this municipality has this topic; raises NotFound when the municipality is out of sight."""
    municipalities.municipality(municipality_id)
    return db.session.get(TopicRoute, (municipality_id, topic_id)) is not None


def topic(topic_id: int) -> Topic:
    """A topic of the centre; raises NotFound when out of sight."""
    found = db.session.get(Topic, topic_id)
    if found is None:
        raise NotFound
    return found


def ticket(ticket_id: uuid.UUID) -> Ticket:
    """A ticket in sight; raises NotFound when absent or of a municipality or department out of sight."""
    found = db.session.scalar(sa.select(Ticket).where(Ticket.id == ticket_id))
    if found is None:
        raise NotFound
    return found


def head(ticket_id: uuid.UUID) -> Head:
    """A ticket with its municipality, topic and party in one question; raises NotFound as ``ticket`` does."""
    row = db.session.execute(
        sa.select(Ticket, Municipality, Topic, Party)
        .join(Municipality, Municipality.id == Ticket.municipality_id)
        .join(Topic, Topic.id == Ticket.topic_id)
        .outerjoin(Party, sa.and_(Party.municipality_id == Ticket.municipality_id, Party.id == Ticket.party_id))
        .where(Ticket.id == ticket_id)
    ).first()
    if row is None:
        raise NotFound
    return Head(*row)


def ticket_by_reference(reference: str, municipality_id: int | None = None) -> Ticket | None:
    """The ticket in sight with this reference, as it is written (BRI-26-004217)."""
    asked = sa.select(Ticket).where(Ticket.reference == reference)
    if municipality_id is None:
        # The index begins with the municipality; naming those in sight lets it be used.
        asked = asked.where(Ticket.municipality_id.in_(sa.select(Municipality.id)))
    else:
        asked = asked.where(Ticket.municipality_id == municipality_id)
    return db.session.scalars(asked.limit(1)).first()


def timeline(of: Ticket, *, with_merged: Sequence[uuid.UUID] = ()) -> list[Line]:
    """What happened to a ticket and what was written, newest first; with that of tickets merged into it."""
    events = db.session.scalars(
        sa.select(TicketEvent)
        .where(TicketEvent.municipality_id == of.municipality_id, TicketEvent.ticket_id.in_([of.id, *with_merged]))
        .order_by(TicketEvent.at.desc(), TicketEvent.id.desc())
        .limit(LONGEST_TIMELINE)
    ).all()
    written = {writing.id: writing for writing in writings(of, with_merged=with_merged)}
    told = {event.writing_id for event in events}
    # A reason is written for a move: one line tells both.
    acts = {event.writing_id for event in events if event.verb != "wrote"}
    lines = [
        Line(event.at, event, written.get(event.writing_id) if event.writing_id else None)
        for event in events
        if event.verb != "wrote" or event.writing_id not in acts
    ]
    # Text that came in without an event (an import) has its place by its own moment.
    lines += [Line(writing.at, None, writing) for writing in written.values() if writing.id not in told]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def writings(of: Ticket, *, with_merged: Sequence[uuid.UUID] = ()) -> list[Writing]:
    """All that was written about a ticket, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Writing)
            .where(Writing.municipality_id == of.municipality_id, Writing.ticket_id.in_([of.id, *with_merged]))
            .order_by(Writing.at, Writing.id)
            .limit(LONGEST_TIMELINE)
        )
    )


def writing(of: Ticket, writing_id: uuid.UUID) -> Writing:
    """A text of this ticket; raises NotFound when it is of another."""
    found = db.session.scalar(
        sa.select(Writing).where(
            Writing.municipality_id == of.municipality_id, Writing.ticket_id == of.id, Writing.id == writing_id
        )
    )
    if found is None:
        raise NotFound
    return found


def spoken(of: Ticket, *, with_merged: Sequence[uuid.UUID] = ()) -> list[Spoken]:
    """Who spoke about a ticket, newest contact first."""
    rows = db.session.execute(
        sa.select(
            Contact.at, Contact.channel, Involvement.role, Involvement.name, Involvement.number,
            Involvement.identity_check, Involvement.language,
        )
        .join(
            Contact,
            sa.and_(Contact.municipality_id == Involvement.municipality_id, Contact.id == Involvement.contact_id),
        )
        .where(Contact.municipality_id == of.municipality_id, Contact.ticket_id.in_([of.id, *with_merged]))
        .order_by(Contact.at.desc())
        .limit(50)
    )  # fmt: skip
    return [Spoken(*row) for row in rows]


def words_of_party(municipality_id: int, party_id: uuid.UUID) -> str:
    """Name, phone numbers and e-mail addresses of a party, as words by which its tickets are found."""
    here = sa.and_(Party.municipality_id == municipality_id, Party.id == party_id)
    reached = sa.and_(DigitalAddress.municipality_id == Party.municipality_id, DigitalAddress.party_id == Party.id)
    asked = sa.select(Party.name, DigitalAddress.address).outerjoin(DigitalAddress, reached).where(here)
    rows = db.session.execute(asked)
    found: dict[str, None] = {}
    for name, address in rows:
        found[name] = None
        if address:
            found[address] = None
    return " ".join(found)


def links_of(of: Ticket) -> list[Linked]:
    """Tickets that belong with this one, by links that were not undone."""
    other_id = sa.case((TicketLink.ticket_id == of.id, TicketLink.other_id), else_=TicketLink.ticket_id)
    rows = db.session.execute(
        sa.select(
            TicketLink.id, TicketLink.kind, TicketLink.other_id == of.id, Ticket.id, Ticket.reference, Ticket.status,
            Topic.name, TicketLink.undo != sa.cast("{}", TicketLink.undo.type),
        )
        .join(Ticket, sa.and_(Ticket.municipality_id == TicketLink.municipality_id, Ticket.id == other_id))
        .join(Topic, Topic.id == Ticket.topic_id)
        .where(
            TicketLink.municipality_id == of.municipality_id,
            sa.or_(TicketLink.ticket_id == of.id, TicketLink.other_id == of.id),
            TicketLink.undone_at.is_(None),
        )
        .order_by(TicketLink.at)
    )  # fmt: skip
    return [Linked(*row) for row in rows]


def link(of: Ticket, link_id: uuid.UUID) -> TicketLink:
    """A link of this ticket that was not undone; raises NotFound otherwise."""
    found = db.session.scalar(
        sa.select(TicketLink).where(
            TicketLink.municipality_id == of.municipality_id,
            TicketLink.id == link_id,
            sa.or_(TicketLink.ticket_id == of.id, TicketLink.other_id == of.id),
            TicketLink.undone_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found


def merged_into(of: Ticket) -> list[uuid.UUID]:
    """The tickets that were merged into this one: what was written there is shown here."""
    return list(
        db.session.scalars(
            sa.select(TicketLink.ticket_id).where(
                TicketLink.municipality_id == of.municipality_id,
                TicketLink.other_id == of.id,
                TicketLink.kind == "merged",
                TicketLink.undone_at.is_(None),
            )
        )
    )


def present(of: Ticket, *, but: uuid.UUID | None, at: datetime | None = None) -> list[uuid.UUID]:
    """The accounts that have this ticket open now, the latest first, ``but`` one's own."""
    return list(
        db.session.scalars(
            sa.select(TicketPresence.account_id)
            .where(
                TicketPresence.municipality_id == of.municipality_id,
                TicketPresence.ticket_id == of.id,
                TicketPresence.account_id.is_distinct_from(but),
                TicketPresence.seen_at > (at or now()) - PRESENT_FOR,
            )
            .order_by(TicketPresence.seen_at.desc())
        )
    )


def open_tickets_of_parties(
    municipality_id: int, party_ids: Sequence[uuid.UUID], most: int = 30
) -> dict[uuid.UUID, list[Ticket]]:
    """Questions that are not answered yet of each of these parties, newest first."""
    rows = db.session.scalars(
        sa.select(Ticket)
        .where(
            Ticket.municipality_id == municipality_id,
            Ticket.party_id.in_(party_ids),
            Ticket.answered_at.is_(None),
            Ticket.closed_at.is_(None),
        )
        .order_by(Ticket.opened_at.desc())
        .limit(most)
    )
    found: dict[uuid.UUID, list[Ticket]] = {}
    for ticket in rows:
        if ticket.party_id is not None:
            found.setdefault(ticket.party_id, []).append(ticket)
    return found


def open_tickets_of_party(municipality_id: int, party_id: uuid.UUID, most: int = 10) -> list[Ticket]:
    """Questions of a party that are not answered yet, newest first."""
    return list(
        db.session.scalars(
            sa.select(Ticket)
            .where(
                Ticket.municipality_id == municipality_id,
                Ticket.party_id == party_id,
                Ticket.answered_at.is_(None),
                Ticket.closed_at.is_(None),
            )
            .order_by(Ticket.opened_at.desc())
            .limit(most)
        )
    )


def contacts_of_tickets(municipality_id: int, ticket_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Contact]]:
    """The contacts about each of these tickets of one municipality, oldest first, in one query."""
    found: dict[uuid.UUID, list[Contact]] = {}
    for contact in db.session.scalars(
        sa.select(Contact)
        .where(Contact.municipality_id == municipality_id, Contact.ticket_id.in_(ticket_ids))
        .order_by(Contact.at)
    ):
        found.setdefault(contact.ticket_id, []).append(contact)
    return found


def recent_contacts_of_party(municipality_id: int, party_id: uuid.UUID, most: int = 5) -> list[RecentContact]:
    """What a party contacted this municipality about lately, newest first."""
    rows = db.session.execute(
        sa.select(Contact.at, Contact.channel, Contact.outcome, Ticket.id, Ticket.reference, Topic.name)
        .join(Ticket, sa.and_(Ticket.municipality_id == Contact.municipality_id, Ticket.id == Contact.ticket_id))
        .join(Topic, Topic.id == Contact.topic_id)
        .where(Ticket.municipality_id == municipality_id, Ticket.party_id == party_id)
        .order_by(Contact.at.desc())
        .limit(most)
    )
    return [RecentContact(*row) for row in rows]
