"""Jobs: claimed with a lease, done once, tried again, and at last shown to people."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope
from kcc.municipalities.models import Municipality
from tests.support.world import World

SEEN: list[set[str]] = []


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Handlers of these tests, gone afterwards."""
    SEEN.clear()

    @jobs.handles("test.look")
    def look(job: jobs.Claimed) -> None:
        SEEN.append(set(db.session.scalars(sa.select(Municipality.name))))

    @jobs.handles("test.fail")
    def fail(job: jobs.Claimed) -> None:
        raise RuntimeError("something personal")

    @jobs.handles("test.refuse")
    def refuse(job: jobs.Claimed) -> None:
        db.session.execute(sa.text("do $$ begin raise 'something personal' using errcode = 'KC014'; end $$"))

    yield
    for name in ("test.look", "test.fail", "test.refuse"):
        jobs.HANDLERS.pop(name, None)
        jobs.PERIODIC.pop(name, None)


def put(world: World, name: str, key: str = "1", town: str = "Aalburg") -> None:
    with world.scope("agent", Permission.DESK_USE):
        jobs.enqueue(name, municipality_id=world.towns[town], key=key)
        db.session.commit()


def state_of(world: World) -> list[tuple[str, int]]:
    with world.admin() as admin:
        return admin.execute("select state, attempts from job order by made_at").fetchall()


def test_a_job_sees_only_its_own_municipality(world: World) -> None:
    put(world, "test.look")
    job = jobs.claim()
    assert job is not None and jobs.run(job) == "done"
    assert SEEN == [{"Aalburg"}]


def test_the_same_key_gives_one_job(world: World) -> None:
    put(world, "test.look")
    put(world, "test.look")
    assert len(state_of(world)) == 1


def test_a_job_rolls_back_with_its_cause(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE):
        jobs.enqueue("test.look", municipality_id=world.towns["Aalburg"], key="1")
    assert state_of(world) == []


def test_a_job_for_a_town_out_of_sight_is_refused(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE), pytest.raises(sa.exc.DBAPIError):
        jobs.enqueue("test.look", municipality_id=world.towns["Cadzand"], key="1")


def test_a_claimed_job_is_not_claimed_again_while_its_lease_lasts(world: World) -> None:
    put(world, "test.look")
    assert jobs.claim() is not None
    assert jobs.claim() is None


def test_a_worker_that_lost_its_lease_cannot_finish(world: World) -> None:
    put(world, "test.look")
    slow = jobs.claim(lease_seconds=0)
    assert slow is not None
    with world.admin() as admin:
        admin.execute("update job set leased_until = now() - interval '1 second'")
    quick = jobs.claim()
    assert quick is not None and quick.token == slow.token + 1
    with pytest.raises(sa.exc.DBAPIError), scope(slow.lease, Permission.JOB_RUN):
        db.session.scalars(sa.select(Municipality.name)).all()
    assert jobs.run(quick) == "done"


def test_a_failing_job_is_tried_again_and_then_dead_without_telling_what_it_held(world: World) -> None:
    put(world, "test.fail")
    for attempt in range(jobs.MOST_ATTEMPTS):
        with world.admin() as admin:
            admin.execute("update job set run_after = now() - interval '1 second'")
        job = jobs.claim()
        assert job is not None and job.attempts == attempt + 1
        state = jobs.run(job)
    assert state == "dead"
    with world.admin() as admin:
        assert admin.execute("select fault from job").fetchone() == ("RuntimeError",)


def test_a_refusal_of_the_database_is_told_by_its_code(world: World) -> None:
    put(world, "test.refuse")
    job = jobs.claim()
    assert job is not None and jobs.run(job) == "waiting"
    with world.admin() as admin:
        assert admin.execute("select fault from job").fetchone() == ("KC014",)


def test_a_tick_makes_one_job_for_each_town_however_often_it_comes(world: World) -> None:
    jobs.PERIODIC["test.look"] = 3600
    at = now()
    jobs.tick(at)
    jobs.tick(at)
    with world.admin() as admin:
        made = admin.execute("select count(*) from job where name = 'test.look'").fetchone()
    assert made == (len(world.towns),)


def test_many_workers_do_each_job_once(world: World, app: Flask) -> None:
    for number in range(12):
        put(world, "test.look", key=str(number))
    done: list[uuid.UUID] = []

    def work() -> None:
        with app.app_context():
            while (job := jobs.claim()) is not None:
                if jobs.run(job) == "done":
                    done.append(job.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(set(done)) == 12
