"""Files that go along with an answer by mail: checked like those that come in, kept with the ticket, and never sent unsafe."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence

from kcc.channels import actions_files as files
from kcc.channels import queries_files, rules_files
from kcc.channels.models_files import Attachment
from kcc.channels.models_mail import OutgoingMail
from kcc.channels.rules_files import ScanState
from kcc.contacts.models import Ticket
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.integrations import file_store
from kcc.integrations import mail as smtp

Upload = tuple[str, bytes]
"""What a file was called, and its bytes."""
UNSURE = "virusscan"
SHUT = "bijlage"


class NotEnclosed(Exception):
    """A file that belongs to this mail may not leave; what is said in ``fault`` of the mail."""


def chosen_of(ticket: Ticket, attachment_ids: Sequence[uuid.UUID]) -> list[Attachment]:
    """Files of this ticket that somebody chose to send along. Raises NotFound for one that is not among those offered."""
    offered = {kept.id: kept for kept in offered_of(queries_files.attachments_of(ticket.id))}
    if not set(attachment_ids) <= set(offered):
        raise NotFound
    return [kept for kept_id, kept in offered.items() if kept_id in attachment_ids]


def offered_of(files_of_ticket: Sequence[Attachment]) -> list[Attachment]:
    """The files of a ticket that may go to its citizen: not those for colleagues, nothing that was refused or infected."""
    scanner_set = file_store.scanner_address() is not None
    return [
        kept
        for kept in files_of_ticket
        if not kept.internal and (rules_files.may_open(kept.scan_state, scanner_set=scanner_set) or _waits(kept))
    ]


def check(uploads: Sequence[Upload], chosen: Sequence[Attachment]) -> None:
    """Raise InvalidInput (field ``files``) for what cannot go along, before anything is written."""
    for _name, content in uploads:
        rules_files.check_file(content)
    rules_files.check_mailed([len(content) for _name, content in uploads] + [kept.size for kept in chosen])


def enclose(
    *, actor: Actor, mail: OutgoingMail, uploads: Sequence[Upload], chosen: Sequence[Attachment]
) -> list[uuid.UUID]:
    """Keep what was uploaded with the ticket, and note what goes along with a mail, in this order."""
    kept = [
        files.keep_attachment(
            actor=actor, municipality_id=mail.municipality_id, ticket_id=mail.ticket_id, subject_id=mail.id, name=name,
            data=content,
        )
        for name, content in uploads
    ]  # fmt: skip
    mail.attachment_ids = [each.id for each in (*chosen, *kept)]
    db.session.flush()
    return mail.attachment_ids


def take_back(mail: OutgoingMail) -> None:
    """A mail stays here: what was uploaded for it is for colleagues from now on, as its text is."""
    for kept in queries_files.by_ids(mail.attachment_ids):
        if kept.subject_id == mail.id:
            kept.internal = True
    db.session.flush()


def enclosed(mail: OutgoingMail) -> tuple[smtp.Enclosed, ...]:
    """The files of a mail as they leave. Raises smtp.NotSent while the virus scanner said nothing yet, NotEnclosed for a
    file that must not leave: infected, gone, or no longer the one that was checked."""
    if not mail.attachment_ids:
        return ()
    known = {kept.id: kept for kept in queries_files.by_ids(mail.attachment_ids)}
    return tuple(_bytes_of(known.get(number)) for number in mail.attachment_ids)


def _bytes_of(kept: Attachment | None) -> smtp.Enclosed:
    if kept is None:
        raise NotEnclosed(SHUT)
    if not rules_files.may_open(kept.scan_state, scanner_set=file_store.scanner_address() is not None):
        raise smtp.NotSent(UNSURE) if _waits(kept) else NotEnclosed(SHUT)
    try:
        content = file_store.store().read(kept.municipality_id, kept.id)
    except FileNotFoundError as fault:
        raise NotEnclosed(SHUT) from fault
    if hashlib.sha256(content).digest() != kept.sha256:
        raise NotEnclosed(SHUT)
    return smtp.Enclosed(kept.name, kept.media_type, content)


def _waits(kept: Attachment) -> bool:
    return kept.scan_state in (ScanState.WAITING, ScanState.NOT_SCANNED)
