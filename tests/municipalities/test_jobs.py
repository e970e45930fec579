"""The clock makes what was planned for today."""

from __future__ import annotations

from kcc.core.clock import now
from kcc.core.jobs import PERIODIC, claim, run, tick
from kcc.municipalities import jobs
from tests.support.world import World


def test_a_planned_change_of_today_is_made_in_its_own_town(world: World) -> None:
    with world.admin() as admin:
        admin.execute(
            "insert into setup_change (id, municipality_id, subject_type, subject_id, before, after, effective_on, made_at)"
            " values (gen_random_uuid(), %s, 'municipality', %s, '{}', '{\"inhabitants\": 12345}', current_date - 1, now())",
            (world.towns["Bergen"], str(world.towns["Bergen"])),
        )
    assert PERIODIC["setup.apply"] == jobs.EVERY
    tick(now())
    while (job := claim()) is not None:
        if job.name == "setup.apply":
            assert run(job) == "done"
    with world.admin() as admin:
        found = admin.execute("select name from municipality where inhabitants = 12345").fetchall()
    assert found == [("Bergen",)]
