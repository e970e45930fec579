"""What is read of visitors at a counter."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.channels.models_counter import QueueNumber
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Entrance, Municipality
from kcc.routing.models import WorkItem

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def counter(entrance_id: int) -> Entrance:
    """A counter of the scope's towns; raises NotFound, also for a way in of another kind."""
    found = municipalities.entrance(entrance_id)
    if found.kind != "counter" or not found.active:
        raise NotFound
    return found


def today_at(town: Municipality, at: datetime | None = None) -> date:
    """The day it is now in a town."""
    return (at or now()).astimezone(ZoneInfo(town.zone)).date()


def letter_of(entrance: Entrance) -> str:
    """The letter of a counter's numbers: the first counter of a town has A, the next B."""
    numbers = db.session.scalars(
        sa.select(Entrance.id)
        .where(Entrance.municipality_id == entrance.municipality_id, Entrance.kind == "counter")
        .order_by(Entrance.id)
    ).all()
    return LETTERS[list(numbers).index(entrance.id) % len(LETTERS)]


def number(number_id: uuid.UUID, *, lock: bool = False) -> QueueNumber:
    """One visitor's number, held until the transaction ends when asked; raises NotFound."""
    statement = sa.select(QueueNumber).where(QueueNumber.id == number_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def numbers_of_day(entrance: Entrance, day: date) -> list[QueueNumber]:
    """Every number of a counter on a day, in the order in which they were taken."""
    return list(
        db.session.scalars(
            sa.select(QueueNumber)
            .where(
                QueueNumber.municipality_id == entrance.municipality_id,
                QueueNumber.entrance_id == entrance.id,
                QueueNumber.on_day == day,
            )
            .order_by(QueueNumber.number)
        )
    )


def highest(entrance: Entrance, day: date) -> int:
    """The last number given out at a counter on a day; 0 when none was."""
    return int(
        db.session.scalar(
            sa.select(sa.func.coalesce(sa.func.max(QueueNumber.number), 0)).where(
                QueueNumber.municipality_id == entrance.municipality_id,
                QueueNumber.entrance_id == entrance.id,
                QueueNumber.on_day == day,
            )
        )
        or 0
    )


def in_hand_of(account_id: uuid.UUID) -> list[QueueNumber]:
    """The visitors whom somebody has called and not finished with."""
    return list(
        db.session.scalars(
            sa.select(QueueNumber).where(QueueNumber.account_id == account_id, QueueNumber.state == "called")
        )
    )


def groups_of(municipality_id: int) -> list[str]:
    """The groups of topics that a town offers, by name."""
    return sorted({topic.group for topic in municipalities.topics_of(municipality_id)})


def item_of(number_id: uuid.UUID) -> uuid.UUID | None:
    """The work item by which a visitor waits for an agent; None when that is over."""
    return db.session.scalar(
        sa.select(WorkItem.id).where(
            WorkItem.kind == "counter", WorkItem.subject_id == number_id, WorkItem.done_at.is_(None)
        )
    )


def left_of_earlier_days(municipality_id: int) -> list[QueueNumber]:
    """Numbers of days gone by that nobody ended."""
    today = today_at(municipalities.municipality(municipality_id))
    return list(
        db.session.scalars(
            sa.select(QueueNumber)
            .where(
                QueueNumber.municipality_id == municipality_id,
                QueueNumber.on_day < today,
                QueueNumber.state.in_(("waiting", "called")),
            )
            .with_for_update(skip_locked=True)
        )
    )
