"""The live board: what waits now and what became of today's work, by municipality and kind, and the lists behind it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kcc.backoffice.models import InternalTask
from kcc.contacts.models import Ticket
from kcc.core.db import db
from kcc.insight.rules import ZONE, Period, utc_bounds
from kcc.insight.rules_board import LEFT_OUT, SHORT, Fate, Tally
from kcc.municipalities.models import Incident, ServiceAgreement, Topic
from kcc.routing import queries_presence as presence
from kcc.routing.models import WorkItem
from kcc.routing.rules import LIVE_KINDS, State

CHANNEL_OF = {"call": "phone", "counter": "counter", "mail": "email", "web_form": "webform"}
"""Kinds of work for which a level is agreed, and the channel under which the agreement stands."""
WAITING = (State.WAITING, State.OFFERED)
LIVE = sorted(LIVE_KINDS)


@dataclass(frozen=True)
class Agreed:
    """What is agreed for a channel: so many percent, within so many seconds where somebody waits for it."""

    percent: int
    within_seconds: int


@dataclass(frozen=True)
class Scene:
    """When one looks: now, since when it is today (both UTC), and what is agreed today by (municipality, kind)."""

    now: datetime
    day_start: datetime
    agreed: Mapping[tuple[int, str], Agreed]


@dataclass(frozen=True)
class Board:
    """Everything that the board shows, by municipality id."""

    tallies: dict[int, dict[str, Tally]]
    overdue_tasks: dict[int, int]
    open_tasks: dict[int, int]
    incidents: list[tuple[int, str, datetime]]
    agents: dict[str, int]
    """How many are in which state, without saying who. Empty: nobody takes part in the queue."""


def scene_at(now: datetime) -> Scene:
    """The scene at ``now`` (UTC): since when it is today, and what each municipality agreed for today."""
    today = now.astimezone(ZONE).date()
    rows = db.session.execute(
        sa.select(
            ServiceAgreement.municipality_id, ServiceAgreement.channel, ServiceAgreement.percent, ServiceAgreement.within_seconds
        )
        .where(
            ServiceAgreement.valid_from <= today,
            sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= today),
        )
        .order_by(ServiceAgreement.valid_from)
    )  # fmt: skip
    kind_of = {channel: kind for kind, channel in CHANNEL_OF.items()}
    agreed = {
        (row.municipality_id, kind_of[row.channel]): Agreed(row.percent, row.within_seconds)
        for row in rows
        if row.channel in kind_of
    }
    return Scene(now, day_start(now), agreed)


def day_start(now: datetime) -> datetime:
    """Since when (UTC) it is today in the Netherlands."""
    return utc_bounds(Period.day(now.astimezone(ZONE).date()))[0]


def board(scene: Scene) -> Board:
    """What the board shows of this scope's municipalities: five queries, whatever their number."""
    tallies: dict[int, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    _count(scene, tallies)
    _count_waiting(scene, tallies)
    open_tasks, overdue = _count_tasks(scene)
    return Board(
        tallies={town: {kind: Tally(**values) for kind, values in kinds.items()} for town, kinds in tallies.items()},
        overdue_tasks=overdue,
        open_tasks=open_tasks,
        incidents=_incidents(),
        agents=presence.counts(),
    )


def _within(scene: Scene) -> sa.ColumnElement[Any]:
    """Seconds agreed for a row's municipality and kind; nothing agreed is nothing in time that has to be waited for."""
    cases = [
        (sa.and_(WorkItem.municipality_id == town, WorkItem.kind == kind), agreed.within_seconds)
        for (town, kind), agreed in sorted(scene.agreed.items())
        if kind in LIVE_KINDS
    ]
    seconds: sa.ColumnElement[Any] = sa.case(*cases, else_=0) if cases else sa.literal(0)
    return sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def fate(scene: Scene) -> sa.ColumnElement[str]:
    """``rules_board.fate_of_live`` and ``fate_of_other`` in SQL; a test holds the two beside each other."""
    item, moment, within = WorkItem, sa.literal(scene.now), _within(scene)
    due = sa.func.coalesce(item.promise_until, item.due_at)
    left_out = sa.func.coalesce(item.outcome, "").in_(sorted(LEFT_OUT))
    live = sa.case(
        (
            item.claimed_at.is_not(None),
            sa.case((item.claimed_at - item.since <= within, Fate.IN_TIME), else_=Fate.LATE),
        ),
        (item.done_at.is_(None), sa.case((moment - item.since > within, Fate.OVERDUE), else_=Fate.OPEN)),
        (sa.or_(left_out, item.done_at - item.since < SHORT), Fate.LEFT_OUT),
        else_=Fate.GIVEN_UP,
    )
    other = sa.case(
        (item.done_at.is_(None), sa.case((due < moment, Fate.OVERDUE), else_=Fate.OPEN)),
        (left_out, Fate.LEFT_OUT),
        (sa.or_(due.is_(None), item.done_at <= due), Fate.IN_TIME),
        else_=Fate.LATE,
    )
    return sa.cast(sa.case((item.kind.in_(LIVE), live), else_=other), sa.String)


def of_today(scene: Scene) -> sa.ColumnElement[bool]:
    """The work that today's level is about: what began to wait today, for the rest what was done today or still waits."""
    live = sa.and_(WorkItem.kind.in_(LIVE), WorkItem.since >= scene.day_start)
    return sa.or_(live, sa.and_(WorkItem.kind.not_in(LIVE), WorkItem.done_at >= scene.day_start))


def _count(scene: Scene, tallies: dict[int, dict[str, dict[str, Any]]]) -> None:
    found = fate(scene).label("fate")
    rows = db.session.execute(
        sa.select(WorkItem.municipality_id, WorkItem.kind, found, sa.func.count())
        .where(of_today(scene), WorkItem.done_at.is_not(None) | WorkItem.claimed_at.is_not(None))
        .group_by(WorkItem.municipality_id, WorkItem.kind, found)
    )
    for town, kind, what, number in rows.tuples():
        if what in (Fate.IN_TIME, Fate.LATE, Fate.GIVEN_UP):
            tallies[town][kind][what] = number


def _count_waiting(scene: Scene, tallies: dict[int, dict[str, dict[str, Any]]]) -> None:
    waits = WorkItem.state.in_(WAITING)
    # Work in hand that is past its due moment is late as well; a call in hand was claimed in time or not.
    late = sa.and_(fate(scene) == Fate.OVERDUE, sa.or_(waits, WorkItem.kind.not_in(LIVE)))
    rows = db.session.execute(
        sa.select(
            WorkItem.municipality_id,
            WorkItem.kind,
            sa.func.count().filter(waits).label("waiting"),
            sa.func.count().filter(WorkItem.state == State.OFFERED).label("ringing"),
            sa.func.count().filter(WorkItem.state == State.TAKEN).label("in_hand"),
            sa.func.count().filter(late).label("overdue"),
            sa.func.min(WorkItem.since).filter(waits).label("oldest"),
        )
        .where(WorkItem.done_at.is_(None))
        .group_by(WorkItem.municipality_id, WorkItem.kind)
    )
    for row in rows.mappings():
        tallies[row["municipality_id"]][row["kind"]] |= {
            name: row[name] for name in ("waiting", "ringing", "in_hand", "overdue", "oldest")
        }


def _count_tasks(scene: Scene) -> tuple[dict[int, int], dict[int, int]]:
    """Call-backs and other questions with the departments: open, and past their due moment."""
    rows = db.session.execute(
        sa.select(
            InternalTask.municipality_id, sa.func.count(), sa.func.count().filter(InternalTask.due_at < scene.now)
        )
        .where(InternalTask.done_at.is_(None))
        .group_by(InternalTask.municipality_id)
    ).all()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _incidents() -> list[tuple[int, str, datetime]]:
    """Running incidents as (municipality id, title, since when), the newest first."""
    rows = db.session.execute(
        sa.select(Incident.municipality_id, Incident.title, Incident.started_at)
        .where(Incident.ended_at.is_(None))
        .order_by(Incident.started_at.desc(), Incident.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


# -- the lists behind the numbers ----------------------------------------------------------------------------------------

MEASURES = ("waiting", "ringing", "in_hand", "in_time", "missed", "overdue", "tasks", "tasks_overdue")


@dataclass(frozen=True)
class Line:
    """A row behind a number of the board, as facts; all times UTC."""

    id: uuid.UUID
    municipality_id: int
    kind: str
    since: datetime
    claimed_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    ticket_id: uuid.UUID | None
    reference: str | None
    topic: str | None


@dataclass(frozen=True)
class Asked:
    """Which number: of one municipality and kind of work, or of all that the scope shows (None)."""

    measure: str
    municipality_id: int | None = None
    kinds: Sequence[str] | None = None


def count_behind(scene: Scene, asked: Asked) -> int:
    """How many rows stand behind a number."""
    model, wanted = _wanted(scene, asked)
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*wanted)) or 0


def lines_behind(scene: Scene, asked: Asked, after: tuple[datetime, uuid.UUID] | None, limit: int) -> list[Line]:
    """At most ``limit`` rows behind a number, the one that waits longest first, from ``after`` (moment, id) on."""
    model, wanted = _wanted(scene, asked)
    if model is WorkItem:
        since = WorkItem.since
        columns = [WorkItem.id, WorkItem.municipality_id, WorkItem.kind, since, WorkItem.claimed_at,
                   sa.func.coalesce(WorkItem.promise_until, WorkItem.due_at), WorkItem.done_at]  # fmt: skip
    else:
        since = InternalTask.asked_at
        columns = [InternalTask.id, InternalTask.municipality_id, sa.literal("task"), since, InternalTask.picked_up_at,
                   InternalTask.due_at, InternalTask.done_at]  # fmt: skip
    if after is not None:
        wanted.append(sa.tuple_(since, model.id) > sa.tuple_(*map(sa.literal, after)))
    rows = db.session.execute(
        sa.select(*columns, Ticket.id, Ticket.reference, Topic.name)
        .select_from(model)
        .outerjoin(Ticket, sa.and_(Ticket.municipality_id == model.municipality_id, Ticket.id == model.ticket_id))
        .outerjoin(Topic, Topic.id == Ticket.topic_id)
        .where(*wanted)
        .order_by(since, model.id)
        .limit(limit)
    )
    return [Line(*row) for row in rows]


def _wanted(scene: Scene, asked: Asked) -> tuple[Any, list[sa.ColumnElement[bool]]]:
    """The table and the conditions of a number: the same that the board counts by."""
    model: Any = InternalTask if asked.measure.startswith("tasks") else WorkItem
    wanted: list[sa.ColumnElement[bool]] = []
    if asked.municipality_id is not None:
        wanted.append(model.municipality_id == asked.municipality_id)
    if model is InternalTask:
        overdue = [InternalTask.due_at < scene.now] if asked.measure == "tasks_overdue" else []
        return model, [*wanted, InternalTask.done_at.is_(None), *overdue]
    if asked.kinds is not None:
        wanted.append(WorkItem.kind.in_(asked.kinds))
    return model, [*wanted, _of_measure(scene, asked.measure)]


def _of_measure(scene: Scene, measure: str) -> sa.ColumnElement[bool]:
    waits, is_open = WorkItem.state.in_(WAITING), WorkItem.done_at.is_(None)
    is_decided = sa.and_(of_today(scene), sa.or_(~is_open, WorkItem.claimed_at.is_not(None)))
    overdue = sa.and_(is_open, fate(scene) == Fate.OVERDUE, sa.or_(waits, WorkItem.kind.not_in(LIVE)))
    gone_wrong = sa.and_(is_decided, fate(scene).in_((Fate.LATE, Fate.GIVEN_UP)))
    conditions = {
        "waiting": sa.and_(is_open, waits),
        "ringing": sa.and_(is_open, WorkItem.state == State.OFFERED),
        "in_hand": sa.and_(is_open, WorkItem.state == State.TAKEN),
        "in_time": sa.and_(is_decided, fate(scene) == Fate.IN_TIME),
        "missed": sa.or_(overdue, gone_wrong),
        "overdue": overdue,
    }
    return conditions[measure]
