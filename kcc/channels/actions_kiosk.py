"""Kiosks of a counter: made and withdrawn by who sets up the town."""

from __future__ import annotations

import uuid

from kcc.channels import queries_kiosk as queries
from kcc.channels import rules_kiosk as rules
from kcc.channels.models_counter import Kiosk
from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor

MOST_AT_A_COUNTER = 10


def make_kiosk(*, actor: Actor, entrance_id: int, place: str, data_key: bytes) -> Kiosk:
    """A new kiosk at a counter. Raises NotFound for what is no counter in sight, InvalidInput (``place``) above ten."""
    entrance = queries.counter(entrance_id)
    if len(queries.kiosks_of([entrance.id])) >= MOST_AT_A_COUNTER:
        raise InvalidInput("Een balie heeft hoogstens 10 zuilen. Trek er eerst een in.", field="place")
    number = new_id()
    kiosk = Kiosk(
        id=number,
        municipality_id=entrance.municipality_id,
        entrance_id=entrance.id,
        place=place,
        secret_hash=rules.secret_hash(rules.secret_of(data_key, number)),
        made_by_id=actor.account_id,
    )
    db.session.add(kiosk)
    _record(actor, kiosk, "made")
    return kiosk


def withdraw_kiosk(*, actor: Actor, kiosk_id: uuid.UUID) -> Kiosk:
    """Shut a kiosk's address for good; again changes nothing. Raises NotFound."""
    kiosk = queries.kiosk(kiosk_id)
    if kiosk.withdrawn_at is None:
        kiosk.withdrawn_at = now()
        _record(actor, kiosk, "withdrawn")
    return kiosk


def _record(actor: Actor, kiosk: Kiosk, verb: str) -> None:
    db.session.flush()
    audit.record(
        actor=actor,
        verb=f"kiosk.{verb}",
        subject_type="kiosk",
        subject_id=kiosk.id,
        municipality_id=kiosk.municipality_id,
    )
