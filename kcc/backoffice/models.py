"""Tables of internal tasks and what was tried for them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, TenantMixin, new_id, tenant_key, tenant_reference

Moment = sa.DateTime(timezone=True)


class InternalTask(TenantMixin, Base):
    """Work for a department after a contact. Dutch: interne taak; on screen contactverzoek or terugbelverzoek."""

    __tablename__ = "internal_task"
    __policy__ = "task"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("ticket_id", "ticket"),
        tenant_reference("department_id", "department"),
        tenant_reference("forwarded_from_id", "internal_task"),
        sa.Index("ix_internal_task_open", "department_id", "due_at", "id", postgresql_where=sa.text("done_at is null")),
        sa.Index("ix_internal_task_mine", "assignee_id", "due_at", postgresql_where=sa.text("done_at is null")),
        sa.Index(None, "municipality_id", "ticket_id"),
        # One department at a time has a question: a colleague elsewhere could not see a second open task, and would
        # close the question over it.
        sa.Index(
            "ix_internal_task_one_open", "municipality_id", "ticket_id", unique=True,
            postgresql_where=sa.text("done_at is null"),
        ),
        sa.Index(None, "municipality_id", "asked_at"),
    )  # fmt: skip

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_id: Mapped[uuid.UUID]
    department_id: Mapped[int]
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(sa.ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(default="open")
    channel: Mapped[str] = mapped_column(default="phone")
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    asked_by_id: Mapped[uuid.UUID | None]
    due_at: Mapped[datetime] = mapped_column(Moment)
    route_reason: Mapped[str] = mapped_column(default="route")
    picked_up_at: Mapped[datetime | None] = mapped_column(Moment)
    first_reached_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    result: Mapped[str | None]
    forwarded_from_id: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class TaskRequest(TenantMixin, Base):
    """What the citizen asked of the department: number, preferred moment, answers. Dutch: verzoek bij de taak."""

    __tablename__ = "task_request"
    __policy__ = "task_child"
    __data_class__ = "person"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "task_id"),
        tenant_reference("task_id", "internal_task", ondelete="CASCADE"),
    )

    task_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(default="")
    number: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    preferred_moment: Mapped[str] = mapped_column(default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)


class ContactAttempt(TenantMixin, Base):
    """An attempt to reach the citizen: reached or not, how, and what was told. Dutch: contactpoging."""

    __tablename__ = "contact_attempt"
    __policy__ = "task_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("task_id", "internal_task"), sa.Index(None, "municipality_id", "task_id")
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    task_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    account_id: Mapped[uuid.UUID | None]
    channel: Mapped[str] = mapped_column(default="phone")
    reached: Mapped[bool]
    writing_id: Mapped[uuid.UUID | None]


class TaskNotice(TenantMixin, Base):
    """A mail to the department about a new or overdue task, once. Dutch: bericht aan de afdeling."""

    __tablename__ = "task_notice"
    __policy__ = "task_child"
    __data_class__ = "figures"
    __table_args__ = tenant_key(
        tenant_reference("task_id", "internal_task"), sa.UniqueConstraint("municipality_id", "task_id", "kind")
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    task_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(default="queued")
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
