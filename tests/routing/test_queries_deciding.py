"""Settings in force, what a caller can expect, and who counts as answered in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.routing import queries_deciding as deciding
from kcc.routing.models_deciding import RoutingParameters
from kcc.routing.rules_choice import Parameters
from tests.factories.routing import available, make_call
from tests.support.world import World


def test_the_latest_version_that_has_begun_is_in_force_and_the_rest_keeps_its_default(world: World) -> None:
    centre, town = world.centres["noord"], world.towns["Aalburg"]
    with world.scope("supervisor", Permission.ROUTING_SUPERVISE):
        assert deciding.in_force(town) == deciding.InForce(0, Parameters())
        for version, days, kappa in ((1, -2, 4.0), (2, -1, 6.0), (3, 1, 9.0)):
            values = {"kappa": kappa, "long_gone": 1}
            db.session.add(
                RoutingParameters(
                    centre_id=centre, version=version, valid_from=now() + timedelta(days=days), values=values
                )
            )
        db.session.flush()
        assert deciding.in_force(town) == deciding.InForce(2, Parameters(kappa=6.0))
        assert deciding.in_force(world.towns["Bergen"]).version == 2


def test_a_caller_hears_what_to_expect_and_may_be_called_back_when_it_is_long(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        nobody = deciding.expected_wait(world.towns["Aalburg"])
        assert (nobody.seconds, nobody.callback) == (None, True)
    available(world, "agent", "two_hats")
    make_call(world)
    make_call(world)
    with world.scope("agent", Permission.DESK_USE):
        expected = deciding.expected_wait(world.towns["Aalburg"])
        assert (expected.seconds, expected.position, expected.callback) == (3 * 290 / 2, 2, True)


@pytest.mark.parametrize(
    ("seconds", "answered", "state", "outcome", "expected"),
    [
        (10, True, "taken", None, True),
        (30, True, "done", "done", False),
        (30, False, "withdrawn", "hung_up", False),
        (10, False, "withdrawn", "hung_up", False),
        (4, False, "withdrawn", "hung_up", None),
        (90, False, "withdrawn", "callback", None),
        (10, False, "waiting", None, None),
        (30, False, "waiting", None, False),
    ],
)
def test_what_counts_as_answered_in_time(
    seconds: float, answered: bool, state: str, outcome: str | None, expected: bool | None
) -> None:
    assert deciding.counts(seconds, 25, answered, state, outcome) is expected
