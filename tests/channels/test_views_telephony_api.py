"""What the interface of exchanges answers to what it cannot read. What becomes of calls: test_actions_calls."""

from __future__ import annotations

from tests.channels.exchange import make_exchange
from tests.support.world import World


def test_an_exchange_sees_the_numbers_of_its_own_centre_only(world: World) -> None:
    north, south = (make_exchange(world, centre).send("GET", "/numbers").get_json() for centre in ("noord", "zuid"))
    assert {each["municipality"] for each in north["numbers"]} == {"Aalburg", "Bergen", "Cadzand"}
    assert {each["municipality"] for each in south["numbers"]} == {"Drunen"}
