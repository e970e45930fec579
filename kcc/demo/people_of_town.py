"""Invented citizens of a town: names from lists, streets that do not exist, numbers in the range kept for fiction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kcc.core.clock import now
from kcc.core.db import new_id
from kcc.demo.content_shapes import TownContent
from kcc.parties.rules import search_key

if TYPE_CHECKING:
    from kcc.demo.history import Making

SHARE_KNOWN = 0.05
"""Parties known at the start, as a share of the inhabitants."""


@dataclass(frozen=True)
class Citizen:
    """A party of one town, with what a call about it shows."""

    party_id: uuid.UUID
    name: str
    phone: str


def citizens_of(making: Making, town: TownContent) -> list[Citizen]:
    """Make the known citizens of a town, with a phone number each and mail for some."""
    return [_citizen(making, town, number) for number in range(int(town.inhabitants * SHARE_KNOWN) + 20)]


def _citizen(making: Making, town: TownContent, number: int) -> Citizen:
    chance, sayings = making.chance, making.content.sayings
    name = f"{chance.choice(sayings.first_names)} {chance.choice(sayings.last_names)}"
    party, town_id = new_id(), making.laid.towns[town.short_code]
    place = chance.choice(town.places)
    phone = f"+316{chance.randrange(10_000_000, 99_999_999)}"
    making.add(
        "party",
        id=party,
        municipality_id=town_id,
        kind="person",
        name=name,
        search_name=search_key(name),
        language="nl",
        is_secret=chance.random() < 0.01,
        postcode=f"{chance.choice(place.postcodes)} {chr(65 + number % 20)}{chr(65 + number // 20 % 20)}",
        house_number=str(chance.randrange(1, 180)),
        street=chance.choice(place.streets),
        place=place.name,
        created_at=now(),
        version=1,
    )
    given = f"06 {phone[4:]}"
    making.add(
        "digital_address",
        id=new_id(),
        municipality_id=town_id,
        party_id=party,
        kind="phone",
        address=phone,
        as_given=given,
        preferred=True,
    )
    if chance.random() < 0.3:
        mail = f"{search_key(name).replace(' ', '.')}{number}@voorbeeld.example"
        making.add(
            "digital_address",
            id=new_id(),
            municipality_id=town_id,
            party_id=party,
            kind="email",
            address=mail,
            as_given=mail,
            preferred=False,
        )
    return Citizen(party, name, phone)
