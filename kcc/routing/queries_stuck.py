"""Work that hangs, over the towns of a scope: counted by kind, without what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kcc.core.db import db
from kcc.routing.models import WorkItem
from kcc.routing.rules import State
from kcc.routing.rules_stuck import LONGEST, OFFER_OVERDUE


@dataclass(frozen=True)
class Stuck:
    """How many items of a kind hang, and since when the oldest waits."""

    kind: str
    number: int
    since: datetime


def stuck(at: datetime) -> list[Stuck]:
    """What hangs at a moment (UTC), most first; ``rules_stuck.is_stuck`` in one query."""
    late_offer = sa.and_(
        WorkItem.state == State.OFFERED, sa.func.coalesce(WorkItem.offer_until, WorkItem.since) < at - OFFER_OVERDUE
    )
    late = [
        sa.and_(
            WorkItem.kind == kind,
            sa.or_(
                sa.and_(WorkItem.state == State.WAITING, WorkItem.since < at - longest.waiting),
                sa.and_(
                    WorkItem.state == State.TAKEN,
                    sa.func.coalesce(WorkItem.claimed_at, WorkItem.since) < at - longest.taken,
                ),
            ),
        )
        for kind, longest in LONGEST.items()
    ]
    number = sa.func.count()
    rows = db.session.execute(
        sa.select(WorkItem.kind, number, sa.func.min(WorkItem.since))
        .where(WorkItem.done_at.is_(None), sa.or_(late_offer, *late))
        .group_by(WorkItem.kind)
        .order_by(number.desc(), WorkItem.kind)
    )
    return [Stuck(*row) for row in rows]
