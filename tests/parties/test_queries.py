"""Finding parties within one municipality."""

from __future__ import annotations

import uuid

import pytest

from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.parties import actions, queries
from tests.support.world import World

KEY = b"k" * 32


def test_a_party_is_found_by_all_that_was_given_and_only_in_its_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        for town in ("Aalburg", "Bergen"):
            actions.add_party(actor=actor, municipality_id=world.towns[town], name="Anna van Dijk", phone="0612345678",
                              email="Anna.vanDijk@voorbeeld.nl", postcode="4261 AB", house_number="3")  # fmt: skip
        here = world.towns["Aalburg"]
        for found_by in ({"name": "dijk"}, {"name": "Dijk, Anna"}, {"phone": "+31 6 12345678"}, {"email": "anna.vandijk@Voorbeeld.nl"},
                         {"postcode": "4261ab"}, {"postcode": "4261ab", "house_number": "3", "name": "anna"}):  # fmt: skip
            found = queries.find_parties(here, **found_by)
            assert [(card.name, card.municipality_id) for card in found] == [("Anna van Dijk", here)], found_by
        assert queries.find_parties(here, name="anna", phone="0687654321") == []
        assert queries.find_parties(here) == []
        with pytest.raises(InvalidInput):
            queries.find_parties(here, postcode="x")


def test_a_secret_address_is_left_out_and_not_found_by(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        here = world.towns["Aalburg"]
        actions.add_party(
            actor=actor, municipality_id=here, name="Stil", postcode="4261 AB", house_number="3", is_secret=True
        )
        assert queries.find_parties(here, postcode="4261 AB") == []
        assert [card.address for card in queries.find_parties(here, name="stil")] == [""]


def test_a_party_of_another_town_or_none_does_not_exist(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = actions.add_party(actor=actor, municipality_id=world.towns["Aalburg"], name="Anna")
        for town, party_id in ((world.towns["Bergen"], party.id), (world.towns["Aalburg"], uuid.uuid4())):
            for ask in (queries.card, queries.party):
                with pytest.raises(NotFound):
                    ask(town, party_id)


def test_a_repeat_is_recognised_by_party_else_number_within_one_town() -> None:
    who = uuid.uuid4()
    assert queries.follow_key(KEY, 1, party_id=who, number="06") == queries.follow_key(KEY, 1, party_id=who, number="")
    by_number = queries.follow_key(KEY, 1, party_id=None, number="06 12345678")
    assert by_number == queries.follow_key(KEY, 1, party_id=None, number="+31612345678")
    assert by_number != queries.follow_key(KEY, 2, party_id=None, number="0612345678")
    assert queries.follow_key(KEY, 1, party_id=None, number="onbekend") is None
