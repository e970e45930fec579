"""How a town writes: what stands below its mail, its receipt, its standard texts, and what its web forms say.

Each is set-up with a history: who, when, what it was and became (``actions_subjects``). ``seen`` is how far that history was
on the page of who does it; see ``municipalities.actions_history.change``, whose refusals these verbs pass on.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.channels import actions_subjects  # noqa: F401 - registers what these verbs change
from kcc.channels.models_mail import StandardText
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor
from kcc.municipalities import actions_history as history
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models_history import SetupChange


def set_mailbox(
    *, actor: Actor, municipality_id: int, entrance_id: int, sender_name: str, signature: str, receipt_on: bool,
    receipt_text: str, seen: str | None = None,
) -> SetupChange | None:  # fmt: skip
    """How a town writes from one of its mailboxes; None when nothing differs. Raises NotFound for a mailbox that the town
    does not have, InvalidInput, ChangedMeanwhile."""
    return history.change(
        actor=actor, municipality_id=municipality_id, subject_type="mailbox", subject_id=str(entrance_id), seen=seen,
        after={
            "sender_name": sender_name, "signature": signature, "receipt_on": receipt_on, "receipt_text": receipt_text,
        },
    )  # fmt: skip


def save_text(
    *, actor: Actor, municipality_id: int, text_id: uuid.UUID | None, title: str, body: str, active: bool,
    seen: str | None = None,
) -> SetupChange | None:  # fmt: skip
    """A new or changed standard text of a town; None when nothing differs. Raises InvalidInput (``title``) when the town
    has that title, NotFound, ChangedMeanwhile."""
    taken = db.session.scalar(
        sa.select(StandardText.id).where(
            StandardText.municipality_id == municipality_id, sa.func.lower(StandardText.title) == title.lower()
        )
    )
    if taken not in (None, text_id):
        raise InvalidInput("Er is al een tekst met deze titel.", field="title")
    made = history.change(
        actor=actor, municipality_id=municipality_id, subject_type="standard_text", subject_id=str(text_id or ""),
        after={"title": title, "body": body, "active": active}, seen=seen,
    )  # fmt: skip
    if made is not None:
        db.session.execute(
            sa.update(StandardText)
            .where(StandardText.municipality_id == municipality_id, StandardText.id == uuid.UUID(made.subject_id))
            .values(changed_by_id=actor.account_id)
        )
    return made


def set_web_form(
    *, actor: Actor, entrance_id: int, words: dict[str, dict[str, str]], sites: list[str], seen: str | None = None
) -> SetupChange | None:
    """What the form of an entrance says, by language, and which sites (https origins) may show it in a frame; None when
    nothing differs. Raises NotFound, InvalidInput, ChangedMeanwhile."""
    entrance = municipalities.entrance(entrance_id)
    said = {f"{name}_{language}": text for language, each in words.items() for name, text in each.items()}
    return history.change(
        actor=actor, municipality_id=entrance.municipality_id, subject_type="web_form", subject_id=str(entrance.id),
        after={**said, "sites": sites}, seen=seen,
    )  # fmt: skip
