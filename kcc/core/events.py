"""Wake-ups for live screens: what changed, as ids, sent when the transaction commits. Polling stays the truth."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.permissions import Permission

CHANNEL = "kcc_live"
P = Permission
KINDS: dict[str, frozenset[Permission]] = {
    "agent": frozenset({P.ROUTING_SUPERVISE}),
    "article": frozenset({P.KNOWLEDGE_READ}),
    "board": frozenset({P.STATISTICS_READ}),
    "bulletin": frozenset({P.DESK_USE, P.KNOWLEDGE_READ, P.STATISTICS_READ}),
    "call": frozenset({P.DESK_USE, P.ROUTING_SUPERVISE}),
    "conversation": frozenset({P.DESK_USE}),
    "counter": frozenset({P.DESK_USE}),
    "crisis": frozenset({P.DESK_USE, P.KNOWLEDGE_READ, P.STATISTICS_READ}),
    "feedback": frozenset({P.KNOWLEDGE_EDIT}),
    "file": frozenset({P.TICKET_READ}),
    "form": frozenset({P.FORM_SORT}),
    "incident": frozenset({P.DESK_USE, P.KNOWLEDGE_READ, P.STATISTICS_READ}),
    "job": frozenset({P.JOB_SEE}),
    "mail": frozenset({P.TICKET_READ}),
    "offer": frozenset({P.DESK_USE}),
    "presence": frozenset({P.TICKET_READ}),
    "queue": frozenset({P.DESK_USE, P.ROUTING_SUPERVISE}),
    "rating": frozenset({P.TICKET_READ}),
    "rights": frozenset({P.LIVE_LISTEN}),
    "setup": frozenset({P.DESK_USE, P.SETUP_MANAGE}),
    "task": frozenset({P.TASK_WORK, P.TICKET_READ}),
    "ticket": frozenset({P.TICKET_READ}),
}
"""Every kind of event, and the permissions that let somebody hear it: one of them, in the event's municipality."""
OF_THE_TOWN = frozenset({"article", "bulletin", "crisis", "feedback", "incident", "setup"})
"""Kinds that belong to no department: also who sees their own departments only hears them."""
ON_THE_BOARD = frozenset({"agent", "call", "crisis", "incident", "offer", "queue", "task"})
"""Kinds that change figures of the live board: who reads figures hears ``board``, without the id."""


def publish(
    kind: str,
    *,
    municipality_id: int,
    subject_id: uuid.UUID | None = None,
    department_id: int | None = None,
    department_ids: Iterable[int] = (),
    account_id: uuid.UUID | None = None,
) -> None:
    """Tell live screens that something of ``kind`` changed.

    Who sees a whole town hears it; who sees their own departments only when one of these is named. With ``account_id``
    only that account hears it. Raises ValueError for a kind that is not in ``KINDS``.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind of event: {kind}")
    departments = sorted({*department_ids, *([department_id] if department_id is not None else [])})
    payload = {"k": kind, "m": municipality_id, "d": departments or None, "a": account_id, "id": subject_id}
    text = json.dumps({name: value for name, value in payload.items() if value is not None}, default=str)
    db.session.execute(sa.select(sa.func.pg_notify(CHANNEL, text)))
