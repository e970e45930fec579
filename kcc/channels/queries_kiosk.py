"""What is read of kiosks."""

from __future__ import annotations

import uuid
from collections.abc import Collection

import sqlalchemy as sa

from kcc.channels.models_counter import Kiosk
from kcc.channels.queries_counter import counter
from kcc.core.db import db
from kcc.core.errors import NotFound

__all__ = ["counter", "kiosk", "kiosks_of"]


def kiosk(kiosk_id: uuid.UUID) -> Kiosk:
    """A kiosk in sight; raises NotFound."""
    found = db.session.scalar(sa.select(Kiosk).where(Kiosk.id == kiosk_id))
    if found is None:
        raise NotFound
    return found


def kiosks_of(entrance_ids: Collection[int]) -> list[Kiosk]:
    """The kiosks of these counters that were not withdrawn, oldest first."""
    return list(
        db.session.scalars(
            sa.select(Kiosk)
            .where(Kiosk.entrance_id.in_(entrance_ids), Kiosk.withdrawn_at.is_(None))
            .order_by(Kiosk.made_at, Kiosk.id)
        )
    )
