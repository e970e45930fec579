"""The daily round: say that a point was looked at, or take that back."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from kcc.core import audit
from kcc.core.cleaning import clean_text
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotAllowed
from kcc.core.permissions import Actor
from kcc.operations.models import DailyCheck

POINTS = (
    "overdue_tasks", "overdue_questions", "waiting_long", "incidents", "old_reports", "expiring_articles", "late_reviews", "dead_jobs", "health",
)  # fmt: skip
"""What a supervisor looks at every day, in this order."""
LONGEST_NOTE = 500


def look(*, actor: Actor, centre_id: int, on_day: date, point: str, note: str = "") -> DailyCheck:
    """Note that somebody looked at a point today. Who looks twice, or after a colleague, gets what was noted first.

    Raises InvalidInput for an unknown point or a note over 500 characters.
    """
    if point not in POINTS:
        raise InvalidInput("Dit punt staat niet op de lijst.")
    text = clean_text(note, multiline=False)
    if len(text) > LONGEST_NOTE:
        raise InvalidInput("Deze aantekening is te lang.", field="note")
    if actor.account_id is None:
        raise NotAllowed
    known = db.session.scalar(
        sa.select(DailyCheck).where(
            DailyCheck.centre_id == centre_id, DailyCheck.on_day == on_day, DailyCheck.point == point
        )
    )
    if known is not None:
        return known
    made = DailyCheck(centre_id=centre_id, on_day=on_day, point=point, account_id=actor.account_id, note=text)
    db.session.add(made)
    db.session.flush()
    _record(actor, "daily_check.looked", made)
    return made


def take_back(*, actor: Actor, centre_id: int, on_day: date, point: str) -> None:
    """Undo one's own tick. Raises NotAllowed for that of a colleague; without a tick nothing happens."""
    made = db.session.scalar(
        sa.select(DailyCheck).where(
            DailyCheck.centre_id == centre_id, DailyCheck.on_day == on_day, DailyCheck.point == point
        )
    )
    if made is None:
        return
    if made.account_id != actor.account_id:
        raise NotAllowed("Dit heeft een collega nagekeken.")
    _record(actor, "daily_check.taken_back", made)
    db.session.delete(made)
    db.session.flush()


def forget_old(*, actor: Actor, before: date) -> int:
    """Remove what was ticked before a day; returns how many."""
    gone = db.session.execute(sa.delete(DailyCheck).where(DailyCheck.on_day < before))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _record(actor: Actor, verb: str, made: DailyCheck) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="daily_check",
        subject_id=made.id,
        municipality_id=None,
        fields=[made.point],
    )
