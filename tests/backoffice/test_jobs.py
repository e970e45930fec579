"""What the worker does for the back office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from kcc.core import jobs
from kcc.core.clock import now
from tests.factories.backoffice import make_task
from tests.support.world import World


@pytest.fixture
def admin(world: World) -> Iterator[psycopg.Connection]:
    with world.admin() as connection:
        yield connection


def test_without_a_mail_server_it_shows_and_nothing_is_lost(world: World, admin: psycopg.Connection) -> None:
    task_id, _ticket_id = make_task(world)
    assert (job := jobs.claim()) is not None and jobs.run(job) == "done"
    assert admin.execute("select state from task_notice").fetchall() == [("no_mail_server",)]
    assert "geen mailserver" in world.page("coordinator").get(f"/work/{task_id}").text


def test_overdue_tasks_are_announced_once_however_often_the_job_runs(world: World, admin: psycopg.Connection) -> None:
    late, _ticket = make_task(world, due_at=now() - timedelta(hours=1))
    make_task(world, due_at=now() + timedelta(hours=1))
    make_task(world, town="Bergen", due_at=now() - timedelta(hours=1))
    admin.execute("delete from job")
    for moment in (now(), now() + timedelta(minutes=6), now() + timedelta(minutes=12)):
        jobs.tick(moment)
        while (job := jobs.claim()) is not None:
            assert jobs.run(job) == "done"
    told = admin.execute("select municipality_id, task_id from task_notice where kind = 'overdue'").fetchall()
    assert len(told) == 2 and (world.towns["Aalburg"], late) in told
    mailed = admin.execute("select count(*) from job where name = 'backoffice.notify'").fetchone()
    assert mailed == (2,)
