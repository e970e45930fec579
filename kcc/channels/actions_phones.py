"""Agents' telephones: where the exchange finds each."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.channels import queries_calls as queries
from kcc.channels.models_calls import AgentPhone
from kcc.channels.rules_numbers import phone_key
from kcc.core import audit
from kcc.core.cleaning import clean_text
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities

LONGEST = 200


def set_phone(*, actor: Actor, account_id: uuid.UUID, address: str) -> None:
    """Say where an agent's telephone is found, as the exchange writes it; an empty address takes it away.

    Raises InvalidInput (``address``) for what is no address or a colleague's, NotFound for an agent out of sight.
    """
    if account_id not in {phone.account_id for phone in queries.phones()}:
        raise NotFound
    cleaned = clean_text(address, multiline=False)
    if len(cleaned) > LONGEST or " " in cleaned or (cleaned and not phone_key(cleaned)):
        raise InvalidInput(
            "Een toestel is een nummer of adres zonder spaties, bijvoorbeeld 1001 of sip:1001@centrale.",
            field="address",
        )
    owner = queries.account_of_phone(cleaned) if cleaned else None
    if owner not in (None, account_id):
        raise InvalidInput("Dit toestel is al van een collega.", field="address")
    db.session.execute(sa.delete(AgentPhone).where(AgentPhone.account_id == account_id))
    if cleaned:
        centre_id = municipalities.visible_municipalities()[0].centre_id
        db.session.add(AgentPhone(centre_id=centre_id, account_id=account_id, address=cleaned))
    audit.record(actor=actor, verb="phone.set", subject_type="account", subject_id=account_id, municipality_id=None)
    db.session.flush()
