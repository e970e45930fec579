"""A recorded week of calls, as the conversations of a centre keep it."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from kcc.core import jobs
from kcc.core.db import new_id
from kcc.routing import actions_tuning
from kcc.routing.queries_tuning import ZONE, today
from tests.support.world import World

AGENTS = {"Aalburg": ("agent",), "Bergen": ("agent",), "Cadzand": ("agent_cadzand",)}


def last_monday() -> date:
    """The Monday of the last whole week."""
    return today() - timedelta(days=today().weekday() + 7)


def make_week(world: World, monday: date | None = None, calls_a_day: int = 40) -> date:
    """Calls from Monday to Friday between nine and four, of the towns of the first centre; returns the Monday."""
    start, chance = monday or last_monday(), random.Random(5)
    rows = []
    for day in range(5):
        for _call in range(calls_a_day):
            town = chance.choice(list(AGENTS))
            at = datetime.combine(start + timedelta(days=day), time(9), ZONE) + timedelta(
                seconds=chance.uniform(0, 25000)
            )
            until = at + timedelta(seconds=chance.uniform(60, 400))
            rows.append((new_id(), world.centres["noord"], world.towns[town], world.people[chance.choice(AGENTS[town])], at, until, until))  # fmt: skip
    with world.admin() as admin, admin.cursor() as cursor:
        cursor.executemany(
            "insert into conversation (id, centre_id, municipality_id, account_id, channel, started_at, ended_at, finished_at, anonymous, cancelled)"
            " values (%s, %s, %s, %s, 'phone', %s, %s, %s, true, false)",
            rows,
        )
    return start


def do_jobs() -> int:
    """Do the trials that wait, as the worker would; returns how many runs that were."""
    done = 0
    while job := jobs.claim():
        assert jobs.run(job) == "done", job
        done += job.name == actions_tuning.JOB
    return done
