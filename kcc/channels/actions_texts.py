"""How a town writes: what stands below its mail, its receipt, and its standard texts. Kept by its editors."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.channels import queries_mail as queries
from kcc.channels.models_mail import Mailbox, StandardText
from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, NotFound
from kcc.core.permissions import Actor


def set_mailbox(
    *, actor: Actor, municipality_id: int, entrance_id: int, sender_name: str, signature: str, receipt_on: bool,
    receipt_text: str, version: int,
) -> Mailbox:  # fmt: skip
    """How a town writes from one of its mailboxes; ``version`` is the one the writer saw, 0 when there was none.

    Raises NotFound for a mailbox that the town does not have, Conflict when somebody changed it meanwhile.
    """
    known = {entrance.id: box for entrance, box in queries.mailboxes_of(municipality_id)}
    if entrance_id not in known:
        raise NotFound
    box = known[entrance_id]
    if (box.version if box else 0) != version:
        raise Conflict
    if box is None:
        box = Mailbox(municipality_id=municipality_id, entrance_id=entrance_id)
        db.session.add(box)
    box.sender_name, box.signature = sender_name, signature
    box.receipt_on, box.receipt_text = receipt_on, receipt_text
    _record(actor, "mailbox.changed", "mailbox", entrance_id, municipality_id)
    return box


def save_text(
    *, actor: Actor, municipality_id: int, text_id: uuid.UUID | None, title: str, body: str, active: bool, version: int
) -> StandardText:
    """A new or changed standard text of a town. Raises InvalidInput (``title``) when the town has that title, Conflict,
    NotFound."""
    taken = db.session.scalar(
        sa.select(StandardText.id).where(
            StandardText.municipality_id == municipality_id, sa.func.lower(StandardText.title) == title.lower()
        )
    )
    if taken not in (None, text_id):
        raise InvalidInput("Er is al een tekst met deze titel.", field="title")
    if text_id is None:
        text = StandardText(municipality_id=municipality_id, title=title, body=body)
        db.session.add(text)
    else:
        text = _text(municipality_id, text_id)
        if text.version != version:
            raise Conflict
    text.title, text.body, text.active = title, body, active
    text.changed_at, text.changed_by_id = now(), actor.account_id
    db.session.flush()
    _record(actor, "standard_text.saved", "standard_text", text.id, municipality_id)
    return text


def _text(municipality_id: int, text_id: uuid.UUID) -> StandardText:
    found = db.session.scalar(
        sa.select(StandardText).where(StandardText.municipality_id == municipality_id, StandardText.id == text_id)
    )
    if found is None:
        raise NotFound
    return found


def _record(actor: Actor, verb: str, kind: str, subject_id: object, municipality_id: int) -> None:
    db.session.flush()
    audit.record(
        actor=actor,
        verb=verb,
        subject_type=kind,
        subject_id=subject_id,
        municipality_id=municipality_id,
        fields=["text"],
    )
