"""Another e-mail address for an account: asked, confirmed by a second administrator where it is not one's own, withdrawn.

The guard's functions decide and keep everything (``guard.email_change``); none of these commits.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from kcc.core import audit
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, NotAllowed, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.people import queries, rules, rules_accounts
from kcc.people import queries_accounts as accounts


def ask_own(
    *, actor: Actor, email: str, password: str, salt: bytes, code: str, totp_secret: str | None, at: datetime
) -> uuid.UUID:
    """Ask for another address for oneself, on proof of the password and, where codes are on, of a code. Gives its id.

    ``salt`` is that of the password, ``totp_secret`` the opened secret of the codes (None when they are off), ``code`` of
    the app or a recovery code. Whether the address is free shows nowhere. Raises InvalidInput (``email``, ``password``,
    ``code``), NotFound for who has no role any more.
    """
    if actor.account_id is None:
        raise NotFound
    address = rules_accounts.own_address(email)
    if address == queries.own_account(actor.account_id).email:
        raise InvalidInput("Dit is al uw e-mailadres.", field="email")
    made = new_id()
    said = db.session.scalar(
        sa.text("select kcc_ask_own_email(:id, :email, :proof, :step, :recovery)"),
        {
            "id": made,
            "email": address,
            "proof": rules.proof_of(password, salt),
            "step": rules.matching_step(totp_secret, code, at) if totp_secret else None,
            "recovery": rules.hash_recovery_code(code),
        },
    )
    if said == "password":
        raise InvalidInput("Uw wachtwoord is niet juist.", field="password")
    if said == "code":
        raise InvalidInput("Deze code klopt niet. Wacht op een nieuwe en probeer het nog eens.", field="code")
    if said is None:
        raise NotFound
    _record(actor, "email_asked", actor.account_id, None)
    return made


def ask_for(*, actor: Actor, account_id: uuid.UUID, email: str) -> uuid.UUID:
    """Propose another address for somebody who cannot ask; nothing happens before a second administrator confirms.

    Raises InvalidInput (``email``), NotAllowed for oneself and for who also works where the actor manages nobody, NotFound.
    """
    someone = accounts.person(account_id)
    if account_id == actor.account_id:
        raise NotAllowed("Uw eigen e-mailadres wijzigt u bij Mijn account.")
    address = rules_accounts.own_address(email)
    if address == someone.account.email:
        raise InvalidInput("Dit is het e-mailadres al.", field="email")
    made = new_id()
    values = {"id": made, "account": account_id, "email": address}
    if not db.session.scalar(sa.text("select kcc_ask_email(:id, :account, :email)"), values):
        raise NotAllowed("Dit kan alleen voor iemand van wie u in alle gemeenten de rechten beheert.")
    _record(actor, "email_proposed", account_id, someone.memberships[0].municipality_id)
    return made


def decide(*, actor: Actor, account_id: uuid.UUID, confirm: bool) -> str:
    """Confirm or refuse what another administrator proposed; gives ``confirmed`` or ``refused``.

    Once confirmed, a link goes to the new address. Raises NotAllowed for who proposed it and for whom it is, NotFound.
    """
    known = _open(account_id)
    said = db.session.scalar(sa.text("select kcc_decide_email(:id, :confirm)"), {"id": known.id, "confirm": confirm})
    if said is None:
        raise NotAllowed("Een tweede beheerder moet dit doen.")
    _record(actor, f"email_{said}", account_id, known.municipality_id)
    return str(said)


def withdraw_for(*, actor: Actor, account_id: uuid.UUID) -> None:
    """Take somebody's change back, as who manages people where they work. Raises NotFound."""
    known = _open(account_id)
    _withdraw(known.id)
    _record(actor, "email_withdrawn", account_id, known.municipality_id)


def withdraw_own(*, actor: Actor) -> None:
    """Take one's own change back, whoever asked for it. Raises NotFound when there is none."""
    known = queries.own_email_change()
    if known is None or actor.account_id is None:
        raise NotFound
    _withdraw(known.id)
    _record(actor, "email_withdrawn", actor.account_id, None)


def _open(account_id: uuid.UUID) -> accounts.OpenEmailChange:
    for known in accounts.open_email_changes():
        if known.account_id == account_id:
            return known
    raise NotFound


def _withdraw(change_id: uuid.UUID) -> None:
    if db.session.scalar(sa.text("select kcc_withdraw_email(:id)"), {"id": change_id}) is None:
        raise NotFound


def _record(actor: Actor, verb: str, account_id: uuid.UUID, municipality_id: int | None) -> None:
    in_sight = municipality_id in {town.id for town in municipalities.visible_municipalities(gone=True)}
    audit.record(
        actor=actor, verb=verb, subject_type="account", subject_id=account_id,
        municipality_id=municipality_id if in_sight else None, fields=["email"],
    )  # fmt: skip
    db.session.flush()
