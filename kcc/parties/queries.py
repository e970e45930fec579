"""Everything that is read of parties, always within one municipality."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.sealing import keyed_hash
from kcc.parties import rules
from kcc.parties.models import DigitalAddress, Party, PartyIdentifier

MOST_FOUND = 10


@dataclass(frozen=True)
class PartyCard:
    """A party as screens show it: a secret address is left out, the BSN is masked."""

    id: uuid.UUID
    municipality_id: int
    name: str
    kind: str
    language: str
    is_secret: bool
    address: str
    phone: str
    email: str
    masked_bsn: str


def find_parties(
    municipality_id: int,
    *,
    name: str = "",
    phone: str = "",
    email: str = "",
    postcode: str = "",
    house_number: str = "",
    limit: int = MOST_FOUND,
) -> list[PartyCard]:
    """Parties of one municipality that fit all that was given; nothing when nothing was given.

    A name may be said in any order and half; a number and an e-mail address must be whole. Raises InvalidInput for a
    postcode or e-mail address that is none.
    """
    ids = _wanted(municipality_id, name, phone, email, postcode, house_number, limit)
    return cards(municipality_id, ids[:limit]) if ids else []


def _wanted(
    municipality_id: int, name: str, phone: str, email: str, postcode: str, house_number: str, limit: int
) -> list[uuid.UUID]:
    found: list[list[uuid.UUID]] = []
    if key := rules.search_key(name):
        rows = db.session.execute(
            sa.text("select party_id from kcc_find_parties(:name, :town, :most)"),
            {"name": key, "town": municipality_id, "most": limit * 5},
        )
        found.append([row.party_id for row in rows])
    if phone.strip():
        number, raw = rules.normalise_phone(phone)
        found.append(_by_address(municipality_id, number or raw))
    if email.strip():
        found.append(_by_address(municipality_id, rules.normalise_email(email)))
    if postcode.strip():
        found.append(_by_postcode(municipality_id, rules.normalise_postcode(postcode), house_number.strip(), limit))
    if not found:
        return []
    first, *rest = found
    return [party_id for party_id in first if all(party_id in others for others in rest)]


def _by_address(municipality_id: int, address: str) -> list[uuid.UUID]:
    # Said aloud, nobody hears capitals.
    return list(
        db.session.scalars(
            sa.select(DigitalAddress.party_id)
            .where(
                DigitalAddress.municipality_id == municipality_id,
                sa.func.lower(DigitalAddress.address) == address.lower(),
            )
            .distinct()
        )
    )


def _by_postcode(municipality_id: int, postcode: str, house_number: str, limit: int) -> list[uuid.UUID]:
    # A secret address must not be found by asking who lives there.
    statement = sa.select(Party.id).where(
        Party.municipality_id == municipality_id, Party.postcode == postcode, sa.not_(Party.is_secret)
    )
    if house_number:
        statement = statement.where(Party.house_number == house_number)
    return list(db.session.scalars(statement.order_by(Party.name).limit(limit * 5)))


def cards(municipality_id: int, party_ids: list[uuid.UUID]) -> list[PartyCard]:
    """The cards of these parties of one municipality, in the given order; unseen ones are left out."""
    address = (
        sa.select(sa.func.jsonb_object_agg(DigitalAddress.kind, DigitalAddress.address).label("addresses"))
        .where(DigitalAddress.municipality_id == Party.municipality_id, DigitalAddress.party_id == Party.id)
        .correlate(Party)
        .scalar_subquery()
    )
    bsn = (
        sa.select(PartyIdentifier.masked)
        .where(
            PartyIdentifier.municipality_id == Party.municipality_id,
            PartyIdentifier.party_id == Party.id,
            PartyIdentifier.kind == "bsn",
        )
        .correlate(Party)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Party, address.label("addresses"), bsn.label("bsn")).where(
            Party.municipality_id == municipality_id, Party.id.in_(party_ids)
        )
    )
    made = {row.Party.id: _card(row.Party, row.addresses or {}, row.bsn or "") for row in rows}
    return [made[party_id] for party_id in party_ids if party_id in made]


def _card(party: Party, addresses: dict[str, str], bsn: str) -> PartyCard:
    street = " ".join(part for part in (party.street, party.house_number) if part)
    whole = ", ".join(part for part in (street, " ".join(p for p in (party.postcode, party.place) if p)) if part)
    return PartyCard(
        id=party.id,
        municipality_id=party.municipality_id,
        name=party.name,
        kind=party.kind,
        language=party.language,
        is_secret=party.is_secret,
        address="" if party.is_secret else whole,
        phone=rules.format_phone(addresses["phone"]) if addresses.get("phone") else "",
        email=addresses.get("email", ""),
        masked_bsn=bsn,
    )


def card(municipality_id: int, party_id: uuid.UUID) -> PartyCard:
    """One party of one municipality as screens show it; raises NotFound, also for a party of another municipality."""
    found = cards(municipality_id, [party_id])
    if not found:
        raise NotFound
    return found[0]


def party(municipality_id: int, party_id: uuid.UUID) -> Party:
    """One party of one municipality; raises NotFound, also for a party of another municipality."""
    found = db.session.scalar(sa.select(Party).where(Party.municipality_id == municipality_id, Party.id == party_id))
    if found is None:
        raise NotFound
    return found


def identifier(municipality_id: int, party_id: uuid.UUID, kind: str = "bsn") -> PartyIdentifier | None:
    """The sealed identifier of a party, or None when none is known."""
    return db.session.scalar(
        sa.select(PartyIdentifier).where(
            PartyIdentifier.municipality_id == municipality_id,
            PartyIdentifier.party_id == party_id,
            PartyIdentifier.kind == kind,
        )
    )


def party_with_bsn(municipality_id: int, bsn: str, key: bytes) -> uuid.UUID | None:
    """Who in this municipality has this BSN, found by its keyed hash; None when nobody. Raises InvalidInput."""
    digits = rules.normalise_bsn(bsn)
    return db.session.scalar(
        sa.select(PartyIdentifier.party_id).where(
            PartyIdentifier.municipality_id == municipality_id,
            PartyIdentifier.kind == "bsn",
            PartyIdentifier.lookup_hash == keyed_hash(key, digits, f"bsn:{municipality_id}"),
        )
    )


def follow_key(key: bytes, municipality_id: int, *, party_id: uuid.UUID | None, number: str) -> bytes | None:
    """What recognises a repeat within one municipality without naming anyone: of the party, else of the number."""
    if party_id is not None:
        return keyed_hash(key, f"party:{party_id}", f"follow:{municipality_id}")
    phone, _raw = rules.normalise_phone(number)
    return keyed_hash(key, f"phone:{phone}", f"follow:{municipality_id}") if phone else None
