"""When is a figure of the installation good, worth a look, or wrong? Pure judgements; the thresholds stand here and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta

from kcc.core.findings import Level

LATE_JOB = timedelta(minutes=5)
STUCK_JOB = timedelta(minutes=30)
FRESH_BACKUP = timedelta(hours=26)
"""A day and some slack: a nightly back-up that took its time is no alarm."""
OLD_BACKUP = timedelta(days=3)
LITTLE_SPACE = 0.15
NO_SPACE = 0.05
BUSY_CONNECTIONS = 0.8
SOON = timedelta(days=21)
VERY_SOON = timedelta(days=5)


def judge_jobs(dead: int, oldest_due: datetime | None, at: datetime) -> Level:
    """Work of the machine: dead jobs and jobs long past their time are wrong, late ones worth a look."""
    lateness = at - oldest_due if oldest_due is not None else timedelta(0)
    if dead or lateness > STUCK_JOB:
        return Level.WRONG
    return Level.ATTENTION if lateness > LATE_JOB else Level.GOOD


def judge_backup(last: datetime | None, at: datetime) -> Level:
    """The last back-up: none, or older than three days, is wrong; older than a day worth a look."""
    if last is None or at - last > OLD_BACKUP:
        return Level.WRONG
    return Level.ATTENTION if at - last > FRESH_BACKUP else Level.GOOD


def judge_space(free: int, total: int) -> Level:
    """Free bytes of a disk: below 5 % wrong, below 15 % worth a look."""
    share = free / total if total else 0.0
    if share < NO_SPACE:
        return Level.WRONG
    return Level.ATTENTION if share < LITTLE_SPACE else Level.GOOD


def judge_connections(used: int, most: int) -> Level:
    """Connections of the database: above 80 % of what it allows worth a look, all of them wrong."""
    if used >= most:
        return Level.WRONG
    return Level.ATTENTION if used > most * BUSY_CONNECTIONS else Level.GOOD


def judge_certificate(expires: datetime, at: datetime) -> Level:
    """A certificate's last day: within five days (or past) wrong, within three weeks worth a look."""
    left = expires - at
    if left < VERY_SOON:
        return Level.WRONG
    return Level.ATTENTION if left < SOON else Level.GOOD


def megabytes(size: int) -> int:
    """Whole megabytes (10⁶ bytes), for people."""
    return size // 1_000_000
