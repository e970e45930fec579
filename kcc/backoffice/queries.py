"""Every question about internal tasks. Which departments one may see is the database's business, never asked here."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kcc.backoffice.models import InternalTask, TaskNotice, TaskRequest
from kcc.contacts.models import Ticket, TicketEvent
from kcc.contacts.models_written import Writing
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Role
from kcc.municipalities.models import Department, Municipality, Topic
from kcc.people.models import Account, Membership

VIEWS = ("mine", "departments", "late", "waiting", "returned")
RETURNED_FOR = timedelta(days=30)
"""How long a returned task stays in sight of the department that returned it."""
TROUBLED = ("in_doubt", "failed", "no_mail_server", "no_mailbox")


@dataclass(frozen=True)
class Row:
    """A line of the worklist: what to show of a task without opening it."""

    task: InternalTask
    reference: str
    topic_name: str
    municipality: Municipality
    department_name: str
    assignee_name: str | None
    preferred_moment: str | None


@dataclass(frozen=True)
class Opened:
    """A task with everything that its page shows of it, but its timeline; ``names`` of those who did something on it."""

    task: InternalTask
    ticket: Ticket
    request: TaskRequest | None
    topic_name: str
    municipality: Municipality
    department: Department
    assignee_name: str | None
    names: dict[str, str] | None
    troubled_notices: Sequence[str]
    coordinates: bool


@dataclass(frozen=True)
class NoticeFound:
    """A notice with what its mail needs to say; ``due_at`` is UTC, ``zone`` the town's."""

    notice: TaskNotice
    mailbox: str | None
    reference: str
    due_at: datetime
    zone: str
    department_id: int
    ticket_id: uuid.UUID


def task(task_id: uuid.UUID) -> InternalTask:
    """A task in sight. Raises NotFound."""
    return _found(db.session.scalar(sa.select(InternalTask).where(InternalTask.id == task_id)))


def task_to_change(task_id: uuid.UUID) -> InternalTask:
    """The same, locked until the transaction ends: two changes come one after the other. Raises NotFound."""
    locked = sa.select(InternalTask).where(InternalTask.id == task_id).with_for_update()
    return _found(db.session.scalar(locked.execution_options(populate_existing=True)))


def request_of(of: InternalTask) -> TaskRequest:
    """What the citizen asked; empty when it was erased."""
    found = db.session.get(TaskRequest, (of.municipality_id, of.id))
    return found or TaskRequest(name="", number="", email="", preferred_moment="", answers={})


def open_task_of(ticket: Ticket) -> InternalTask | None:
    """The task of this ticket that is not done yet, if a department in sight has one."""
    return db.session.scalar(
        sa.select(InternalTask).where(
            InternalTask.municipality_id == ticket.municipality_id,
            InternalTask.ticket_id == ticket.id,
            InternalTask.done_at.is_(None),
        )
    )


def last_task_of(ticket: Ticket) -> InternalTask | None:
    """The task of this ticket that was asked last, as far as in sight."""
    return db.session.scalar(
        sa.select(InternalTask)
        .where(InternalTask.municipality_id == ticket.municipality_id, InternalTask.ticket_id == ticket.id)
        .order_by(InternalTask.asked_at.desc(), InternalTask.id.desc())
        .limit(1)
    )


def tasks_of_ticket(ticket: Ticket) -> list[Row]:
    """The tasks of a ticket, oldest first, as far as in sight."""
    query = _rows().where(InternalTask.municipality_id == ticket.municipality_id, InternalTask.ticket_id == ticket.id)
    return [Row(*row) for row in db.session.execute(query.order_by(InternalTask.asked_at, InternalTask.id))]


def worklist(
    view: str, account_id: uuid.UUID | None, *, limit: int = 50, after: tuple[Any, ...] | None = None
) -> list[Row]:
    """Tasks of the departments in sight, most urgent first (due time, then id); ``after`` is the last one shown before.

    Views: ``mine``, ``departments`` (all open), ``late``, ``waiting`` (for a next attempt), ``returned`` (to the centre,
    newest first).
    """
    at = InternalTask.done_at if view == "returned" else InternalTask.due_at
    order = (at.desc(), InternalTask.id.desc()) if view == "returned" else (at, InternalTask.id)
    # First which tasks, then what to show of them: joining before the limit looked up every open task's ticket.
    chosen = sa.select(InternalTask.id).where(_of_view(view, account_id)).order_by(*order).limit(limit)
    if after is not None:
        place = sa.tuple_(at, InternalTask.id)
        chosen = chosen.where(place < after if view == "returned" else place > after)
    page = chosen.cte("page").prefix_with("materialized")
    query = _rows().join(page, page.c.id == InternalTask.id).order_by(*order)
    return [Row(*row) for row in db.session.execute(query)]


def counts(account_id: uuid.UUID | None) -> dict[str, int]:
    """How many tasks each view but ``returned`` holds."""
    asked = [sa.func.count().filter(_of_view(view, account_id)).label(view) for view in VIEWS if view != "returned"]
    row = db.session.execute(sa.select(*asked).where(InternalTask.done_at.is_(None))).one()
    return dict(row._mapping)


def _of_view(view: str, account_id: uuid.UUID | None) -> sa.ColumnElement[bool]:
    is_open = InternalTask.done_at.is_(None)
    if view == "mine":
        return sa.and_(is_open, InternalTask.assignee_id == account_id)
    if view == "late":
        return sa.and_(is_open, InternalTask.due_at < now())
    if view == "waiting":
        return sa.and_(is_open, InternalTask.next_attempt_at > now())
    if view == "returned":
        return sa.and_(InternalTask.result == "returned", InternalTask.done_at > now() - RETURNED_FOR)
    return is_open


def _rows() -> sa.Select[*tuple[Any, ...]]:
    own_request = sa.and_(
        TaskRequest.municipality_id == InternalTask.municipality_id, TaskRequest.task_id == InternalTask.id
    )
    return (
        sa.select(
            InternalTask, Ticket.reference, Topic.name, Municipality, Department.name, Account.name,
            TaskRequest.preferred_moment,
        )
        .join(Ticket, _same_town(Ticket, InternalTask.ticket_id))
        .join(Topic, Topic.id == Ticket.topic_id)
        .join(Municipality, Municipality.id == InternalTask.municipality_id)
        .join(Department, _same_town(Department, InternalTask.department_id))
        .outerjoin(Account, Account.id == InternalTask.assignee_id)
        .outerjoin(TaskRequest, own_request)
    )  # fmt: skip


def opened(task_id: uuid.UUID, account_id: uuid.UUID | None) -> Opened:
    """A task for its page, in one query. Raises NotFound."""
    acted = sa.select(TicketEvent.account_id).where(
        TicketEvent.municipality_id == InternalTask.municipality_id, TicketEvent.ticket_id == InternalTask.ticket_id
    )
    colleague = aliased(Account)
    names = sa.select(sa.func.jsonb_object_agg(colleague.id, colleague.name)).where(colleague.id.in_(acted))
    troubled = sa.select(TaskNotice.state).where(
        TaskNotice.municipality_id == InternalTask.municipality_id,
        TaskNotice.task_id == InternalTask.id,
        TaskNotice.state.in_(TROUBLED),
    )
    row = db.session.execute(
        sa.select(
            InternalTask, Ticket, TaskRequest, Topic.name, Municipality, Department, Account.name, names.scalar_subquery(),
            sa.func.array(troubled.scalar_subquery()), _coordinates(account_id, InternalTask.municipality_id),
        )
        .join(Ticket, _same_town(Ticket, InternalTask.ticket_id))
        .join(Topic, Topic.id == Ticket.topic_id)
        .join(Municipality, Municipality.id == InternalTask.municipality_id)
        .join(Department, _same_town(Department, InternalTask.department_id))
        .outerjoin(
            TaskRequest,
            sa.and_(
                TaskRequest.municipality_id == InternalTask.municipality_id, TaskRequest.task_id == InternalTask.id
            ),
        )
        .outerjoin(Account, Account.id == InternalTask.assignee_id)
        .where(InternalTask.id == task_id)
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return Opened(*row)


def coordinates(account_id: uuid.UUID | None, municipality_id: int) -> bool:
    """Whether this account divides the work of its departments in this municipality."""
    return bool(db.session.scalar(sa.select(_coordinates(account_id, municipality_id))))


def _coordinates(account_id: uuid.UUID | None, municipality_id: Any) -> sa.ColumnElement[bool]:
    moment = now()
    return sa.exists().where(
        Membership.account_id == account_id,
        Membership.municipality_id == municipality_id,
        Membership.role == str(Role.COORDINATOR),
        Membership.valid_from <= moment,
        sa.or_(Membership.valid_to.is_(None), Membership.valid_to > moment),
    )


def account_names(account_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The names of colleagues by id."""
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_({a for a in account_ids if a})))
    return {row.id: row.name for row in rows}


def was_answered(of: InternalTask) -> bool:
    """Whether the citizen was written an answer since this task was asked."""
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    Writing.municipality_id == of.municipality_id,
                    Writing.ticket_id == of.ticket_id,
                    Writing.kind == "answer",
                    Writing.at >= of.asked_at,
                )
            )
        )
    )


def notice(notice_id: uuid.UUID) -> NoticeFound | None:
    """A notice and what its mail says, or None when its task is gone."""
    row = db.session.execute(
        sa.select(
            TaskNotice,
            Department.mailbox,
            Ticket.reference,
            InternalTask.due_at,
            Municipality.zone,
            Department.id,
            Ticket.id,
        )
        .join(InternalTask, _same_town(InternalTask, TaskNotice.task_id, TaskNotice))
        .join(Ticket, _same_town(Ticket, InternalTask.ticket_id))
        .join(Department, _same_town(Department, InternalTask.department_id))
        .join(Municipality, Municipality.id == TaskNotice.municipality_id)
        .where(TaskNotice.id == notice_id)
    ).first()
    return None if row is None else NoticeFound(*row)


def tasks_in_hand(municipality_id: int, department_id: int, account_id: uuid.UUID) -> list[InternalTask]:
    """Open tasks of a department that somebody picked up, the most urgent first."""
    return list(
        db.session.scalars(
            sa.select(InternalTask)
            .where(
                InternalTask.municipality_id == municipality_id,
                InternalTask.department_id == department_id,
                InternalTask.assignee_id == account_id,
                InternalTask.done_at.is_(None),
            )
            .order_by(InternalTask.due_at, InternalTask.id)
        )
    )


def unannounced_overdue(municipality_id: int, at: datetime) -> list[InternalTask]:
    """Open tasks due before ``at`` (UTC) whose department was not told yet that they are late."""
    told = sa.exists().where(
        TaskNotice.municipality_id == InternalTask.municipality_id,
        TaskNotice.task_id == InternalTask.id,
        TaskNotice.kind == "overdue",
    )
    return list(
        db.session.scalars(
            sa.select(InternalTask)
            .where(
                InternalTask.municipality_id == municipality_id,
                InternalTask.done_at.is_(None),
                InternalTask.due_at < at,
                ~told,
            )
            .order_by(InternalTask.due_at)
            .with_for_update(skip_locked=True, of=InternalTask)
        )
    )


def _same_town(target: Any, column: Any, source: Any = InternalTask) -> sa.ColumnElement[bool]:
    return sa.and_(target.municipality_id == source.municipality_id, target.id == column)


def _found(found: InternalTask | None) -> InternalTask:
    if found is None:
        raise NotFound
    return found
