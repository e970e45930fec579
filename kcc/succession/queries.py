"""What is read of successions, within what the reader's scope shows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.people.models import Account
from kcc.succession.models import DepartureCertificate, Succession, SuccessionChoice

STEPS = ("parties", "tickets", "loose", "check", "done")


@dataclass(frozen=True)
class State:
    """How far a succession is: the step it stands at, and rows of the old town by table."""

    step: str
    started_at: datetime
    done_at: datetime | None
    before: dict[str, int]
    moved: dict[str, int]
    after: dict[str, int] | None
    left_over: dict[str, int]

    @property
    def sums(self) -> list[tuple[str, int, int, int]]:
        """Table, rows before, moved, left: where anything was. Before equals moved and left together."""
        after = self.after or {}
        return [
            (table, number, self.moved.get(table, 0), after.get(table, number - self.moved.get(table, 0)))
            for table, number in sorted(self.before.items())
            if number
        ]


def successions() -> list[Succession]:
    """All that are not cancelled, newest first."""
    found = sa.select(Succession).where(Succession.cancelled_at.is_(None)).order_by(Succession.on_day.desc())
    return list(db.session.scalars(found))


def succession(succession_id: uuid.UUID) -> Succession:
    """One; raises NotFound."""
    found = db.session.scalar(
        sa.select(Succession).where(Succession.id == succession_id).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def choices_of(of: Succession) -> list[SuccessionChoice]:
    """The lines of its mapping."""
    found = sa.select(SuccessionChoice).where(
        SuccessionChoice.municipality_id == of.municipality_id, SuccessionChoice.succession_id == of.id
    )
    return list(db.session.scalars(found.order_by(SuccessionChoice.kind, SuccessionChoice.subject)))


def signatures(succession_id: uuid.UUID) -> list[tuple[uuid.UUID, str, datetime]]:
    """Who signed what stands there now: account, name, when."""
    rows = db.session.execute(
        sa.text("select account_id, at from kcc_succession_signatures(:id)"), {"id": succession_id}
    ).all()
    names = {
        row.id: row.name
        for row in db.session.execute(
            sa.select(Account.id, Account.name).where(Account.id.in_([row.account_id for row in rows]))
        )
    }
    return [(row.account_id, names.get(row.account_id, ""), row.at) for row in rows]


def state_of(succession_id: uuid.UUID) -> State | None:
    """How far it is, or None when it has not begun."""
    row = db.session.execute(sa.text("select * from kcc_succession_state(:id)"), {"id": succession_id}).first()
    if row is None:
        return None
    return State(row.step, row.started_at, row.done_at, row.before, row.moved, row.after, row.left_over)


def begun() -> dict[uuid.UUID, bool]:
    """Which have begun, and whether each is done."""
    rows = db.session.execute(
        sa.text(
            "select s.id, r.done_at from succession s cross join lateral kcc_succession_state(s.id) r"
            " union all select s.id, null from succession s cross join lateral kcc_departure_state(s.id) r"
        )
    )
    return {row.id: row.done_at is not None for row in rows}


def trace(succession_id: uuid.UUID) -> Sequence[sa.Row[Any]]:
    """What became of each department, route, entrance and article: kind, old_name, new_name, how."""
    return db.session.execute(sa.text("select * from kcc_succession_trace(:id)"), {"id": succession_id}).all()


def parties_by_way(succession_id: uuid.UUID) -> dict[str, int]:
    """How many parties were added, and how many were there already, by how that was seen."""
    rows = db.session.execute(sa.text("select how, n from kcc_succession_parties(:id)"), {"id": succession_id})
    return {row.how: int(row.n) for row in rows}


@dataclass(frozen=True)
class Departure:
    """How far a departure is: exported or not, and rows removed by table."""

    step: str
    started_at: datetime
    exported_at: datetime | None
    removed: dict[str, int]


def departure_of(succession_id: uuid.UUID) -> Departure | None:
    """How far it is, or None when it has not begun."""
    row = db.session.execute(sa.text("select * from kcc_departure_state(:id)"), {"id": succession_id}).first()
    return None if row is None else Departure(row.step, row.started_at, row.exported_at, row.removed)


def towns_of(which: Succession) -> dict[int, str]:
    """The towns that leave together, by number: the one of the plan first, then those that once went on as it."""
    rows = db.session.execute(sa.text("select id, name from kcc_departing_towns(:id)"), {"id": which.id})
    return {int(row.id): str(row.name) for row in rows}


def certificates() -> list[DepartureCertificate]:
    """Certificates of towns that left the reader's centres, newest first."""
    return list(db.session.scalars(sa.select(DepartureCertificate).order_by(DepartureCertificate.removed_at.desc())))


def certificate(certificate_id: uuid.UUID) -> DepartureCertificate:
    """One; raises NotFound."""
    found = db.session.get(DepartureCertificate, certificate_id)
    if found is None:
        raise NotFound
    return found
