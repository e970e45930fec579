"""Mail about a closed question of a town that went on as this one: it comes over and is opened again, as in its own town.

Only for who is known there; for anybody else it is named, for people to look up. Machines open nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from kcc.channels import queries_mail as queries
from kcc.channels import rules_mail as rules
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core import audit
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.integrations import file_store

NOTE_KEPT = (
    "Deze mail hoort bij {reference}, een afgesloten vraag van {town}. Zoek die op om te lezen wat er eerder was."
)


def recall(
    *, actor: Actor, town_id: int, sender: str, references: Sequence[str], message_ids: Collection[str], machine: bool
) -> tuple[Ticket | None, str]:
    """The question that a mail of ``sender`` is about, brought over to this town; or None with what to note (or nothing)."""
    kept = queries.kept_question(references, message_ids)
    if kept is None:
        return None, ""
    note = NOTE_KEPT.format(reference=kept.reference, town=kept.town)
    if machine or not rules.same_address(sender, {each for each in kept.addresses if each}):
        return None, note
    row = db.session.execute(sa.text("select * from kcc_bring_question(:r)"), {"r": kept.reference}).first()
    if row is None:
        return None, note
    for file_id in row.files:
        file_store.store().give_second_name(file_id, row.old_town, town_id)
    audit.record(
        actor=actor,
        verb="ticket_brought_over",
        subject_type="ticket",
        subject_id=row.ticket_id,
        municipality_id=town_id,
    )
    db.session.flush()
    return tickets.ticket(row.ticket_id), ""
