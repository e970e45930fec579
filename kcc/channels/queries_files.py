"""What is read of attachments."""

from __future__ import annotations

import uuid
from collections.abc import Collection

import sqlalchemy as sa

from kcc.channels.models_files import Attachment
from kcc.channels.rules_files import ScanState
from kcc.core.db import db
from kcc.core.errors import NotFound

UNSCANNED = (ScanState.NOT_SCANNED, ScanState.WAITING)


def attachment(attachment_id: uuid.UUID) -> Attachment:
    """One attachment; raises NotFound for an unknown one and for one of another municipality."""
    found = db.session.scalar(sa.select(Attachment).where(Attachment.id == attachment_id))
    if found is None:
        raise NotFound
    return found


def attachments_of(ticket_id: uuid.UUID) -> list[Attachment]:
    """The files with a ticket, in the order in which they came."""
    return list(
        db.session.scalars(
            sa.select(Attachment).where(Attachment.ticket_id == ticket_id).order_by(Attachment.kept_at, Attachment.id)
        )
    )


def unscanned(municipality_id: int, limit: int) -> list[uuid.UUID]:
    """Files of a municipality that no scanner gave a verdict on, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(Attachment.id)
            .where(Attachment.municipality_id == municipality_id, Attachment.scan_state.in_(UNSCANNED))
            .order_by(Attachment.kept_at)
            .limit(limit)
        )
    )


def states_of(municipality_id: int) -> dict[uuid.UUID, str]:
    """Every attachment of a municipality whose bytes should be in the store, or once were, with its state."""
    rows = db.session.execute(
        sa.select(Attachment.id, Attachment.scan_state).where(
            Attachment.municipality_id == municipality_id, Attachment.scan_state != ScanState.REFUSED
        )
    )
    return {row.id: row.scan_state for row in rows}


def by_ids(attachment_ids: Collection[uuid.UUID]) -> list[Attachment]:
    """Attachments by id; those out of sight are left out."""
    return list(db.session.scalars(sa.select(Attachment).where(Attachment.id.in_(attachment_ids))))
