"""Feeding a folder of raw mails through the intake, and saying of each what became of it. The shape stands in docs/mail.md."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kcc.channels import fetching, receiving
from kcc.channels.models_mail import MailContent, ReceivedMail
from kcc.config import Settings
from kcc.contacts.models import Ticket
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.platform import command_scope
from kcc.municipalities.models import Entrance

BATCH = 100
PATIENCE_SECONDS = 180
STATES = {
    "ticketed": "ingested", "attached": "ingested", "duplicate": "duplicate", "quarantined": "quarantined",
    "dismissed": "quarantined", "stored": "waiting",
}  # fmt: skip
SUMS = (
    "files",
    "ingested",
    "quarantined",
    "duplicate",
    "waiting",
    "unreadable",
    "automatic",
    "hash_equal",
    "hash_unequal",
)


@dataclass
class Line:
    """One file and what became of it."""

    file: str
    state: str = "unreadable"
    reason: str = ""
    automatic: bool = False
    automatic_kind: str = ""
    hash_equal: bool = False
    ticket: str = ""
    sha256: str = ""
    mail_id: uuid.UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """The line as documented."""
        return {
            "file": _shown(self.file), "state": self.state, "reason": self.reason, "automatic": self.automatic,
            "automatic_kind": self.automatic_kind, "hash_equal": self.hash_equal, "ticket": self.ticket,
            "sha256": self.sha256,
        }  # fmt: skip

    def in_words(self) -> str:
        """The line for a reader."""
        why = f" ({self.reason})" if self.reason else ""
        kind = f"automatic: {self.automatic_kind}" if self.automatic else "not automatic"
        equal = "hash equal" if self.hash_equal else "hash NOT equal"
        return f"{self.state}{why}\t{kind}\t{equal}\t{self.ticket or '-'}\t{_shown(self.file)}"


@dataclass
class Outcome:
    """Every line and the sums."""

    address: str
    lines: list[Line] = field(default_factory=list)

    @property
    def sums(self) -> dict[str, int]:
        """How many of each."""
        counted: Counter[str] = Counter(line.state for line in self.lines)
        counted["files"] = len(self.lines)
        counted["automatic"] = sum(line.automatic for line in self.lines)
        counted["hash_equal"] = sum(line.hash_equal for line in self.lines)
        counted["hash_unequal"] = sum(not line.hash_equal for line in self.lines if line.state != "unreadable")
        return {name: counted[name] for name in SUMS}

    @property
    def is_whole(self) -> bool:
        """Whether every file was read, kept as it is, and decided about."""
        return all(line.hash_equal and line.state not in ("waiting", "unreadable") for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """The document as documented."""
        return {
            "to": self.address,
            "files": [line.as_json() for line in self.lines],
            "sums": self.sums,
            "whole": self.is_whole,
        }

    def in_words(self) -> str:
        """The sums for a reader."""
        return ", ".join(f"{number} {name}" for name, number in self.sums.items())


def feed(folder: Path, address: str, settings: Settings, *, say: Callable[[Line], None]) -> Outcome:
    """Keep every file below ``folder`` as a mail to ``address``, have it read, and tell what became of it, in path order.

    Mails go in as LMTP would bring them, and are read by the same jobs: those of a running worker, and this process.
    Raises NotFound when no municipality has the address.
    """
    centre = fetching.centre_of(settings, address)
    with command_scope(settings.platform_url, centre, reason="feed mails") as _centre_id:
        address = fetching.find_entrance(address).address if address else _first_mailbox()
    outcome = Outcome(address)
    for batch in _batches(folder):
        for line, path in batch:
            _keep(line, path, address)
        _wait_for([line for line, _path in batch if line.mail_id], settings, centre)
        for line, _path in batch:
            outcome.lines.append(line)
            say(line)
    return outcome


def _first_mailbox() -> str:
    asked = (
        sa.select(Entrance.address).where(Entrance.kind == "mailbox", Entrance.active).order_by(Entrance.id).limit(1)
    )
    return str(db.session.scalar(asked))


def _batches(folder: Path) -> Iterator[list[tuple[Line, Path]]]:
    batch: list[tuple[Line, Path]] = []
    for path in sorted(path for path in folder.rglob("*") if not path.is_dir()):
        batch.append((Line(file=str(path.relative_to(folder))), path))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _keep(line: Line, path: Path, address: str) -> None:
    try:
        if not path.is_file():
            line.reason = "not_a_file"
            return
        raw = path.read_bytes()
    except OSError as fault:
        line.reason = type(fault).__name__
        return
    line.sha256 = hashlib.sha256(raw).hexdigest()
    try:
        line.mail_id = receiving.keep(address, raw, source="feed")
    except sa.exc.DBAPIError as fault:
        # Too large for the database, for one: the next file may fit.
        line.reason = f"not_kept_{type(fault.orig).__name__}"


def _wait_for(lines: list[Line], settings: Settings, centre: str) -> None:
    """Do what waits until these mails were decided about, by us or by a worker, or nothing moves any more."""
    left, until = len(lines), time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < until:
        job = jobs.claim()
        if job is not None:
            jobs.run(job)
            continue
        waiting = _look(lines, settings, centre)
        if waiting < left:
            left, until = waiting, time.monotonic() + PATIENCE_SECONDS
        if waiting:
            time.sleep(0.2)
    _look(lines, settings, centre)


def _look(lines: list[Line], settings: Settings, centre: str) -> int:
    """Read what became of these mails; how many wait still."""
    ids = {line.mail_id: line for line in lines}
    with command_scope(settings.platform_url, centre, reason="feed mails"):
        rows = db.session.execute(
            sa.select(ReceivedMail, Ticket.reference, sa.func.encode(sa.func.sha256(MailContent.raw), "hex"))
            .join(MailContent, MailContent.mail_id == ReceivedMail.id)
            .outerjoin(
                Ticket,
                sa.and_(Ticket.municipality_id == ReceivedMail.municipality_id, Ticket.id == ReceivedMail.ticket_id),
            )
            .where(ReceivedMail.id.in_(list(ids)))
        ).all()
        for mail, reference, kept in rows:
            line = ids[mail.id]
            line.state = STATES[mail.state]
            line.reason, line.ticket = mail.reason, reference or ""
            line.automatic, line.automatic_kind = bool(mail.automatic), mail.automatic
            line.hash_equal = kept == mail.sha256.hex() == line.sha256
    return sum(line.state in ("waiting", "unreadable") for line in lines)


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
