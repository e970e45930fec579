"""Writers of what a former system knew: questions with their first contact, and later contacts about them.

They keep their own dates, so statistics count them where they belong. A closed question has no term any more; an open one
gets the term of its own day. Nothing is mailed, nothing waits in the queue, and no party is made of a name in an old file:
people are found by the words, as in any question. There is no line on the timeline: texts stand there by their own moment.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from kcc.contacts.models import Contact, Involvement, Ticket, TicketCounter
from kcc.contacts.models_written import TicketTerms, Writing
from kcc.contacts.rules import number_words, reference
from kcc.core.bulk import bulk_insert
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.search_text import to_tsvector_text
from kcc.imports import queries, queries_tickets
from kcc.imports.actions_writing import WRITERS, Batch, Row, Writer
from kcc.imports.models import ImportRun
from kcc.imports.rules import ZONE
from kcc.municipalities import queries as municipalities
from kcc.parties.queries import follow_key

COLUMNS: dict[str, tuple[str, ...]] = {
    "ticket": tuple(
        "id municipality_id reference topic_id channel status priority opened_at due_at answered_at closed_at changed_at"
        " anonymous department_ids version".split()
    ),
    "contact": tuple("id municipality_id centre_id ticket_id topic_id at channel outcome follow_key".split()),
    "involvement": tuple("municipality_id contact_id ticket_id role name number email identity_check language".split()),
    "writing": tuple("id municipality_id ticket_id at kind internal body".split()),
    "ticket_terms": tuple("municipality_id ticket_id opened_at terms".split()),
}
ORIGIN = "Overgenomen uit het vorige systeem. Kenmerk daar: "
ANSWERED = ("answered", "transferred", "referred")


@dataclass
class Making:
    """What one chunk needs at hand, and its rows so far, by table."""

    batch: Batch
    town_id: int
    centre_id: int
    short_code: str
    data_key: bytes
    made: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: Batch) -> Making:
        """For a chunk of a run."""
        town = municipalities.municipality(batch.town_id)
        return cls(batch, town.id, town.centre_id, town.short_code, current_app.config["SETTINGS"].data_key)

    def add(self, table: str, **values: Any) -> None:
        """Keep a row for a table."""
        values["municipality_id"] = self.town_id
        self.made.setdefault(table, []).append(tuple(values[name] for name in COLUMNS[table]))

    def put_in(self) -> None:
        """Insert every row, tables in the order of their references."""
        for table, columns in COLUMNS.items():
            if rows := self.made.get(table):
                bulk_insert(table, columns, rows)

    def contact(
        self, ticket_id: uuid.UUID, topic_id: int, values: dict[str, Any], at: datetime, outcome: str
    ) -> uuid.UUID:
        """A contact with whoever spoke, and by which number a repeat is recognised."""
        made, number = new_id(), values["phone"] or ""
        key = follow_key(self.data_key, self.town_id, party_id=None, number=number) if number else None
        self.add(
            "contact", id=made, centre_id=self.centre_id, ticket_id=ticket_id, topic_id=topic_id, at=at,
            channel=values["channel"] or "other", outcome=outcome, follow_key=key,
        )  # fmt: skip
        if values["citizen"] or number or values["email"]:
            self.add(
                "involvement", contact_id=made, ticket_id=ticket_id, role="customer", name=values["citizen"] or "", number=number,
                email=values["email"] or "", identity_check="none", language="nl",
            )  # fmt: skip
        return made

    def write(self, ticket_id: uuid.UUID, at: datetime, kind: str, internal: bool, body: str | None) -> str:
        """A text of a ticket, when there is one; returns its id, or nothing."""
        if not body:
            return ""
        made = new_id()
        self.add("writing", id=made, ticket_id=ticket_id, at=at, kind=kind, internal=internal, body=body)
        return str(made)


def _write_tickets(batch: Batch) -> None:
    known = queries.records(batch.town_id, "tickets", [row.values["source_reference"] for row in batch.rows])
    topics, departments = (
        queries_tickets.topics_by_name(batch.town_id),
        queries_tickets.departments_by_name(batch.town_id),
    )
    other = next((one for one in topics.values() if one[0] == batch.run.options.get("other_topic")), None)
    wanted = []
    for row in _first_of(batch, "source_reference"):
        given = row.values
        if given["source_reference"] in known:
            batch.unchanged += 1
        elif fault := _fault(given, topics if other is None else None, departments):
            batch.refuse(row, *fault)
        else:
            wanted.append(row)
    making = Making.of(batch)
    terms = queries_tickets.Terms(batch.town_id)
    numbers = _reserve(making, wanted)
    for row in wanted:
        given = row.values
        topic = topics.get(given["topic"].lower()) or other
        assert topic is not None  # a row without one was refused
        department = departments.get((given["department"] or "").lower())
        name = reference(making.short_code, _year(given["opened_at"]), next(numbers[_year(given["opened_at"])]))
        ticket_id = _ticket(making, given, topic, [department] if department else [], name, terms)
        batch.made.append((given["source_reference"], str(ticket_id)))
    making.put_in()
    batch.added += len(wanted)


def _first_of(batch: Batch, name: str) -> list[Row]:
    """Rows with a reference that none before them in this chunk has; the others are refused."""
    seen: set[str] = set()
    found = []
    for row in batch.rows:
        if row.values[name] in seen:
            batch.refuse(row, name, "twice")
        else:
            seen.add(row.values[name])
            found.append(row)
    return found


def _fault(given: dict[str, Any], topics: dict[str, Any] | None, departments: dict[str, int]) -> tuple[str, str] | None:
    if topics is not None and given["topic"].lower() not in topics:
        return "topic", "unknown_topic"
    if given["department"] and given["department"].lower() not in departments:
        return "department", "unknown_department"
    if given["opened_at"] > now():
        return "opened_at", "future"
    if given["closed_at"] and given["closed_at"] > now():
        return "closed_at", "future"
    if given["closed_at"] and given["closed_at"] < given["opened_at"]:
        return "closed_at", "before"
    return None


def _year(at: datetime) -> int:
    return at.astimezone(ZONE).year


def _reserve(making: Making, rows: Sequence[Row]) -> dict[int, Any]:
    """Numbers for the references of a chunk, all of one year at once."""
    found = {}
    for year, count in sorted(Counter(_year(row.values["opened_at"]) for row in rows).items()):
        counted = (
            insert(TicketCounter)
            .values(municipality_id=making.town_id, year=year, last_number=count)
            .on_conflict_do_update(
                index_elements=["municipality_id", "year"], set_={"last_number": TicketCounter.last_number + count}
            )
            .returning(TicketCounter.last_number)
        )
        last = db.session.scalars(counted).one()
        found[year] = iter(range(last - count + 1, last + 1))
    return found


def _ticket(
    making: Making,
    given: dict[str, Any],
    topic: tuple[int, str],
    departments: list[int],
    name: str,
    terms: queries_tickets.Terms,
) -> uuid.UUID:
    made = new_id()
    opened, closed, channel = given["opened_at"].astimezone(UTC), given["closed_at"], given["channel"] or "other"
    outcome = given["outcome"] or ("answered" if closed else "received")
    making.add(
        "ticket", id=made, reference=name, topic_id=topic[0], channel=channel, status="closed" if closed else "open", priority=2,
        opened_at=opened, due_at=None if closed else terms.due_at(topic[0], channel, opened),
        answered_at=closed if closed and outcome in ANSWERED else None, closed_at=closed, changed_at=closed or opened,
        anonymous=False, department_ids=departments, version=1,
    )  # fmt: skip
    making.contact(made, topic[0], given, opened, outcome)
    origin = ORIGIN + given["source_reference"]
    if given["topic"].lower() != topic[1].lower():
        origin += f"\nOnderwerp daar: {given['topic']}"
    making.write(made, opened, "note", True, origin)
    making.write(made, opened, "question", False, given["question"])
    making.write(made, closed or opened, "answer", False, given["answer"])
    words = " ".join(
        str(given[key])
        for key in ("topic", "source_reference", "citizen", "phone", "email", "question", "answer")
        if given[key]
    )
    found_by = to_tsvector_text(f"{name} {topic[1]} {words} {number_words(words)}")
    making.add("ticket_terms", ticket_id=made, opened_at=opened, terms=found_by)
    return made


def _write_contacts(batch: Batch) -> None:
    known = queries.records(batch.town_id, "contacts", [row.values["contact_reference"] for row in batch.rows])
    sources = queries.records(batch.town_id, "tickets", [row.values["source_reference"] for row in batch.rows])
    tickets = queries_tickets.tickets_by_id(batch.town_id, [uuid.UUID(record.subject) for record in sources.values()])
    making = Making.of(batch)
    told: set[uuid.UUID] = set()
    for row in _first_of(batch, "contact_reference"):
        given = row.values
        source = sources.get(given["source_reference"])
        ticket = tickets.get(uuid.UUID(source.subject)) if source else None
        if given["contact_reference"] in known:
            batch.unchanged += 1
        elif ticket is None:
            batch.refuse(row, "source_reference", "unknown_ticket")
        elif given["at"] > now():
            batch.refuse(row, "at", "future")
        else:
            at = given["at"].astimezone(UTC)
            contact_id = making.contact(ticket.id, ticket.topic_id, given, at, given["outcome"] or "answered")
            note = making.write(ticket.id, at, "note", True, given["note"])
            batch.made.append((given["contact_reference"], f"{contact_id}|{note}|{ticket.id}"))
            batch.added += 1
            told.add(ticket.id)
    making.put_in()
    _index_anew(batch.town_id, told)


def _index_anew(town_id: int, ids: set[uuid.UUID]) -> None:
    """Let tickets be found by the words that they hold now."""
    rows = [
        {
            "municipality_id": town_id,
            "ticket_id": ticket_id,
            "opened_at": at,
            "words": to_tsvector_text(f"{text} {number_words(text)}"),
        }
        for ticket_id, (at, text) in queries_tickets.words_of(town_id, ids).items()
    ]
    if rows:
        laid = insert(TicketTerms).values(terms=sa.cast(sa.bindparam("words"), TSVECTOR))
        db.session.execute(
            laid.on_conflict_do_update(
                index_elements=["municipality_id", "ticket_id"], set_={"terms": laid.excluded.terms}
            ),
            rows,
        )


def _remove_tickets(run: ImportRun, subjects: Sequence[str]) -> set[str]:
    """A question that somebody worked on since, that got another contact, or that moved to a successor, stays."""
    ids = [uuid.UUID(subject) for subject in subjects]
    here = queries_tickets.tickets_by_id(run.municipality_id, ids)
    stays = queries_tickets.worked_on(run.municipality_id, ids) | {one for one in ids if one not in here}
    gone = [one for one in ids if one not in stays]
    for model in (TicketTerms, Involvement, Writing, Contact):
        _delete(model, model.ticket_id, run, gone)
    _delete(Ticket, Ticket.id, run, gone)
    return {str(one) for one in stays}


def _remove_contacts(run: ImportRun, subjects: Sequence[str]) -> set[str]:
    """The contact, who spoke and the note that came with it; then the question is no longer found by their words."""
    parts = [subject.split("|") for subject in subjects]
    contacts = [uuid.UUID(contact) for contact, _note, _ticket in parts]
    _delete(Involvement, Involvement.contact_id, run, contacts)
    _delete(Contact, Contact.id, run, contacts)
    _delete(Writing, Writing.id, run, [uuid.UUID(note) for _contact, note, _ticket in parts if note])
    _index_anew(run.municipality_id, {uuid.UUID(ticket) for _contact, _note, ticket in parts})
    return set()


def _delete(model: Any, column: Any, run: ImportRun, ids: Sequence[uuid.UUID]) -> None:
    db.session.execute(
        sa.delete(model)
        .where(model.municipality_id == run.municipality_id, column.in_(ids))
        .execution_options(synchronize_session=False)
    )


WRITERS["tickets"] = Writer(_write_tickets, _remove_tickets)
WRITERS["contacts"] = Writer(_write_contacts, _remove_contacts)
