"""Evidence of looks at personal data: written before the look, and kept whatever becomes of the request that looked."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import ScopeMissing
from kcc.core.permissions import Actor
from kcc.core.tenancy import SETTINGS, current_scope
from kcc.parties.models import AccessRecord

LOOKS = frozenset({"party_search", "party_open", "bsn_reveal", "ticket_open", "file_open", "form_open", "refused"})


def record_look(
    *,
    actor: Actor,
    municipality_id: int,
    what: str,
    reason: str,
    party_id: uuid.UUID | None = None,
    conversation_id: uuid.UUID | None = None,
    ticket_id: uuid.UUID | None = None,
    found: int = 0,
) -> None:
    """Write down that ``actor`` is about to look at personal data, for ``reason`` (a word of ours or what was typed).

    Stands in a short transaction of its own on a second connection, so that a request which only reads, fails or is
    rolled back still leaves it. Call it before anything is shown. ``what`` is one of ``LOOKS``.
    Raises ScopeMissing outside a scope; the database refuses a municipality that the scope does not see.
    """
    entered = current_scope()
    if entered is None:
        raise ScopeMissing("evidence outside a scope")
    row = {
        "id": new_id(),
        "at": now(),
        "municipality_id": municipality_id,
        "account_id": actor.account_id,
        "what": what,
        "reason": reason,
        "party_id": party_id,
        "conversation_id": conversation_id,
        "ticket_id": ticket_id,
        "found": found,
    }
    with db.engine.begin() as connection:
        connection.execute(SETTINGS, {"secret": entered.secret, "permission": entered.permission, "read_only": "off"})
        connection.execute(sa.insert(AccessRecord), [row])
