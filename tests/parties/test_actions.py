"""Adding and identifying parties."""

from __future__ import annotations

import pytest

from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.parties import actions, queries
from kcc.parties.models import Party
from tests.support.world import World

KEY = b"k" * 32
BSN, OTHER_BSN = "123456782", "111222333"


def added(world: World, actor: object, town: str = "Aalburg", **values: object) -> Party:
    return actions.add_party(actor=actor, municipality_id=world.towns[town], **{"name": "Jan de Wit", **values})  # type: ignore[arg-type]


def test_a_party_is_kept_as_one_looks_it_up(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = added(world, actor, phone="06-12345678", email="Jan@Voorbeeld.NL", postcode="4261ab", house_number="3")
        card = queries.card(party.municipality_id, party.id)
    assert (party.search_name, party.postcode, card.email) == ("jan wit de", "4261 AB", "Jan@voorbeeld.nl")
    assert card.phone.replace(" ", "").replace("-", "") == "0612345678"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "party_name"),
        ({"name": "x" * 201}, "party_name"),
        ({"postcode": "12"}, "postcode"),
        ({"email": "x"}, "email"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(world: World, values: dict[str, str], field: str) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor, pytest.raises(InvalidInput) as refused:
        added(world, actor, **values)
    assert refused.value.field == field


def test_a_bsn_is_sealed_found_again_and_shown_for_a_reason(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = added(world, actor)
        town, who = party.municipality_id, party.id
        kept = actions.set_bsn(actor=actor, municipality_id=town, party_id=who, bsn=BSN, key=KEY)
        assert BSN.encode() not in kept.ciphertext and kept.masked.endswith("82")
        assert queries.party_with_bsn(town, BSN, KEY) == who
        assert queries.party_with_bsn(world.towns["Bergen"], BSN, KEY) is None
        with pytest.raises(InvalidInput):
            actions.reveal_bsn(actor=actor, municipality_id=town, party_id=who, reason=" ", key=KEY)
        assert actions.reveal_bsn(actor=actor, municipality_id=town, party_id=who, reason="verhuizing", key=KEY) == BSN
    with world.admin() as admin:
        assert admin.execute("select reason from access_record").fetchall() == [("verhuizing",)]


def test_two_people_of_one_town_cannot_have_one_bsn(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        first, second, elsewhere = added(world, actor), added(world, actor, name="Piet"), added(world, actor, "Bergen")
        for party in (first, elsewhere):
            actions.set_bsn(actor=actor, municipality_id=party.municipality_id, party_id=party.id, bsn=BSN, key=KEY)
        with pytest.raises(InvalidInput):
            actions.set_bsn(actor=actor, municipality_id=second.municipality_id, party_id=second.id, bsn=BSN, key=KEY)


def test_a_bsn_may_be_corrected(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = added(world, actor)
        for bsn in (BSN, OTHER_BSN):
            actions.set_bsn(actor=actor, municipality_id=party.municipality_id, party_id=party.id, bsn=bsn, key=KEY)
        assert queries.card(party.municipality_id, party.id).masked_bsn.endswith("33")


def test_a_party_of_another_town_has_no_bsn_to_set(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = added(world, actor)
        with pytest.raises(NotFound):
            actions.set_bsn(actor=actor, municipality_id=world.towns["Bergen"], party_id=party.id, bsn=BSN, key=KEY)
