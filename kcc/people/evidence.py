"""Attempts to prove who one is, kept whatever becomes of the request: each in a short transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from kcc.core.db import db


@dataclass(frozen=True)
class Attempt:
    """May this go on? ``wait_seconds`` above 0 says no; otherwise ``salt`` is there, real or made up."""

    salt: bytes
    wait_seconds: int

    @property
    def wait_minutes(self) -> int:
        """Minutes to wait, rounded up."""
        return -(-self.wait_seconds // 60)


def begin_attempt(*, subject: str, address_hash: bytes, spice: bytes) -> Attempt:
    """Write down one attempt on ``subject`` (an e-mail address, or the name of another proof) and commit.

    After ten failures within five minutes the subject has to wait, and so has an address after three hundred.
    ``spice`` makes the salt of an unknown subject, always the same one, so that answers tell nothing.
    """
    # Attempts on one subject stand in line: many at once would otherwise all count the same failures.
    db.session.execute(
        sa.text("select pg_advisory_xact_lock(hashtextextended(lower(:subject), 7))"), {"subject": subject}
    )
    row = db.session.execute(
        sa.text("select * from kcc_begin_sign_in(:subject, :address, :spice)"),
        {"subject": subject, "address": address_hash, "spice": spice},
    ).one()
    db.session.commit()
    return Attempt(bytes(row.salt or b""), int(row.wait_seconds))
