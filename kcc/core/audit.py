"""The audit trail: every change leaves one row in its own transaction; looks and refusals leave evidence of their own."""

from __future__ import annotations

from collections.abc import Iterable

from kcc.core.db import db
from kcc.core.models import AuditEntry
from kcc.core.permissions import Actor


def record(
    *,
    actor: Actor,
    verb: str,
    subject_type: str,
    subject_id: object,
    municipality_id: int | None,
    fields: Iterable[str] = (),
) -> None:
    """Write down that ``actor`` did ``verb`` to a thing; ``fields`` are names of what changed, never values."""
    db.session.add(
        AuditEntry(
            actor_kind=actor.kind,
            account_id=actor.account_id,
            verb=verb,
            subject_type=subject_type,
            subject_id=str(subject_id),
            municipality_id=municipality_id,
            fields=list(fields),
        )
    )
