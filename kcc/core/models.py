"""Tables of the ground floor: audit, jobs, and the memory of submitted forms."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, new_id

Moment = sa.DateTime(timezone=True)


class AuditEntry(Base):
    """Who did what to which thing, append-only: ids and field names, never values. Dutch: auditregel."""

    __tablename__ = "audit_entry"
    __shared__ = "some acts are of no municipality (an own password); those with one are shown by municipality"
    __policy__ = "audit"
    __data_class__ = "access"
    __table_args__ = (sa.Index(None, "municipality_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    account_id: Mapped[uuid.UUID | None]
    actor_kind: Mapped[str] = mapped_column(default="person")
    verb: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)


class Job(Base):
    """Work done later, written in the same transaction as its cause. Dutch: taak van de machine.

    ``token`` rises with each claim, so that a worker that lost its lease cannot finish what another now does.
    """

    __tablename__ = "job"
    __shared__ = "housekeeping jobs are of no municipality; all others carry theirs and are shown by it"
    __policy__ = "job"
    __data_class__ = "jobs"
    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "key"),
        sa.Index("ix_job_due", "run_after", postgresql_where=sa.text("state in ('waiting', 'running')")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[int | None] = mapped_column(sa.ForeignKey("municipality.id"))
    name: Mapped[str]
    key: Mapped[str]
    args: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(default="waiting")
    run_after: Mapped[datetime] = mapped_column(Moment, default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str | None]


class Submission(Base):
    """A form that was accepted once, and the answer that was given: sent again, it gives the same answer. Dutch: inzending."""

    __tablename__ = "submission"
    __shared__ = "belongs to one account, wherever that works"
    __policy__ = "own_account"

    account_id: Mapped[uuid.UUID] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    endpoint: Mapped[str]
    digest: Mapped[bytes]
    status: Mapped[int | None]
    location: Mapped[str | None]
    body: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
