"""Mails for tests: written, kept by the front door, and read by the job."""

from __future__ import annotations

import uuid
from email.message import EmailMessage
from typing import Any

from kcc.channels import receiving
from kcc.core import jobs
from kcc.core.db import db
from tests.support.world import World


def letter(text: str = "Hoe kan ik een paspoort aanvragen?", **headers: str) -> bytes:
    """A mail of somebody with an ordinary program; ``headers`` in small letters with underscores, None leaves one out."""
    mail = EmailMessage()
    values = {
        "From": "J. de Vries <jan@example.nl>", "To": "info@aalburg.example", "Subject": "Paspoort",
        "Date": "Wed, 25 Nov 2026 10:00:00 +0100", "Message-ID": f"<{uuid.uuid4()}@example.nl>",
    }  # fmt: skip
    values |= {
        name.strip("_").replace("_", "-").title().replace("-Id", "-ID"): value for name, value in headers.items()
    }
    for name, value in values.items():
        if value is not None:
            mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def keep(world: World, raw: bytes, *, town: str = "Aalburg", address: str | None = None, **given: Any) -> uuid.UUID:
    """Keep a mail as a server would."""
    made = receiving.keep(address or world.mailboxes[town], raw, source=given.pop("source", "lmtp"), **given)
    assert made is not None
    return made


def work() -> None:
    """Do what is due, as the worker does."""
    db.session.rollback()
    while (job := jobs.claim()) is not None:
        assert jobs.run(job) in ("done", "waiting"), job.name


def standing(world: World, mail_id: uuid.UUID) -> dict[str, Any]:
    """A mail as it stands, past every lock."""
    with world.admin() as admin:
        row = admin.execute(
            "select r.state, r.reason, r.automatic, r.ticket_id, r.suggested_ticket_id, r.duplicate_of_id, r.sha256,"
            " sha256(c.raw), t.reference, t.status from received_mail r join mail_content c on c.mail_id = r.id"
            " left join ticket t on t.id = r.ticket_id where r.id = %s",
            (mail_id,),
        ).fetchone()
    assert row is not None
    names = "state reason automatic ticket_id suggested_ticket_id duplicate_of_id sha256 kept_sha256 reference status"
    return dict(zip(names.split(), row, strict=True))


def receive(world: World, raw: bytes, **given: Any) -> dict[str, Any]:
    """Keep a mail, read it, and tell how it stands."""
    made = keep(world, raw, **given)
    work()
    return {**standing(world, made), "id": made}


def waiting(world: World) -> list[tuple[str, uuid.UUID]]:
    """What waits for an agent: kind and ticket."""
    with world.admin() as admin:
        return [tuple(row) for row in admin.execute("select kind, ticket_id from work_item where done_at is null")]


def outgoing(world: World) -> list[dict[str, Any]]:
    """Every mail that was written to citizens, oldest first."""
    with world.admin() as admin:
        cursor = admin.execute("select * from outgoing_mail order by made_at, id")
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]
