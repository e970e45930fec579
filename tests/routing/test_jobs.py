"""The queue's jobs are known to the worker and do what they say."""

from __future__ import annotations

from datetime import timedelta

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.routing import jobs as routing_jobs
from kcc.routing import queries
from tests.factories.routing import available, make_call
from tests.support.world import World


def test_an_arriving_call_is_offered_by_the_worker(world: World) -> None:
    available(world, "agent")
    item_id = make_call(world)
    job = jobs.claim()
    assert job is not None and job.name == "routing.offer"
    assert jobs.run(job) == "done"
    with world.scope("agent", Permission.DESK_USE):
        assert queries.item(item_id).offered_to == world.people["agent"]


def test_the_clock_sweeps_every_town_and_does_not_pile_up(world: World) -> None:
    assert jobs.PERIODIC["routing.sweep"] == 5
    assert {routing_jobs.sweep, routing_jobs.daily, routing_jobs.offer} <= set(jobs.HANDLERS.values())
    at = now()
    for seconds in range(0, 600, 5):
        jobs.tick(at + timedelta(seconds=seconds))
    with world.admin() as admin:
        waiting = admin.execute("select count(*) from job where name = 'routing.sweep'").fetchone()
    assert waiting == (len(world.towns),)
    done = 0
    while (job := jobs.claim()) is not None:
        assert jobs.run(job) == "done"
        done += 1
    assert done >= 2 * len(world.towns)
    db.session.rollback()
