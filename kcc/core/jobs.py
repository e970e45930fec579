"""Work done later: a row in the same transaction as its cause, claimed with a lease, done once.

A handler runs inside the scope that the claim minted: the job's own municipality and no other. Its effects, and that it
is done, are one transaction; a worker that lost its lease finds its token outdated and rolls back.
"""

from __future__ import annotations

import json
import logging
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.models import Job
from kcc.core.permissions import Permission
from kcc.core.tenancy import doorless_scope, scope

logger = logging.getLogger(__name__)
LEASE_SECONDS = 60
MOST_ATTEMPTS = 8


@dataclass(frozen=True)
class Claimed:
    """A job as its worker holds it; ``lease`` is the secret of its scope."""

    id: uuid.UUID
    name: str
    args: dict[str, Any]
    municipality_id: int | None
    token: int
    attempts: int
    lease: str


HANDLERS: dict[str, Callable[[Claimed], None]] = {}
PERIODIC: dict[str, int] = {}
"""Names of periodic tasks and their seconds between ticks; each tick makes one job for each municipality."""


class LeaseLost(Exception):
    """Another worker holds this job now; what was done here must not count."""


def handles(
    name: str, *, every_seconds: int | None = None
) -> Callable[[Callable[[Claimed], None]], Callable[[Claimed], None]]:
    """Register the handler of jobs called ``name``; with ``every_seconds`` it also runs on a clock."""

    def register(handler: Callable[[Claimed], None]) -> Callable[[Claimed], None]:
        HANDLERS[name] = handler
        if every_seconds:
            PERIODIC[name] = every_seconds
        return handler

    return register


def enqueue(
    name: str, *, municipality_id: int, key: str, args: dict[str, Any] | None = None, run_after: datetime | None = None
) -> None:
    """Have a job done after this transaction commits. The same ``key`` in one municipality gives one job.

    ``args`` are ids only, never personal data.
    """
    statement = sa.text(
        "insert into job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)"
        " values (:id, :m, :name, :key, cast(:args as jsonb), 'waiting', :after, 0, 0, :at)"
        # Without naming the key: whoever enqueues may not see the rows of others, and naming it asks for that right.
        " on conflict do nothing"
    )
    db.session.execute(
        statement,
        {
            "id": uuid.uuid4(),
            "m": municipality_id,
            "name": name,
            "key": f"{name}:{key}",
            "args": json.dumps(args or {}, default=str),
            "after": run_after or now(),
            "at": now(),
        },
    )


def claim(lease_seconds: int = LEASE_SECONDS) -> Claimed | None:
    """Take the next job that is due, with a lease, or None. Commits: the claim must be seen by other workers."""
    lease = secrets.token_urlsafe(32)
    with doorless_scope():
        row = db.session.execute(
            sa.text("select * from kcc_claim_job(:lease, :seconds)"), {"lease": lease, "seconds": lease_seconds}
        ).first()
        db.session.commit()
    if row is None:
        return None
    return Claimed(row.id, row.name, row.args, row.municipality_id, row.token, row.attempts, lease)


def run(job: Claimed) -> str:
    """Do a claimed job; returns its state afterwards: done, waiting (to be retried), dead, or lost."""
    try:
        with scope(job.lease, Permission.JOB_RUN):
            HANDLERS[job.name](job)
            db.session.flush()
            finished = db.session.scalar(
                sa.text("select kcc_finish_job(:id, :token)"), {"id": job.id, "token": job.token}
            )
            if not finished:
                raise LeaseLost
            db.session.commit()
        return "done"
    except LeaseLost:
        return "lost"
    except Exception as fault:
        logger.warning("job failed", extra={"job_name": job.name, "job_id": str(job.id), "fault": _name_of(fault)})
        return _fail(job, _name_of(fault))


def _name_of(fault: Exception) -> str:
    """The database's own code when a function of the guard refused (``KC014``), else the kind of fault; never its text."""
    code = str(getattr(getattr(fault, "orig", None), "sqlstate", None))
    return code if code.startswith("KC") else type(fault).__name__


def _fail(job: Claimed, fault: str) -> str:
    with doorless_scope():
        state = db.session.scalar(
            sa.text("select kcc_fail_job(:id, :token, :fault, :retry, :most)"),
            {"id": job.id, "token": job.token, "fault": fault, "retry": 5 * 2**job.attempts, "most": MOST_ATTEMPTS},
        )
        db.session.commit()
    return state or "lost"


def tick(at: datetime) -> None:
    """Make the jobs of every periodic task whose time has come; safe to call from several workers."""
    for name, seconds in PERIODIC.items():
        moment = int(at.timestamp()) // seconds
        with doorless_scope():
            db.session.execute(sa.text("select kcc_tick(:name, :tick)"), {"name": name, "tick": str(moment)})
            db.session.commit()


def waiting_jobs(state: str) -> list[Job]:
    """Jobs of the scope's municipalities in a state, oldest first, for the people who watch over them."""
    return list(db.session.scalars(sa.select(Job).where(Job.state == state).order_by(Job.run_after).limit(100)))
