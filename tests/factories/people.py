"""Roles for tests, planted as a superuser would, and jobs done as the worker does."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from kcc.core import jobs
from kcc.core.clock import now
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


def plant_absence(world: World, person: str, *, until: date | None = None, deputy: str | None = None) -> date:
    """Have somebody be away from their departments for five days, or until a day; returns the last day."""
    last = until or now().date() + timedelta(days=5)
    with world.admin() as admin:
        admin.execute(
            "update department_member set absent_until = %s, deputy_id = %s where account_id = %s",
            (last, world.people[deputy] if deputy else None, world.people[person]),
        )
    return last


def do_jobs(world: World) -> list[str]:
    """Do everything that is due; returns the names with what became of each."""
    done = []
    while job := jobs.claim():
        done.append(f"{job.name}: {jobs.run(job)}")
    return done
