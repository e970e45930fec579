"""What changes a party: adding one, what reaches it, its BSN."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from kcc.core import audit
from kcc.core.cleaning import clean_text, refuse_reason
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Actor
from kcc.core.sealing import keyed_hash, seal, unseal
from kcc.parties import evidence, queries, rules
from kcc.parties.models import DigitalAddress, Party, PartyIdentifier

LONGEST_NAME = 200
LONGEST_REASON = 300
KINDS = frozenset({"person", "organisation"})


def add_party(
    *,
    actor: Actor,
    municipality_id: int,
    name: str,
    kind: str = "person",
    phone: str = "",
    email: str = "",
    postcode: str = "",
    house_number: str = "",
    street: str = "",
    place: str = "",
    language: str = "nl",
    is_secret: bool = False,
) -> Party:
    """A new citizen or organisation of one municipality, with what reaches them.

    Raises InvalidInput at the field ``party_name``, ``phone``, ``email`` or ``postcode``.
    """
    full_name = _line(name, "party_name", LONGEST_NAME)
    if not rules.search_key(full_name):
        raise InvalidInput("Vul een naam in.", field="party_name")
    if kind not in KINDS:
        raise InvalidInput("Kies persoon of organisatie.", field="kind")
    party = Party(
        municipality_id=municipality_id,
        kind=kind,
        name=full_name,
        search_name=rules.search_key(full_name),
        language=_line(language, "language", 10) or "nl",
        is_secret=is_secret,
        postcode=rules.normalise_postcode(postcode) if postcode.strip() else None,
        house_number=_line(house_number, "house_number", 20) or None,
        street=_line(street, "street", 100) or None,
        place=_line(place, "place", 100) or None,
    )
    db.session.add(party)
    db.session.flush()
    if phone.strip():
        number, raw = rules.normalise_phone(_line(phone, "phone", 40))
        _reach(party, "phone", number or raw, raw)
    if email.strip():
        _reach(party, "email", rules.normalise_email(email), email.strip())
    _record(actor, "party.added", party)
    return party


def _reach(party: Party, kind: str, address: str, as_given: str) -> None:
    db.session.add(
        DigitalAddress(
            municipality_id=party.municipality_id,
            party_id=party.id,
            kind=kind,
            address=address,
            as_given=as_given,
            preferred=True,
        )
    )
    db.session.flush()


def set_bsn(*, actor: Actor, municipality_id: int, party_id: uuid.UUID, bsn: str, key: bytes) -> PartyIdentifier:
    """Keep a party's BSN sealed, with a keyed hash to find it by; ``key`` is a setting and never enters the database.

    Raises InvalidInput at ``bsn`` when it fails the eleven test or belongs to somebody else in this municipality,
    NotFound for a party out of sight.
    """
    party = queries.party(municipality_id, party_id)
    digits = rules.normalise_bsn(bsn)
    owner = queries.party_with_bsn(municipality_id, digits, key)
    if owner not in (None, party.id):
        raise InvalidInput("Dit burgerservicenummer hoort al bij iemand anders in deze gemeente.", field="bsn")
    known = queries.identifier(municipality_id, party.id)
    if known is None:
        known = PartyIdentifier(municipality_id=municipality_id, party_id=party.id, kind="bsn")
        db.session.add(known)
    known.ciphertext = seal(key, digits, _context(party.id))
    known.lookup_hash = keyed_hash(key, digits, f"bsn:{municipality_id}")
    known.masked = rules.mask_bsn(digits)
    db.session.flush()
    _record(actor, "party.bsn_set", party)
    return known


def reveal_bsn(
    *,
    actor: Actor,
    municipality_id: int,
    party_id: uuid.UUID,
    reason: str,
    key: bytes,
    conversation_id: uuid.UUID | None = None,
) -> str:
    """The nine digits, after the look and its reason were written down.

    Raises InvalidInput at ``reveal_reason`` without a reason, NotFound when there is no such party or no BSN.
    """
    why = _line(reason, "reveal_reason", LONGEST_REASON)
    if len(why) < 3:
        raise InvalidInput("Geef een reden: waarvoor hebt u het burgerservicenummer nodig?", field="reveal_reason")
    known = queries.identifier(municipality_id, party_id)
    if known is None:
        raise NotFound
    evidence.record_look(
        actor=actor,
        municipality_id=municipality_id,
        what="bsn_reveal",
        reason=why,
        party_id=party_id,
        conversation_id=conversation_id,
        found=1,
    )
    return unseal(key, known.ciphertext, _context(party_id))


def touch_number(*, actor: Actor, municipality_id: int, party_id: uuid.UUID, phone: str) -> None:
    """Remember a number for a party that had none; nothing when it has one or the number is none."""
    number, raw = rules.normalise_phone(phone)
    has_one = sa.exists().where(
        DigitalAddress.municipality_id == municipality_id,
        DigitalAddress.party_id == party_id,
        DigitalAddress.kind == "phone",
    )
    if number is None or db.session.scalar(sa.select(has_one)):
        return
    party = queries.party(municipality_id, party_id)
    _reach(party, "phone", number, raw)
    _record(actor, "party.phone_added", party)


def sealed_for(
    ciphertext: bytes, *, party_id: uuid.UUID, new_party_id: uuid.UUID, municipality_id: int, key: bytes
) -> tuple[bytes, bytes]:
    """A BSN as another municipality keeps it for a party of its own: sealed, and the hash to find it by there.

    Raises cryptography.exceptions.InvalidTag when it was not sealed for ``party_id`` with this key.
    """
    digits = unseal(key, ciphertext, _context(party_id))
    return seal(key, digits, _context(new_party_id)), keyed_hash(key, digits, f"bsn:{municipality_id}")


def unsealed(ciphertext: bytes, *, party_id: uuid.UUID, key: bytes) -> str:
    """The digits of a BSN, for a town that takes all its own along. Raises InvalidTag as above."""
    return unseal(key, ciphertext, _context(party_id))


def _context(party_id: uuid.UUID) -> str:
    return f"bsn:{party_id}"


def _line(text: str, field: str, limit: int) -> str:
    fault = refuse_reason(text, limit)
    if fault:
        raise InvalidInput(fault, field=field)
    return clean_text(text, multiline=False)


def _record(actor: Actor, verb: str, party: Party) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="party",
        subject_id=party.id,
        municipality_id=party.municipality_id,
    )
