"""Lists of tickets: by filter, by words, and the views that people keep of them. Keyset paging: no counts, no offsets."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kcc.contacts import rules
from kcc.contacts.models import UNANSWERED, Ticket
from kcc.contacts.models_written import Writing
from kcc.contacts.rules_lists import MOST_VIEWS, Show, TicketFilter
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.search_text import to_tsquery_text
from kcc.municipalities.models import Department, Topic
from kcc.people.models import SavedView

LIST_NAME = "tickets"
FIRST_WORDS = 160
ZONE = ZoneInfo("Europe/Amsterdam")


class Place(NamedTuple):
    """Where a page of a list ended: the term or moment of its last row (None: without term), and its id."""

    at: datetime | None
    ticket_id: uuid.UUID


@dataclass(frozen=True)
class Row:
    """A ticket as a list shows it."""

    id: uuid.UUID
    municipality_id: int
    reference: str
    topic_id: int
    channel: str
    status: str
    priority: int
    opened_at: datetime
    due_at: datetime | None
    opened_by_id: uuid.UUID | None
    department_ids: list[int]


COLUMNS = (
    Ticket.id, Ticket.municipality_id, Ticket.reference, Ticket.topic_id, Ticket.channel, Ticket.status,
    Ticket.priority, Ticket.opened_at, Ticket.due_at, Ticket.opened_by_id, Ticket.department_ids,
)  # fmt: skip


def tickets(
    asked: TicketFilter,
    *,
    municipality_ids: Sequence[int],
    topic_ids: Collection[int] | None,
    account_id: uuid.UUID | None,
    after: Place | None,
    most: int,
    at: datetime | None = None,
) -> list[Row]:
    """Tickets of these municipalities as the filter asks, ``most`` at a time; ``topic_ids`` are those of its group.

    Each municipality's own index gives its first rows, which are then merged: a list of ten towns reads ten short pieces
    of index instead of sorting all of their tickets.
    """
    moment = at or now()
    values = {
        "towns": list(municipality_ids),
        "topics": list(topic_ids or ()),
        "me": account_id,
        "at": moment,
        "midnight": moment.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0),
        "place_at": after and after.at,
        "place_id": after and after.ticket_id,
        "most": most,
    }
    shape = _Shape(
        replace(asked, municipality_id=None, group_id=None),
        has_topics=topic_ids is not None,
        is_next=after is not None,
        past_terms=after is not None and after.at is None,
    )
    return [Row(*row) for row in db.session.execute(_statement(shape), values)]


class _Shape(NamedTuple):
    """What makes one query of lists differ from another; everything else is a value."""

    asked: TicketFilter
    has_topics: bool
    is_next: bool
    past_terms: bool


@lru_cache(maxsize=256)
def _statement(shape: _Shape) -> sa.Select[Any]:
    """The query of one shape: putting it together takes longer than asking it, and there are few of them."""
    asked = shape.asked
    towns = (
        sa.func.unnest(sa.bindparam("towns", type_=ARRAY(sa.Integer)))
        .table_valued("id", name="town")
        .render_derived()
    )  # fmt: skip
    conditions = [Ticket.municipality_id == towns.c.id, *_conditions(asked)]
    if shape.has_topics:
        conditions.append(Ticket.topic_id == sa.any_(sa.bindparam("topics", type_=ARRAY(sa.Integer))))
    if asked.mine:
        conditions.append(Ticket.opened_by_id == sa.bindparam("me", type_=sa.Uuid()))
    if shape.is_next:
        conditions.append(_after(shape))
    most = sa.bindparam("most", type_=sa.Integer())
    piece = sa.select(*COLUMNS).where(*conditions).order_by(*_order(asked, Ticket)).limit(most).lateral("piece")
    return sa.select(piece).select_from(towns.join(piece, sa.true())).order_by(*_order(asked, piece.c)).limit(most)


def _order(asked: TicketFilter, of: Any) -> tuple[Any, ...]:
    return (of.due_at, of.id) if asked.by_due else (of.opened_at.desc(), of.id.desc())


def _after(shape: _Shape) -> Any:
    place_id = sa.bindparam("place_id", type_=sa.Uuid())
    here = sa.tuple_(sa.bindparam("place_at", type_=sa.DateTime(timezone=True)), place_id)
    if not shape.asked.by_due:
        return sa.tuple_(Ticket.opened_at, Ticket.id) < here
    if shape.past_terms:
        return sa.and_(Ticket.due_at.is_(None), Ticket.id > place_id)
    return sa.or_(sa.tuple_(Ticket.due_at, Ticket.id) > here, Ticket.due_at.is_(None))


def _conditions(asked: TicketFilter) -> list[Any]:
    conditions: list[Any] = []
    if asked.overdue or (asked.show == Show.OPEN and not asked.today):
        # Written out, so that the planner knows the index of open tickets to fit.
        conditions.append(sa.text(f"ticket.{UNANSWERED}"))
    elif asked.show != Show.ALL:
        conditions.append(Ticket.status == str(asked.show))
    if asked.status is not None:
        conditions.append(Ticket.status == str(asked.status))
    if asked.overdue:
        conditions.append(Ticket.due_at < sa.bindparam("at", type_=sa.DateTime(timezone=True)))
    if asked.today:
        conditions.append(Ticket.opened_at >= sa.bindparam("midnight", type_=sa.DateTime(timezone=True)))
    if asked.channel is not None:
        conditions.append(Ticket.channel == str(asked.channel))
    if asked.priority is not None:
        conditions.append(Ticket.priority == int(asked.priority))
    return conditions


def found(text: str, *, before: Place | None, most: int) -> list[Row]:
    """Tickets in sight that hold all these words, newest first; nothing for text without a word to look for.

    The database's own function finds the ids within the scope; the rows themselves are read under the row policies.
    """
    query = to_tsquery_text(rules.search_words(text))
    if not query:
        return []
    ids = db.session.execute(
        sa.text("select municipality_id, ticket_id from kcc_find_tickets(:query, :at, :id, :most)"),
        {"query": query, "at": before and before.at, "id": before and before.ticket_id, "most": most},
    ).all()
    if not ids:
        return []
    rows = db.session.execute(
        sa.select(*COLUMNS)
        .where(
            Ticket.municipality_id.in_({row.municipality_id for row in ids}),
            Ticket.id.in_([row.ticket_id for row in ids]),
        )
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(most)
    )
    return [Row(*row) for row in rows]


def tickets_of_party(
    municipality_id: int, party_id: uuid.UUID, *, after: Place | None = None, most: int = 20
) -> list[Row]:
    """Every question of one party of one municipality, newest first, open or closed."""
    asked = sa.select(*COLUMNS).where(Ticket.municipality_id == municipality_id, Ticket.party_id == party_id)
    if after is not None:
        asked = asked.where(sa.tuple_(Ticket.opened_at, Ticket.id) < (after.at, after.ticket_id))
    rows = db.session.execute(asked.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(most))
    return [Row(*row) for row in rows]


def first_words(rows: Sequence[Row]) -> dict[uuid.UUID, str]:
    """The beginning of each ticket's question, in one query."""
    if not rows:
        return {}
    asked = (
        sa.select(Writing.ticket_id, sa.func.left(Writing.body, FIRST_WORDS))
        .distinct(Writing.ticket_id)
        .where(
            Writing.municipality_id.in_({row.municipality_id for row in rows}),
            Writing.ticket_id.in_([row.id for row in rows]),
            Writing.kind == "question",
        )
        .order_by(Writing.ticket_id, Writing.at)
    )
    return {row[0]: row[1] for row in db.session.execute(asked)}


def department_names(department_ids: Collection[int]) -> dict[int, str]:
    """Names of departments by id; ids out of sight are left out."""
    if not department_ids:
        return {}
    asked = sa.select(Department.id, Department.name).where(Department.id.in_(department_ids))
    return {row[0]: row[1] for row in db.session.execute(asked)}


def topics() -> dict[int, tuple[str, str]]:
    """Name and group of each topic in sight, by id, in the order of groups and names."""
    asked = sa.select(Topic.id, Topic.name, Topic.group_name).order_by(Topic.group_name, Topic.name)
    return {topic_id: (name, group) for topic_id, name, group in db.session.execute(asked)}


def saved_views() -> list[SavedView]:
    """One's own views of this list, in their order."""
    return list(
        db.session.scalars(
            sa.select(SavedView)
            .where(SavedView.list_name == LIST_NAME)
            .order_by(SavedView.position, SavedView.name)
            .limit(MOST_VIEWS)
        )
    )


def saved_view(view_id: uuid.UUID) -> SavedView:
    """One of one's own views; raises NotFound for anybody else's."""
    view = db.session.scalar(sa.select(SavedView).where(SavedView.id == view_id, SavedView.list_name == LIST_NAME))
    if view is None:
        raise NotFound
    return view
