"""Facts about the installation and the day, within what the reader's scope shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.models import Job
from kcc.operations.models import DailyCheck
from kcc.people.models import Account


@dataclass(frozen=True)
class DatabaseFacts:
    """The server as it is now: its version, bytes of this database, and connections used and allowed."""

    version: str
    size: int
    used: int
    most: int


@dataclass(frozen=True)
class Space:
    """Bytes of the disk under a folder."""

    free: int
    total: int


def jobs_now() -> tuple[int, datetime | None]:
    """How many jobs are dead, and since when (UTC) the oldest is due that still waits."""
    dead = sa.select(sa.func.count()).where(Job.state == "dead").scalar_subquery()
    oldest = sa.select(sa.func.min(Job.run_after)).where(Job.state.in_(("waiting", "running"))).scalar_subquery()
    row = db.session.execute(sa.select(dead, oldest)).one()
    return int(row[0]), row[1]


def database_now() -> DatabaseFacts:
    """Facts that every role may ask of its own server."""
    row = db.session.execute(
        sa.text(
            "select current_setting('server_version'), pg_database_size(current_database()),"
            " (select sum(numbackends) from pg_stat_database), current_setting('max_connections')::int"
        )
    ).one()
    return DatabaseFacts(str(row[0]).split(" ")[0], int(row[1]), int(row[2]), int(row[3]))


def last_backup() -> datetime | None:
    """When the last back-up was whole (UTC)."""
    return db.session.scalar(sa.text("select at from kcc_last_backup()"))


def space_of(folder: Path) -> Space:
    """The disk under the nearest part of ``folder`` that exists."""
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    usage = shutil.disk_usage(place)
    return Space(usage.free, usage.total)


def job_totals() -> dict[str, tuple[int, datetime | None]]:
    """All jobs of the installation by state: how many, and when the oldest is due (UTC). Counts only, for monitoring."""
    rows = db.session.execute(sa.text("select state, n, oldest from kcc_job_counts()"))
    return {row.state: (int(row.n), row.oldest) for row in rows}


def checked(on_day: date) -> list[tuple[DailyCheck, str]]:
    """What was looked at on a day, with the name of who did."""
    query = (
        sa.select(DailyCheck, Account.name)
        .join(Account, Account.id == DailyCheck.account_id)
        .where(DailyCheck.on_day == on_day)
        .order_by(DailyCheck.at)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def days_checked(points: Iterable[str], since: date) -> dict[date, int]:
    """For each day since, how many of these points were looked at."""
    query = (
        sa.select(DailyCheck.on_day, sa.func.count())
        .where(DailyCheck.on_day >= since, DailyCheck.point.in_(list(points)))
        .group_by(DailyCheck.on_day)
    )
    return {row[0]: int(row[1]) for row in db.session.execute(query)}
