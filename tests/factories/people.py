"""Roles for tests, planted as a superuser would, and jobs done as the worker does."""

from __future__ import annotations

import uuid

from kcc.core import jobs
from kcc.core.db import new_id
from tests.support.world import World


def plant_role(
    world: World, person: str, town: str, role: str = "administrator", since: str = "2011-01-01"
) -> uuid.UUID:
    """Give somebody of the world a role, past every lock; returns the membership's id."""
    number = new_id()
    with world.admin() as admin:
        admin.execute(
            "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, %s, %s)",
            (number, world.towns[town], world.people[person], role, since),
        )
    return number


def do_jobs(world: World) -> list[str]:
    """Do everything that is due; returns the names with what became of each."""
    done = []
    while job := jobs.claim():
        done.append(f"{job.name}: {jobs.run(job)}")
    return done
