"""A call to try with, without an exchange."""

from __future__ import annotations

from tests.channels.test_actions_calls import available, number_of, the_call
from tests.channels.test_commands_telephony import run
from tests.support.world import World


def test_a_call_rings_is_answered_and_ends(world: World) -> None:
    available(world)
    with world.admin() as admin:
        admin.execute(
            "insert into agent_phone (centre_id, account_id, address) values (%s, %s, '1001')",
            (world.centres["noord"], world.people["agent"]),
        )
    said = run(world, "ring", "--to", number_of(world, "Aalburg"), "--from", "0612345678", "--centre", "noord")
    name, decision = said.split()[:2]
    assert decision in ("agent", "closed")
    assert "talking" in run(world, "event", name, "answered", "--agent", "1001", "--centre", "noord")
    assert "over" in run(world, "event", name, "hung_up", "--centre", "noord")
    assert the_call(world)["state"] == "ended"


def test_an_unknown_number_is_said(world: World) -> None:
    assert "unknown_number" in run(world, "ring", "--to", "0900 0000", "--centre", "noord")
