"""What is read of the history of set-up."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities.models_history import SetupChange

NOTHING_YET = "0"
"""The mark of a town without a history."""


def changes_of(
    municipality_id: int, subject_type: str | None, most: int, before: tuple[datetime, uuid.UUID] | None = None
) -> list[SetupChange]:
    """Changes of one town, the newest first, of one kind or all, older than a place in that order."""
    statement = (
        sa.select(SetupChange)
        .where(SetupChange.municipality_id == municipality_id)
        .order_by(SetupChange.made_at.desc(), SetupChange.id.desc())
        .limit(most)
    )
    if subject_type:
        statement = statement.where(SetupChange.subject_type == subject_type)
    if before:
        statement = statement.where(sa.tuple_(SetupChange.made_at, SetupChange.id) < before)
    return list(db.session.scalars(statement))


def to_come(municipality_id: int) -> list[SetupChange]:
    """Changes of one town whose day has not come, the next first."""
    return list(
        db.session.scalars(
            sa.select(SetupChange)
            .where(
                SetupChange.municipality_id == municipality_id, SetupChange.applied_at.is_(None),
                SetupChange.cancelled_at.is_(None), SetupChange.fault.is_(None),
            )
            .order_by(SetupChange.effective_on, SetupChange.made_at, SetupChange.id)
        )
    )  # fmt: skip


def change_of(municipality_id: int, change_id: uuid.UUID) -> SetupChange:
    """One change of one town; raises NotFound."""
    found = db.session.scalar(
        sa.select(SetupChange).where(SetupChange.municipality_id == municipality_id, SetupChange.id == change_id)
    )
    if found is None:
        raise NotFound
    return found


def mark_of(municipality_id: int) -> str:
    """How far the history of one town is: what a page carries that shows its set-up, to see later what came after.

    Read it before anything that the page shows, so that no change falls in between.
    """
    last = last_moment(municipality_id)
    return last.isoformat() if last else NOTHING_YET


def last_moment(municipality_id: int) -> datetime | None:
    """When something was last changed or came into force in one town (UTC); None without a history."""
    last = sa.func.greatest(sa.func.max(SetupChange.made_at), sa.func.max(SetupChange.applied_at))
    return db.session.scalar(sa.select(last).where(SetupChange.municipality_id == municipality_id))


def moment_of(mark: str) -> datetime | None:
    """The moment (UTC) that a mark stands for; None for what is no mark."""
    if mark == NOTHING_YET:
        return datetime.min.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(mark)
    except ValueError:
        return None
    return found if found.tzinfo else None


def changes_since(municipality_id: int, subject_type: str, subject_id: str, moment: datetime) -> list[SetupChange]:
    """Changes of one thing that were made or came into force after a moment, and stand; the first first."""
    return list(
        db.session.scalars(
            sa.select(SetupChange)
            .where(
                SetupChange.municipality_id == municipality_id, SetupChange.subject_type == subject_type,
                SetupChange.subject_id == subject_id, SetupChange.cancelled_at.is_(None), SetupChange.fault.is_(None),
                sa.or_(SetupChange.made_at > moment, SetupChange.applied_at > moment),
            )
            .order_by(SetupChange.made_at, SetupChange.id)
        )
    )  # fmt: skip
