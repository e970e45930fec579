"""From a link by mail to an account in use: the guard's functions for somebody who is not signed in.

Nobody is known here, so nothing takes an actor; each function works on the secret that it is given, and an invitation
is its own trace. None commits.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from kcc.core.db import db
from kcc.people import rules, rules_accounts


@dataclass(frozen=True)
class Invited:
    """Whom an invitation is for, and until when (UTC) its link works."""

    email: str
    name: str
    locale: str
    centre_name: str
    expires_at: datetime


@dataclass(frozen=True)
class Letter:
    """What a mail with a link needs; the secret exists nowhere else."""

    email: str
    name: str
    locale: str
    centre_name: str
    secret: str = field(repr=False)


def mint(invitation_id: uuid.UUID) -> Letter | None:
    """A fresh link for an open invitation, in the scope of a job or a command; an earlier one ends. None when it is over."""
    secret = rules.make_secret()
    row = db.session.execute(
        sa.text("select * from kcc_mint_invitation(:id, :hash, :hours)"),
        {"id": invitation_id, "hash": rules.hash_secret(secret), "hours": rules_accounts.INVITATION_HOURS},
    ).first()
    return None if row is None else Letter(row.email, row.name, row.locale, row.centre_name, secret)


def opened(secret: str) -> Invited | None:
    """Whom the link with this secret is for; None when it was used, withdrawn, replaced, or is too old."""
    row = db.session.execute(
        sa.text("select * from kcc_open_invitation(:hash)"), {"hash": rules.hash_secret(secret)}
    ).first()
    return None if row is None else Invited(row.email, row.name, row.locale, row.centre_name, row.expires_at)


def accept(
    *, secret: str, password: str, totp: bytes, step: int, codes: list[str], session: str, label: str,
    idle_minutes: int, hours: int,
) -> bool:  # fmt: skip
    """Use a link, once: password, sealed secret of the codes, recovery codes, and a session under ``session``.

    False when the link is over. What the account had before no longer opens anything, and its other sessions end.
    """
    salt = rules.make_salt()
    return bool(
        db.session.scalar(
            sa.text(
                "select kcc_accept_invitation(:hash, :salt, :verifier, :totp, :step, :codes, :session, :label, :idle, :hours)"
            ),
            {
                "hash": rules.hash_secret(secret),
                "salt": salt,
                "verifier": rules.verifier_of(rules.proof_of(password, salt)),
                "totp": totp,
                "step": step,
                "codes": [rules.hash_recovery_code(code) for code in codes],
                "session": rules.hash_secret(session),
                "label": label,
                "idle": idle_minutes,
                "hours": hours,
            },
        )
    )
