"""Mail to departments: at most once, honest when in doubt, and without a word about the citizen."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from kcc.backoffice import actions_notices as notices
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope
from kcc.integrations import mail
from tests.factories.backoffice import make_task
from tests.factories.people import plant_absence
from tests.support.world import World


class Post:
    """A post office that keeps what it gets, or does as told."""

    def __init__(self, *faults: type[Exception]) -> None:
        self.taken: list[mail.Message] = []
        self.faults = list(faults)

    def __call__(self, message: mail.Message) -> None:
        if self.faults:
            raise self.faults.pop(0)("planted")
        self.taken.append(message)


@pytest.fixture
def admin(world: World) -> Iterator[psycopg.Connection]:
    with world.admin() as connection:
        yield connection


def notice_states(admin: psycopg.Connection) -> list[str]:
    return [row[0] for row in admin.execute("select state from task_notice order by made_at")]


def next_job() -> jobs.Claimed:
    job = jobs.claim()
    assert job is not None
    return job


def send(job: jobs.Claimed, post: Post | None, *, last_try: bool = False, commit: bool = True) -> str:
    with scope(job.lease, Permission.JOB_RUN):
        state = notices.send_notice(
            notice_id=uuid.UUID(job.args["notice"]), send=post, sender="kcc@kcc.example", public_url="https://kcc.example",
            last_try=last_try,
        )  # fmt: skip
        if commit:
            db.session.commit()
    return state


def test_the_department_is_mailed_once_and_nothing_in_it_is_about_the_citizen(
    world: World, admin: psycopg.Connection
) -> None:
    task_id, _ticket_id = make_task(world, due_at=datetime(2030, 1, 15, 16, 0, tzinfo=UTC))
    post, job = Post(), next_job()
    assert send(job, post) == "sent"
    assert send(job, post) == "nothing"
    (message,) = post.taken
    assert message.to == "burgerzaken@aalburg.example"
    assert message.subject.startswith("Nieuw contactverzoek AAL-")
    assert f"https://kcc.example/work/{task_id}" in message.text and "dinsdag 15 januari 2030 17:00 uur" in message.text
    for secret in ("Jannie", "Janssen", "612345678", "paspoort", "Paspoort", "ochtends"):
        assert secret not in message.text + message.subject
    assert "Jannie" not in str(job.args)
    assert notice_states(admin) == ["sent"]


def test_while_everybody_is_away_the_deputy_of_the_department_is_mailed_with_a_trace(
    world: World, admin: psycopg.Connection
) -> None:
    task_id, ticket_id = make_task(world)
    deputy = world.people["coordinator"]
    admin.execute(
        "update department set deputy_id = %s where id = %s", (deputy, world.departments["Aalburg", "burgerzaken"])
    )
    for person in ("handler", "handler_second"):
        plant_absence(world, person)
    post = Post()
    assert send(next_job(), post) == "sent"
    (message,) = post.taken
    assert message.to == "coordinator@kcc.example" and "als vervanger" in message.text and "Jannie" not in message.text
    page = world.page("coordinator").get(f"/work/{task_id}")
    assert "Mail aan de vervanger: iedereen van de afdeling is afwezig" in page.text
    assert admin.execute(
        "select count(*) from ticket_event where ticket_id = %s and verb = 'deputy_mailed'", (ticket_id,)
    ).fetchone() == (1,)


def test_a_worker_that_died_while_sending_leaves_a_doubt_that_people_see(
    world: World, admin: psycopg.Connection
) -> None:
    task_id, _ticket_id = make_task(world)
    post, job = Post(), next_job()
    assert send(job, post, commit=False) == "sent"
    assert notice_states(admin) == ["sending"]
    assert send(job, post) == "in_doubt"
    assert len(post.taken) == 1
    assert "niet zeker of de mail" in world.page("coordinator").get(f"/work/{task_id}").text


def test_a_server_out_of_reach_is_tried_again_and_at_last_given_up(world: World, admin: psycopg.Connection) -> None:
    make_task(world)
    post, job = Post(mail.NotSent, mail.NotSent, mail.NotSent), next_job()
    with pytest.raises(mail.NotSent):
        send(job, post)
    assert notice_states(admin) == ["queued"]
    with pytest.raises(mail.NotSent):
        send(job, post)
    assert send(job, post, last_try=True) == "failed"
    assert notice_states(admin) == ["failed"]


def test_a_refusal_is_failed_and_a_broken_connection_is_in_doubt(world: World, admin: psycopg.Connection) -> None:
    for fault, state in ((mail.Refused, "failed"), (mail.InDoubt, "in_doubt")):
        make_task(world)
        assert send(next_job(), Post(fault)) == state
