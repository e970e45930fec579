"""What old questions and contacts are laid beside: topics, departments, numbers given out, and tickets taken over before."""

from __future__ import annotations

import uuid
from bisect import bisect_left
from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from kcc.contacts.models import Contact, Involvement, Ticket, TicketEvent
from kcc.contacts.models_written import Writing
from kcc.core.db import db
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules as calendars
from kcc.municipalities.models import Department, ServiceAgreement, Topic, TopicRoute


def topics_by_name(municipality_id: int) -> dict[str, tuple[int, str]]:
    """Topics of a town, also those it no longer offers, by name, key and synonym in small letters: id and name."""
    rows = db.session.execute(
        sa.select(Topic.id, Topic.name, Topic.key, Topic.synonyms)
        .join(TopicRoute, TopicRoute.topic_id == Topic.id)
        .where(TopicRoute.municipality_id == municipality_id)
        .order_by(Topic.id)
    ).all()
    found: dict[str, tuple[int, str]] = {}
    for name_of in (lambda row: [row.name, row.key], lambda row: row.synonyms):
        for row in rows:
            for name in name_of(row):
                found.setdefault(name.lower(), (row.id, row.name))
    return found


def departments_by_name(municipality_id: int) -> dict[str, int]:
    """Departments of a town by name and key in small letters."""
    rows = db.session.execute(
        sa.select(Department.id, Department.name, Department.key).where(Department.municipality_id == municipality_id)
    ).all()
    return {name.lower(): row.id for row in rows for name in (row.key, row.name)}


def tickets_by_id(municipality_id: int, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Ticket]:
    """Tickets of a town by their ids."""
    rows = db.session.scalars(sa.select(Ticket).where(Ticket.municipality_id == municipality_id, Ticket.id.in_(ids)))
    return {row.id: row for row in rows}


def worked_on(municipality_id: int, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Tickets that somebody did something with since they were taken over, or that have more than their one contact."""
    changed = sa.select(Ticket.id).where(
        Ticket.municipality_id == municipality_id, Ticket.id.in_(ids), Ticket.version > 1
    )
    told = sa.select(TicketEvent.ticket_id).where(
        TicketEvent.municipality_id == municipality_id, TicketEvent.ticket_id.in_(ids)
    )
    more = (
        sa.select(Contact.ticket_id)
        .where(Contact.municipality_id == municipality_id, Contact.ticket_id.in_(ids))
        .group_by(Contact.ticket_id)
        .having(sa.func.count() > 1)
    )
    return set(db.session.scalars(sa.union(changed, told, more)))


class Terms:
    """When answers to a town's questions are due; looks each agreement and each year's calendar up once."""

    def __init__(self, municipality_id: int) -> None:
        self.town = municipality_id
        self.terms: dict[tuple[int, str, int], calendars.Term] = {}
        self.years: dict[int, calendars.Calendar] = {}
        agreed = db.session.execute(
            sa.select(ServiceAgreement.valid_from, ServiceAgreement.valid_to).where(
                ServiceAgreement.municipality_id == municipality_id
            )
        )
        # Between two of these days the same agreements hold.
        self.changes = sorted({day for row in agreed for day in (row.valid_from, row.valid_to) if day})

    def due_at(self, topic_id: int, channel: str, at: datetime) -> datetime:
        """The moment (UTC) at which an answer to a question of ``at`` is due, by what was agreed then."""
        day = at.date()
        period = 2 * bisect_left(self.changes, day) + (day in self.changes)
        key = (topic_id, channel, period)
        if key not in self.terms:
            self.terms[key] = municipalities.term_for(self.town, topic_id, channel, at)
        if at.year not in self.years:
            self.years[at.year] = municipalities.calendar_of(self.town, at)
        return calendars.due_at(self.years[at.year], at, self.terms[key])


def words_of(municipality_id: int, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[datetime, str]]:
    """Of each ticket its moment, and all the words by which it is found: reference, topic, texts, and who spoke."""
    found: dict[uuid.UUID, tuple[datetime, list[str]]] = {}
    heads = db.session.execute(
        sa.select(Ticket.id, Ticket.opened_at, Ticket.reference, Topic.name)
        .join(Topic, Topic.id == Ticket.topic_id)
        .where(Ticket.municipality_id == municipality_id, Ticket.id.in_(ids))
    )
    for row in heads:
        found[row.id] = (row.opened_at, [row.reference, row.name])
    of_town = Writing.municipality_id == municipality_id
    for ticket_id, body in db.session.execute(
        sa.select(Writing.ticket_id, Writing.body).where(of_town, Writing.ticket_id.in_(ids))
    ):
        found[ticket_id][1].append(body)
    spoke = sa.select(Involvement.ticket_id, Involvement.name, Involvement.number, Involvement.email).where(
        Involvement.municipality_id == municipality_id, Involvement.ticket_id.in_(ids)
    )
    for ticket_id, *words in db.session.execute(spoke):
        found[ticket_id][1].extend(words)
    return {ticket_id: (at, " ".join(filter(None, words))) for ticket_id, (at, words) in found.items()}
