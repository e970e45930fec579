"""From a proof to a session: the guard's functions for people who are not signed in (fully) yet.

Nobody is known here, so nothing takes an actor; each function works on the secret that it is given, and the database
itself compares. None commits.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import sqlalchemy as sa

from kcc.core.db import db
from kcc.people.rules import hash_recovery_code, hash_secret


@dataclass(frozen=True)
class HalfOpen:
    """A session whose password was right and whose second factor is still asked."""

    account_id: uuid.UUID
    totp_secret: bytes = field(repr=False)


def open_session(*, email: str, proof: bytes, secret: str, label: str, idle_minutes: int, hours: int) -> bool | None:
    """Open a session under ``secret``; True when a second factor is still needed, None when the proof is wrong."""
    row = db.session.execute(
        sa.text("select * from kcc_open_session(:email, :proof, :secret_hash, :label, :idle, :hours)"),
        {
            "email": email,
            "proof": proof,
            "secret_hash": hash_secret(secret),
            "label": label,
            "idle": idle_minutes,
            "hours": hours,
        },
    ).first()
    return None if row is None else bool(row.needs_second_factor)


def half_open(secret: str) -> HalfOpen | None:
    """The session that waits for its second factor, or None: then there is nothing to ask."""
    row = db.session.execute(sa.text("select * from kcc_second_factor(:secret)"), {"secret": secret}).first()
    if row is None or row.totp_secret is None:
        return None
    return HalfOpen(row.account_id, bytes(row.totp_secret))


def confirm_code(*, secret: str, step: int, new_secret: str) -> bool:
    """Take a time step, once, and open the session under a new secret; False when the step was used before."""
    return bool(
        db.session.scalar(
            sa.text("select kcc_confirm_second_factor(:secret, :step, :new)"),
            {"secret": secret, "step": step, "new": hash_secret(new_secret)},
        )
    )


def use_recovery_code(*, secret: str, code: str, new_secret: str) -> bool:
    """Use up a recovery code and open the session under a new secret; False when it is unknown or was used."""
    return bool(
        db.session.scalar(
            sa.text("select kcc_use_recovery_code(:secret, :code, :new)"),
            {"secret": secret, "code": hash_recovery_code(code), "new": hash_secret(new_secret)},
        )
    )


def close_session(secret: str) -> None:
    """End the session of this secret; nothing happens when there is none."""
    db.session.execute(sa.text("select kcc_close_session(:secret)"), {"secret": secret})
