"""A form counts once; a view without a stamp refuses; a session that is over leads to sign-in."""

from __future__ import annotations

import uuid
from threading import Thread

import pytest
from flask import Flask

from tests.support.world import World


def submissions(world: World) -> int:
    with world.admin() as admin:
        row = admin.execute("select count(*) from submission").fetchone()
    assert row is not None
    return int(row[0])


def test_a_post_without_a_form_key_is_refused(world: World) -> None:
    page = world.page("agent").get("/account/")
    token = page.soup.select_one("main input[name=csrf_token]")
    assert token is not None
    page.post("/account/", {"csrf_token": str(token["value"]), "name": "X"}, status=400)


def test_a_post_without_a_csrf_token_is_refused(world: World) -> None:
    world.page("agent").post("/account/", {"form_key": str(uuid.uuid4()), "name": "X"}, status=400)


def test_the_same_form_again_gives_the_same_answer_and_other_content_is_refused(world: World) -> None:
    page = world.page("agent").get("/account/")
    page.submit("main form")
    assert page.response is not None
    history = page.response.history
    assert history and history[0].status_code == 303
    count = submissions(world)
    path, sent = page.sent
    again = page.client.post(path, data=sent)
    assert (again.status_code, again.location) == (history[0].status_code, history[0].location)
    assert submissions(world) == count
    other = page.client.post(path, data={**sent, "name": "Iemand Anders"})
    assert other.status_code == 409


def test_parallel_copies_of_a_form_count_once(world: World, app: Flask) -> None:
    page = world.page("agent").get("/account/")
    page.submit("main form")
    assert page.response is not None
    path, first = page.sent
    sent = {**first, "form_key": str(uuid.uuid4())}
    before, answers = submissions(world), []
    cookies = {c.key: c.value for c in page.client._cookies.values()}  # type: ignore[attr-defined]

    def send() -> None:
        client = app.test_client()
        for name, value in cookies.items():
            client.set_cookie(name, value)
        answer = client.post(path, data=sent)
        answers.append((answer.status_code, answer.location))

    threads = [Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1 and len(answers) == 10
    assert submissions(world) == before + 1


def test_a_session_that_is_over_leads_to_sign_in_and_back(world: World) -> None:
    page = world.page("agent").get("/account/")
    with world.admin() as admin:
        admin.execute("delete from guard.door where account_id = %s", (world.people["agent"],))
    answer = page.client.get("/tickets/?x=1")
    assert answer.status_code == 303 and "next=/tickets/" in answer.location.replace("%2F", "/")


def test_a_script_of_a_session_that_is_over_is_told_so_and_nothing_is_swapped(world: World) -> None:
    client = world.page(None).client
    answer = client.get("/tickets/", headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["X-KCC-Sign-In"]


@pytest.mark.parametrize("person", ["handler", "contract_manager", "editor"])
def test_a_page_of_another_role_is_refused(world: World, person: str) -> None:
    world.page(person).get("/desk/", status=403)
