"""Figures per municipality for a period and the one before it, in one pass over each kind of fact."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import ROLE_PERMISSIONS, Permission, Role
from kcc.insight import queries_measures as measures
from kcc.insight.rules_figures import Figures, Selection
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality, ServiceAgreement, Topic
from kcc.people.models import Membership


@dataclass(frozen=True)
class TopicName:
    """A topic as statistics name it."""

    id: int
    name: str
    group: str


@dataclass(frozen=True)
class Counted:
    """Everything that one page of figures shows, by municipality id; ``topics`` counts questions by (topic, town)."""

    now: dict[int, Figures]
    before: dict[int, Figures]
    topics: dict[tuple[int, int], int]
    hours: list[int]
    heirs: dict[int, int]
    """For each town that merged, the one under which it is counted."""


def topics() -> list[TopicName]:
    """The topics of this scope's centres, by group and name."""
    rows = db.session.execute(sa.select(Topic.id, Topic.name, Topic.group_name).order_by(Topic.group_name, Topic.name))
    return [TopicName(row.id, row.name, row.group_name) for row in rows]


def agreed_percentages(on: date, channel: str = "phone") -> dict[int, int]:
    """The percentage that each municipality agreed for a channel on a day; towns without agreement are left out."""
    rows = db.session.execute(
        sa.select(ServiceAgreement.municipality_id, ServiceAgreement.percent)
        .where(
            ServiceAgreement.channel == channel,
            ServiceAgreement.valid_from <= on,
            sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= on),
        )
        .order_by(ServiceAgreement.valid_from)
    )
    return {row.municipality_id: row.percent for row in rows}


def towns_with_tickets(account_id: uuid.UUID) -> frozenset[int]:
    """The municipalities of this scope in which the account may also read tickets, so need not be kept from detail."""
    roles = [role.value for role in Role if Permission.TICKET_READ in ROLE_PERMISSIONS[role]]
    moment = now()
    return frozenset(
        db.session.scalars(
            sa.select(Membership.municipality_id).where(
                Membership.account_id == account_id,
                Membership.role.in_(roles),
                Membership.valid_from <= moment,
                sa.or_(Membership.valid_to.is_(None), Membership.valid_to > moment),
            )
        )
    )


def count(selection: Selection, towns: Sequence[Municipality]) -> Counted:
    """All figures of the selection, for the given municipalities: five queries, whatever the number of towns.

    What was done for a town that merged counts for the one that it is part of now.
    """
    collected: dict[tuple[bool, int], dict[str, Any]] = defaultdict(dict)
    hours = [0] * 24
    topic_counts: dict[tuple[int, int], int] = {}
    heirs = municipalities.heirs()
    _count_conversations(selection, collected, hours, heirs)
    _count_contacts(selection, collected, topic_counts, heirs)
    _count_simple(selection, measures.tasks, measures.of_tasks, collected, heirs)
    _count_simple(selection, measures.open_tickets, measures.of_tickets, collected, heirs)
    return Counted(
        now={town.id: Figures(**collected[True, town.id]) for town in towns},
        before={town.id: Figures(**collected[False, town.id]) for town in towns},
        topics=topic_counts,
        hours=hours,
        heirs=heirs,
    )


def _count_conversations(
    selection: Selection, collected: dict[tuple[bool, int], dict[str, Any]], hours: list[int], heirs: dict[Any, Any]
) -> None:
    row = measures.conversations(selection)
    c = row.c
    # By channel and by hour in one pass: a row has the one or the other.
    sets = sa.func.grouping_sets(sa.tuple_(c.current, c.municipality_id, c.channel), sa.tuple_(c.current, c.hour))
    statement = sa.select(c.current, c.municipality_id, c.channel, c.hour, sa.func.count()).group_by(sets)
    for current, town, channel, hour, number in db.session.execute(statement).tuples():
        if hour is not None:
            hours[int(hour)] += number if current else 0
            continue
        values = collected[current, heirs.get(town, town)]  # type: ignore[index]
        values["conversations"] = values.get("conversations", 0) + number
        values.setdefault("conversations_by_channel", Counter())[channel] += number


def _count_contacts(
    selection: Selection, collected: dict[tuple[bool, int], dict[str, Any]], topic_counts: dict[tuple[int, int], int],
    heirs: dict[Any, Any],
) -> None:  # fmt: skip
    row = measures.contacts(selection)
    c = row.c
    conditions = measures.of_contacts(row, selection)
    sums = {"talk_seconds": c.talk_seconds, "wrap_up_seconds": c.wrap_up_seconds}
    # By channel and by topic in one pass: a row has the one or the other. The first measure is all questions.
    statement = sa.select(
        c.current,
        c.municipality_id,
        c.channel,
        c.topic_id,
        *(sa.func.count().filter(condition).label(name) for name, condition in conditions.items()),
        *(sa.func.coalesce(sa.func.sum(column), 0).label(name) for name, column in sums.items()),
    ).group_by(
        sa.func.grouping_sets(
            sa.tuple_(c.current, c.municipality_id, c.channel), sa.tuple_(c.current, c.municipality_id, c.topic_id)
        )
    )
    names = (*conditions, *sums)
    for current, of_town, channel, topic, *numbers in db.session.execute(statement).tuples():
        town: Any = heirs.get(of_town, of_town)
        if channel is None:
            if current:
                topic_counts[topic, town] = topic_counts.get((topic, town), 0) + numbers[0]
            continue
        values = collected[current, town]
        for name, number in zip(names, numbers, strict=True):
            values[name] = values.get(name, 0) + int(number)
        values.setdefault("questions_by_channel", Counter())[channel] += numbers[0]


def _count_simple(
    selection: Selection, rows: Any, conditions_of: Any, collected: dict[tuple[bool, int], dict[str, Any]],
    heirs: dict[Any, Any],
) -> None:  # fmt: skip
    row = rows(selection)
    conditions = conditions_of(row, selection)
    statement = sa.select(
        row.c.current,
        row.c.municipality_id,
        *(sa.func.count().filter(condition).label(name) for name, condition in conditions.items()),
    ).group_by(row.c.current, row.c.municipality_id)
    for found in db.session.execute(statement).mappings():
        values = collected[found["current"], heirs.get(found["municipality_id"], found["municipality_id"])]
        for name in conditions:
            values[name] = values.get(name, 0) + found[name]
