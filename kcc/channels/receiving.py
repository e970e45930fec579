"""The front door of mail: the bytes are kept, with their hash and the job that reads them, before anything else happens.

Each mail is a transaction of its own. Only when ``keep`` has returned may a server hear that the mail was taken, or a
mailbox that it was seen. No scope is needed, and none is given: the database's own function adds, and shows nothing.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.tenancy import doorless_scope

RECEIVE = sa.text("select kcc_receive_mail(:address, :raw, :source, :envelope, :validity, :uid)")


def is_known(address: str) -> str | None:
    """Who has this address: ``town``, ``centre`` (its domain, nobody in particular), or None."""
    with doorless_scope():
        found = db.session.scalar(sa.text("select kcc_mail_recipient(:a)"), {"a": clean_address(address)})
        return None if found is None else str(found)


def keep(
    address: str,
    raw: bytes,
    *,
    source: str,
    envelope_from: str | None = None,
    uidvalidity: int | None = None,
    uid: int | None = None,
) -> uuid.UUID | None:
    """Keep a mail for the town that has ``address``; its id, or None when nobody here has it. Returns after the commit.

    ``uidvalidity`` and ``uid`` are its place in an IMAP mailbox: fetched again from there it is the same mail.
    """
    values = {
        "address": clean_address(address), "raw": raw, "source": source, "validity": uidvalidity, "uid": uid,
        "envelope": None if envelope_from is None else clean_address(envelope_from),
    }  # fmt: skip
    with doorless_scope():
        made = db.session.scalar(RECEIVE, values)
        db.session.commit()
    return made if isinstance(made, uuid.UUID) else uuid.UUID(str(made)) if made else None


def clean_address(address: str) -> str:
    """An address of an envelope as the database takes it: without NUL and broken Unicode, which no address holds."""
    return address.encode("utf-8", "replace").decode().replace("\x00", "")[:320].strip().strip("<>")
