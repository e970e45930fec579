"""The list behind a number: the very rows that it counts, as facts, newest first."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kcc.contacts.models import Contact, Ticket
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.insight.queries_measures import MEASURES
from kcc.insight.rules_figures import Selection
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Department, Municipality, Topic

HAS_TOPIC = frozenset(name for name, source in MEASURES.items() if source == MEASURES["questions"])
"""The measures that can be narrowed to one topic."""


@dataclass(frozen=True)
class Narrowing:
    """Which of a measure's rows: of one municipality and one topic, or of all that the scope shows (None)."""

    measure: str
    municipality_id: int | None = None
    topic_id: int | None = None


@dataclass(frozen=True)
class Fact:
    """A row behind a number. ``tickets`` are (id, reference); all times are UTC."""

    id: uuid.UUID
    at: datetime
    municipality_id: int
    channel: str | None
    tickets: tuple[tuple[uuid.UUID, str], ...]
    topic_id: int | None
    status: str | None
    due_at: datetime | None
    done_at: datetime | None
    departments: tuple[int, ...]


def count_behind(selection: Selection, narrowing: Narrowing) -> int:
    """How many rows stand behind a number. Raises NotFound for an unknown measure."""
    row, wanted = _rows(selection, narrowing)
    return db.session.execute(sa.select(sa.func.count()).select_from(row).where(*wanted)).scalar_one()


def facts_behind(
    selection: Selection, narrowing: Narrowing, after: tuple[datetime, uuid.UUID] | None, limit: int
) -> list[Fact]:
    """At most ``limit`` rows behind a number, newest first, from ``after`` (moment, id) on. Raises NotFound."""
    row, wanted = _rows(selection, narrowing)
    if after is not None:
        wanted.append(sa.tuple_(row.c.at, row.c.id) < sa.tuple_(*map(sa.literal, after)))
    shown = sa.select(row).where(*wanted).order_by(row.c.at.desc(), row.c.id.desc()).limit(limit)
    if narrowing.measure == "conversations":
        return _conversations(list(db.session.execute(shown).mappings()))
    part = shown.subquery("shown")
    ticket_id = part.c.ticket_id if "ticket_id" in part.c else part.c.id
    statement = (
        sa.select(
            part,
            Ticket.id.label("its_ticket"),
            Ticket.reference,
            Ticket.topic_id.label("its_topic"),
            Ticket.status,
            Ticket.channel.label("its_channel"),
            Ticket.due_at.label("its_due"),
            Ticket.answered_at,
            Ticket.closed_at,
            Ticket.department_ids,
        )
        .join(Ticket, sa.and_(Ticket.municipality_id == part.c.municipality_id, Ticket.id == ticket_id))
        .order_by(part.c.at.desc(), part.c.id.desc())
    )
    return [_fact(found) for found in db.session.execute(statement).mappings()]


def towns_by_id() -> dict[int, Municipality]:
    """The municipalities of this scope."""
    return {town.id: town for town in db.session.scalars(sa.select(Municipality).order_by(Municipality.name))}


def department_names(ids: Iterable[int]) -> dict[int, str]:
    """Names of departments by id, for lists."""
    rows = db.session.execute(sa.select(Department.id, Department.name).where(Department.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def topic_name(topic_id: int) -> str:
    """The name of one topic. Raises NotFound."""
    name = db.session.scalar(sa.select(Topic.name).where(Topic.id == topic_id))
    if name is None:
        raise NotFound
    return name


def _rows(selection: Selection, narrowing: Narrowing) -> tuple[sa.Subquery, list[sa.ColumnElement[bool]]]:
    if narrowing.measure not in MEASURES:
        raise NotFound
    rows, conditions = MEASURES[narrowing.measure]
    row = rows(selection)
    wanted: list[sa.ColumnElement[bool]] = [conditions(row, selection)[narrowing.measure], row.c.current]
    if narrowing.municipality_id is not None:
        earlier = [old for old, heir in municipalities.heirs().items() if heir == narrowing.municipality_id]
        wanted.append(row.c.municipality_id.in_([narrowing.municipality_id, *earlier]))
    if narrowing.topic_id is not None:
        if narrowing.measure not in HAS_TOPIC:
            raise NotFound
        wanted.append(row.c.topic_id == narrowing.topic_id)
    return row, wanted


def _fact(found: Any) -> Fact:
    own_department = found.get("department_id")
    return Fact(
        id=found["id"],
        at=found["at"],
        municipality_id=found["municipality_id"],
        channel=found.get("channel") or found["its_channel"],
        tickets=((found["its_ticket"], found["reference"]),),
        topic_id=found.get("topic_id") or found["its_topic"],
        status=found["status"],
        due_at=found.get("due_at") or found["its_due"],
        done_at=found.get("met_at") or found["answered_at"] or found["closed_at"],
        departments=(own_department,) if own_department else tuple(found["department_ids"]),
    )


def _conversations(rows: Sequence[Any]) -> list[Fact]:
    """Facts of conversations, with the tickets of this scope that came of them."""
    if not rows:
        return []
    tickets: dict[uuid.UUID, dict[uuid.UUID, str]] = defaultdict(dict)
    # Questions are registered when a call is finished, so never before it began.
    first = min(row["at"] for row in rows)
    found = db.session.execute(
        sa.select(Contact.conversation_id, Ticket.id, Ticket.reference)
        .join(Ticket, sa.and_(Ticket.municipality_id == Contact.municipality_id, Ticket.id == Contact.ticket_id))
        .where(Contact.conversation_id.in_([row["id"] for row in rows]), Contact.at >= first)
        .order_by(Ticket.reference)
    )
    for conversation_id, ticket_id, reference in found:
        if conversation_id is not None:
            tickets[conversation_id][ticket_id] = reference
    return [
        Fact(
            id=row["id"], at=row["at"], municipality_id=row["municipality_id"], channel=row["channel"],
            tickets=tuple(tickets[row["id"]].items()), topic_id=None, status=None, due_at=None,
            done_at=row["ended_at"], departments=(),
        )
        for row in rows
    ]  # fmt: skip
