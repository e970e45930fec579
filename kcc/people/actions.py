"""What people change about their own account, and the machine's work that was set going again. None commits."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.models import Job
from kcc.core.permissions import Actor
from kcc.people import queries, rules
from kcc.people.models import Account

LOCALES = ("nl", "en")


def save_settings(*, actor: Actor, name: str, locale: str, shortcuts_on: bool) -> Account:
    """Change one's own name, language ('nl' or 'en') and whether keys work. Raises InvalidInput."""
    if not name:
        raise InvalidInput("Vul uw naam in.", field="name")
    if locale not in LOCALES:
        raise InvalidInput("Kies een taal uit de lijst.", field="locale")
    account = queries.own_account(_own_id(actor))
    changed = [
        field
        for field, value in (("name", name), ("locale", locale), ("shortcuts_on", shortcuts_on))
        if getattr(account, field) != value
    ]
    account.name, account.locale, account.shortcuts_on = name, locale, shortcuts_on
    _record(actor, "account_changed", changed)
    db.session.flush()
    return account


def change_password(*, actor: Actor, email: str, old: str, new: str, salt: bytes) -> None:
    """Set a new password on proof of the old one; every other session of the account ends.

    ``salt`` is the present one. Raises InvalidInput when the old one is wrong or the new one is weak.
    """
    rules.refuse_weak(new, email)
    new_salt = rules.make_salt()
    changed = db.session.scalar(
        sa.text("select kcc_change_password(:old, :salt, :verifier)"),
        {
            "old": rules.proof_of(old, salt),
            "salt": new_salt,
            "verifier": rules.verifier_of(rules.proof_of(new, new_salt)),
        },
    )
    if not changed:
        raise InvalidInput("Uw huidige wachtwoord is niet juist.", field="password")
    _record(actor, "password_changed")
    db.session.flush()


def end_session(*, actor: Actor, door_id: uuid.UUID) -> None:
    """End one of one's own sessions. Raises NotFound for one that is over, or another person's."""
    if not db.session.scalar(sa.text("select kcc_close_other_session(:door)"), {"door": door_id}):
        raise NotFound
    _record(actor, "session_ended")
    db.session.flush()


def offer_totp(*, actor: Actor, sealed_secret: bytes) -> None:
    """Keep a sealed secret until a code from the app confirms it; changes nothing once codes are on."""
    db.session.execute(sa.text("select kcc_offer_totp(:secret)"), {"secret": sealed_secret})
    _record(actor, "second_factor_offered")
    db.session.flush()


def confirm_totp(*, actor: Actor, step: int | None) -> list[str]:
    """Switch codes on at the time step of a first right code; returns the recovery codes, to be shown once.

    Raises InvalidInput when the code was wrong (no step), InvalidState when codes were on already.
    """
    if step is None:
        raise InvalidInput("Deze code klopt niet. Wacht op een nieuwe en probeer het nog eens.", field="code")
    codes = rules.make_recovery_codes()
    confirmed = db.session.scalar(
        sa.text("select kcc_confirm_totp(:step, :codes)"),
        {"step": step, "codes": [rules.hash_recovery_code(code) for code in codes]},
    )
    if not confirmed:
        raise InvalidState("Aanmelden met een code staat al aan.")
    _record(actor, "second_factor_on")
    db.session.flush()
    return codes


def drop_totp(*, actor: Actor, password: str, salt: bytes) -> None:
    """Switch codes off on proof of the password. Raises InvalidInput when it is wrong."""
    proof = rules.proof_of(password, salt)
    if not db.session.scalar(sa.text("select kcc_drop_totp(:proof)"), {"proof": proof}):
        raise InvalidInput("Uw wachtwoord is niet juist.", field="password")
    _record(actor, "second_factor_off")
    db.session.flush()


def retry_job(*, actor: Actor, job_id: uuid.UUID) -> None:
    """Have a dead job tried again from now on. Raises NotFound for a job that is not dead, or not of one's towns."""
    town = db.session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.state == "dead")
        .values(state="waiting", attempts=0, run_after=now(), fault=None)
        .returning(Job.municipality_id)
        .execution_options(synchronize_session=False)
    ).first()
    if town is None:
        raise NotFound
    audit.record(
        actor=actor, verb="job_retried", subject_type="job", subject_id=job_id, municipality_id=town.municipality_id
    )
    db.session.flush()


def _own_id(actor: Actor) -> uuid.UUID:
    if actor.account_id is None:
        raise NotFound
    return actor.account_id


def _record(actor: Actor, verb: str, fields: list[str] | None = None) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="account",
        subject_id=_own_id(actor),
        municipality_id=None,
        fields=fields or [],
    )
