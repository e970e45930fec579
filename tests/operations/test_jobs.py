"""Old rounds are forgotten after a year."""

from __future__ import annotations

from datetime import timedelta

from kcc.core.clock import now
from kcc.core.permissions import Actor, Permission
from kcc.operations import actions
from kcc.operations.jobs import KEPT
from tests.support.world import World


def test_a_round_of_over_a_year_ago_is_removed_and_a_younger_one_kept(world: World) -> None:
    with world.admin() as admin:
        for days in (10, 400):
            admin.execute(
                "insert into daily_check (id, centre_id, on_day, point, account_id, at, note)"
                " values (gen_random_uuid(), %s, %s, 'health', %s, now(), '')",
                (world.centres["noord"], (now() - timedelta(days=days)).date(), world.people["supervisor"]),
            )
    with world.scope("supervisor", Permission.HEALTH_SEE):
        assert actions.forget_old(actor=Actor.job(), before=(now() - KEPT).date()) == 1
