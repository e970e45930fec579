"""What is read of kiosks: those in use, of one's own towns."""

from __future__ import annotations

import uuid

import pytest

from kcc.channels import queries_kiosk as queries
from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from tests.channels.test_actions_counter import make_counter
from tests.channels.test_actions_kiosk import make
from tests.support.world import World


def test_the_kiosks_of_these_counters_that_are_in_use(world: World) -> None:
    first, second = make_counter(world), make_counter(world, address="Balie 2")
    hall, _secret = make(world, first)
    gone, _secret = make(world, first, place="Weg")
    other, _secret = make(world, second)
    with world.admin() as admin:
        admin.execute("update kiosk set withdrawn_at = now() where id = %s", (gone,))
    with world.scope("administrator", Permission.SETUP_MANAGE):
        assert [one.id for one in queries.kiosks_of([first])] == [hall]
        assert {one.id for one in queries.kiosks_of([first, second])} == {hall, other}


def test_one_of_another_town_is_as_unknown_as_one_that_nobody_has(world: World) -> None:
    made, _secret = make(world, make_counter(world))
    for person, number in (("agent_zuid", made), ("administrator", uuid.uuid4())):
        with world.scope(person, Permission.SETUP_MANAGE), pytest.raises(NotFound):
            queries.kiosk(number)
