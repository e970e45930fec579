"""Wake-ups for live screens: what changed, as ids, sent when the transaction commits. Polling stays the truth."""

from __future__ import annotations

import json
import uuid

import sqlalchemy as sa

from kcc.core.db import db

CHANNEL = "kcc_live"


def publish(
    kind: str,
    *,
    municipality_id: int,
    subject_id: uuid.UUID | None = None,
    department_id: int | None = None,
    account_id: uuid.UUID | None = None,
) -> None:
    """Tell live screens that something of ``kind`` changed: of a department when given, or for one account."""
    payload = {"k": kind, "m": municipality_id, "d": department_id, "a": account_id, "id": subject_id}
    text = json.dumps({name: value for name, value in payload.items() if value is not None}, default=str)
    db.session.execute(sa.select(sa.func.pg_notify(CHANNEL, text)))
