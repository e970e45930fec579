"""What waits for an agent: oldest first, of the towns in sight, by pages."""

from __future__ import annotations

from kcc.core.permissions import Permission
from kcc.routing import queries
from tests.factories.routing import make_item
from tests.support.world import World


def test_the_oldest_stands_first_and_pages_go_on_where_the_last_ended(world: World) -> None:
    made = [make_item(world) for _number in range(3)]
    with world.scope("agent", Permission.DESK_USE):
        lines = queries.waiting()
        assert [line.item.id for line in lines] == made
        assert [line.item.id for line in queries.waiting(2)] == made[:2]
        rest = queries.waiting(after=lines[1].place)
        assert [line.item.id for line in rest] == made[2:]
    with world.scope("agent_cadzand", Permission.DESK_USE):
        assert queries.waiting() == []
