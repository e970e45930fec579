"""Keep the files that come with questions and answers, have them scanned, and see to it that none is lost.

The bytes are on disk, whole and flushed, before the row can be committed. What a crash or rollback leaves behind is a
file without a row: the sweep sets it apart. A row without its file is told to people.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from dataclasses import dataclass
from pathlib import Path

from kcc.channels import queries_files as queries
from kcc.channels import rules_files as rules
from kcc.channels.models_files import Attachment
from kcc.channels.rules_files import ScanState
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core import audit, jobs
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.integrations import clamd, file_store

logger = logging.getLogger(__name__)
GRACE_SECONDS = 3600.0
"""How old a file without a row must be: younger ones may belong to a transaction that is still going on."""
AT_ONCE = 20


@dataclass(frozen=True)
class Swept:
    """What a sweep found: attachments without a file, files without an attachment, files that came back, halves."""

    missing: int = 0
    orphans: int = 0
    returned: int = 0
    halves: int = 0


def keep_attachment(
    *,
    actor: Actor,
    municipality_id: int,
    ticket_id: uuid.UUID,
    subject_id: uuid.UUID | None,
    name: str,
    data: bytes | None = None,
    path: Path | None = None,
    internal: bool = False,
) -> Attachment:
    """Keep a file with a ticket, given as ``data`` or as the ``path`` of a file of ours; ``name`` is what it was called.

    Its kind follows from its content. With a scanner it stays shut until that says it is clean; without one it counts
    as not scanned. Raises InvalidInput (field ``files``) for an empty, too large or unwelcome file, NotFound for a
    ticket of another municipality.
    """
    content = data if data is not None else Path(path or "").read_bytes()
    kind = rules.check_file(content)
    ticket = _ticket(municipality_id, ticket_id)
    scanner = file_store.scanner_address()
    kept = Attachment(
        id=new_id(),
        municipality_id=municipality_id,
        ticket_id=ticket_id,
        subject_id=subject_id,
        account_id=actor.account_id,
        name=rules.file_name(name, kind),
        media_type=kind,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        internal=internal,
        scan_state=str(ScanState.WAITING if scanner else ScanState.NOT_SCANNED),
    )
    file_store.store().put(municipality_id, kept.id, content)
    db.session.add(kept)
    db.session.flush()
    contacts.add_event(actor=actor, ticket=ticket, verb="attached", detail={"attachment_id": str(kept.id)})
    if scanner:
        jobs.enqueue(
            "channels.scan", municipality_id=municipality_id, key=str(kept.id), args={"attachment": str(kept.id)}
        )
    return kept


def note_refused(
    *,
    actor: Actor,
    municipality_id: int,
    ticket_id: uuid.UUID,
    subject_id: uuid.UUID | None,
    name: str,
    size: int,
    reason: str,
) -> Attachment:
    """Write down that a file came along which was not kept, and why (a message of ours): nobody has to wonder."""
    refused = Attachment(
        municipality_id=municipality_id,
        ticket_id=ticket_id,
        subject_id=subject_id,
        account_id=actor.account_id,
        name=rules.file_name(name, rules.UNKNOWN).removesuffix(".bin"),
        media_type=rules.UNKNOWN,
        size=size,
        sha256=b"",
        scan_state=str(ScanState.REFUSED),
        finding=reason,
    )
    db.session.add(refused)
    db.session.flush()
    ticket = _ticket(municipality_id, ticket_id)
    contacts.add_event(actor=actor, ticket=ticket, verb="attachment_refused", detail={"attachment_id": str(refused.id)})
    return refused


def scan_attachment(*, actor: Actor, attachment_id: uuid.UUID) -> str:
    """Have the scanner look at a file; returns its state afterwards. Nobody answers: it stays waiting, and shut."""
    kept = queries.attachment(attachment_id)
    scanner = file_store.scanner_address()
    if scanner is None or kept.scan_state not in queries.UNSCANNED:
        return kept.scan_state
    try:
        content = file_store.store().read(kept.municipality_id, kept.id)
    except FileNotFoundError:
        return _miss(actor, kept)
    try:
        if hashlib.sha256(content).digest() != kept.sha256:
            return _miss(actor, kept)
        found = clamd.scan(scanner, content)
    except clamd.ScannerUnreachable as fault:
        logger.warning("no verdict of the scanner", extra={"attachment_id": str(kept.id), "fault": str(fault)})
        kept.scan_state = str(ScanState.WAITING)
        db.session.flush()
        return kept.scan_state
    kept.scan_state = str(ScanState.INFECTED if found else ScanState.CLEAN)
    kept.finding, kept.scanned_at = found, now()
    db.session.flush()
    if found:
        _tell(actor, kept, "attachment_infected")
    audit.record(
        actor=actor,
        verb=f"attachment.{kept.scan_state}",
        subject_type="attachment",
        subject_id=kept.id,
        municipality_id=kept.municipality_id,
    )
    return kept.scan_state


def scan_waiting(*, actor: Actor, municipality_id: int) -> int:
    """Offer the scanner what still waits for it, oldest first; stops at the first without a verdict. Returns how many."""
    done = 0
    if file_store.scanner_address() is None:
        return done
    for attachment_id in queries.unscanned(municipality_id, AT_ONCE):
        if scan_attachment(actor=actor, attachment_id=attachment_id) == ScanState.WAITING:
            break
        done += 1
    return done


def sweep_files(*, actor: Actor, municipality_id: int, grace_seconds: float = GRACE_SECONDS) -> Swept:
    """Compare rows with files, both ways. A row without file is marked and told; a file without row is set apart."""
    store = file_store.store()
    # Files first: one that is written between the two looks has its row in neither or is younger than the grace.
    old = set(store.ids(municipality_id, older_than=grace_seconds))
    states = queries.states_of(municipality_id)
    gone = [i for i, state in states.items() if state != ScanState.MISSING and not store.has(municipality_id, i)]
    back = [i for i, state in states.items() if state == ScanState.MISSING and store.has(municipality_id, i)]
    for kept in queries.by_ids(gone):
        _miss(actor, kept)
    returned = [kept for kept in queries.by_ids(back) if _returns(kept)]
    orphans = sorted(old - set(states))
    for file_id in orphans:
        store.set_apart(municipality_id, file_id)
    halves = store.clear_halves(municipality_id, older_than=grace_seconds)
    swept = Swept(len(gone), len(orphans), len(returned), halves)
    if swept != Swept():
        logger.warning(
            "files and rows differed",
            extra={"municipality_id": municipality_id, "missing_files": len(gone), "orphan_files": len(orphans)},
        )
        audit.record(
            actor=actor,
            verb="files.swept",
            subject_type="municipality",
            subject_id=municipality_id,
            municipality_id=municipality_id,
            fields=[f"{name}:{count}" for name, count in vars(swept).items()],
        )
    db.session.flush()
    return swept


def _returns(kept: Attachment) -> bool:
    content = file_store.store().read(kept.municipality_id, kept.id)
    if hashlib.sha256(content).digest() != kept.sha256:
        return False
    kept.scan_state = str(ScanState.WAITING if file_store.scanner_address() else ScanState.NOT_SCANNED)
    return True


def _miss(actor: Actor, kept: Attachment) -> str:
    kept.scan_state = str(ScanState.MISSING)
    db.session.flush()
    logger.error("attachment without its file", extra={"attachment_id": str(kept.id)})
    _tell(actor, kept, "attachment_missing")
    return kept.scan_state


def _tell(actor: Actor, kept: Attachment, verb: str) -> None:
    ticket = tickets.ticket(kept.ticket_id)
    contacts.add_event(actor=actor, ticket=ticket, verb=verb, detail={"attachment_id": str(kept.id)})


def _ticket(municipality_id: int, ticket_id: uuid.UUID) -> Ticket:
    ticket = tickets.ticket(ticket_id)
    if ticket.municipality_id != municipality_id:
        raise NotFound
    return ticket
