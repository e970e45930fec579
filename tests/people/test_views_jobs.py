"""The machine's work, as those who watch over it see it."""

from __future__ import annotations

import uuid

from tests.support.page import CANARY
from tests.support.world import World


def make_job(world: World, town: str, state: str, name: str = "mail.notify") -> uuid.UUID:
    job_id = uuid.uuid4()
    with world.admin() as admin:
        admin.execute(
            "insert into job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at, fault)"
            " values (%s, %s, %s, %s, '{}', %s, now(), 8, 8, now(), 'ConnectionRefusedError')",
            (job_id, world.towns[town], name, str(job_id), state),
        )
    return job_id


def test_dead_and_waiting_jobs_of_own_towns_show(world: World) -> None:
    make_job(world, "Aalburg", "dead")
    make_job(world, "Aalburg", "waiting", "terms.watch")
    make_job(world, "Bergen", "dead", CANARY)
    page = world.page("administrator").get("/jobs/")
    assert "mail.notify" in page.by_testid("dead-jobs").text
    assert "terms.watch" in page.by_testid("waiting-jobs").text


def test_a_dead_job_is_tried_again(world: World) -> None:
    job_id = make_job(world, "Aalburg", "dead")
    page = world.page("supervisor").get("/jobs/")
    page.submit('form[action^="/jobs/"]')
    with world.admin() as admin:
        row = admin.execute("select state, attempts, fault from job where id = %s", (job_id,)).fetchone()
        verbs = admin.execute("select verb, municipality_id from audit_entry").fetchall()
    assert row == ("waiting", 0, None)
    assert verbs == [("job_retried", world.towns["Aalburg"])]


def test_a_job_of_another_town_is_the_same_as_none(world: World) -> None:
    make_job(world, "Aalburg", "dead")
    other = make_job(world, "Bergen", "dead")
    page = world.page("administrator").get("/jobs/")
    form = page.soup.select_one('form[action^="/jobs/"]')
    assert form is not None
    form["action"] = f"/jobs/{other}/retry"
    page.submit('form[action^="/jobs/"]', status=404)
    with world.admin() as admin:
        assert admin.execute("select state from job where id = %s", (other,)).fetchone() == ("dead",)


def test_a_job_that_is_not_dead_is_left_alone(world: World) -> None:
    make_job(world, "Aalburg", "dead")
    running = make_job(world, "Aalburg", "running")
    page = world.page("administrator").get("/jobs/")
    form = page.soup.select_one('form[action^="/jobs/"]')
    assert form is not None
    form["action"] = f"/jobs/{running}/retry"
    page.submit('form[action^="/jobs/"]', status=404)


def test_agents_do_not_see_jobs(world: World) -> None:
    world.page("agent").get("/jobs/", status=403)
