"""What is read of the history of set-up."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities.models_history import SetupChange


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
