"""The main job, in a real browser: a call is logged, answered, escalated, picked up, closed, and counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_every_page import take_picture

SENTENCE = "De bank en de koelkast staan sinds maandag aan de weg"


def at_testid(page: Page, name: str) -> Any:
    """The first visible element with this stable name."""
    return page.locator(f'[data-testid="{name}"]').locator("visible=true").first


def begin_call(page: Page, town: str) -> None:
    """Start a telephone conversation by hand for a town."""
    page.goto("/desk/")
    page.select_option("select[name=municipality_id]", label=town)
    page.select_option("select[name=channel]", "phone")
    at_testid(page, "new-conversation").click()
    expect(at_testid(page, "town")).to_contain_text(town)


def handlers_of_grofvuil(centre: Centre) -> dict[str, Any]:
    """Somebody of the department in Brielle to which bulky waste goes."""
    rows = centre.query(
        "select a.email from topic_route r join topic t on t.id = r.topic_id join municipality m on m.id = r.municipality_id"
        " join department_member d on d.department_id = r.department_id and d.municipality_id = r.municipality_id"
        " join account a on a.id = d.account_id where t.key = 'grofvuil' and m.name = 'Brielle'"
    )
    emails = {row[0] for row in rows}
    return next(entry for entry in centre.accounts if entry["email"] in emails)


def test_a_call_is_answered_and_escalated_then_closed_and_counted(centre: Centre, sign_in: Callable[..., Page]) -> None:
    agent = sign_in(centre.account("agent", "BRI"))
    begin_call(agent, "Brielle")
    number = "0612345678"
    agent.fill("input[name=name]", "A. de Jong")
    agent.fill("input[name=number]", number)
    at_testid(agent, "question-topic").fill("Paspoort aanvragen of verlengen")
    at_testid(agent, "notes").fill("Wil weten wat een paspoort kost")
    at_testid(agent, "knowledge-search").fill("paspoort")
    expect(at_testid(agent, "article")).to_contain_text(re.compile("paspoort", re.IGNORECASE))
    take_picture(agent, "journey-desk-search")
    at_testid(agent, "use-answer").click()
    expect(at_testid(agent, "answer")).not_to_have_value("")
    at_testid(agent, "outcome-answered").check()
    at_testid(agent, "next-question").click()
    expect(agent.locator("#question-title")).to_have_text("Vraag 2")
    at_testid(agent, "question-topic").fill("Grofvuil laten ophalen")
    at_testid(agent, "notes").fill(SENTENCE)
    at_testid(agent, "escalate").check()
    expect(at_testid(agent, "promise")).to_contain_text("uiterlijk")
    promise = at_testid(agent, "promise").inner_text()
    take_picture(agent, "journey-desk-escalate")
    agent.reload()
    expect(at_testid(agent, "notes")).to_have_value(SENTENCE)
    at_testid(agent, "finish").click()
    agent.wait_for_url(re.compile(r"/desk/?$"))

    [(ticket_id, reference, task_id)] = centre.query(
        "select t.id, t.reference, k.id from writing w join ticket t on t.id = w.ticket_id"
        " join internal_task k on k.ticket_id = t.id where w.body like %s",
        SENTENCE + "%",
    )
    assert "Brielle" in promise

    handler = sign_in(handlers_of_grofvuil(centre))
    handler.goto(f"/work/{task_id}")
    expect(handler.locator("main")).to_contain_text(SENTENCE)
    at_testid(handler, "task-pick-up").click()
    at_testid(handler, "attempt-not-reached").click()
    expect(handler.locator("main")).to_contain_text("Niet bereikt")
    handler.locator("textarea[name$=told]").fill("De wagen komt woensdag.")
    at_testid(handler, "attempt-reached").click()
    take_picture(handler, "journey-task")
    box = handler.locator("textarea[name$=told]").locator("visible=true")
    if box.count() and not box.first.input_value():
        box.first.fill("De wagen komt woensdag langs.")
    at_testid(handler, "task-close").click()
    handler.wait_for_timeout(500)
    [(state, status)] = centre.query(
        "select k.state, t.status from internal_task k join ticket t on t.id = k.ticket_id where k.id = %s", task_id
    )
    assert (state, status) == ("done", "closed")

    agent.goto(f"/tickets/{ticket_id}")
    expect(agent.locator("main")).to_contain_text(reference)
    expect(agent.locator("main")).to_contain_text("De wagen komt woensdag")
    take_picture(agent, "journey-ticket")

    supervisor = sign_in(centre.account("supervisor"))
    supervisor.goto("/statistics/")
    expect(supervisor.locator("main")).to_contain_text("Brielle")
    take_picture(supervisor, "journey-statistics")
    mails = [path.read_text(errors="replace") for path in Path(centre.mail_folder).glob("*.eml")]
    assert any(reference in mail for mail in mails), "the department got no mail"
    assert not any("Jong" in mail or "12345678" in mail or "koelkast" in mail for mail in mails)


def test_an_answered_call_takes_six_keys_and_an_escalation_two_more(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    agent = sign_in(centre.account("agent", "BRI"))
    for outcome_key, allowed in (("1", 6), ("2", 8)):
        begin_call(agent, "Brielle")
        keys = 0

        def press(key: str) -> None:
            nonlocal keys
            keys += 1
            agent.keyboard.press(key)

        expect(at_testid(agent, "question-topic")).to_be_focused()
        agent.keyboard.type("Grofvuil laten ophalen")
        press("Tab")
        expect(at_testid(agent, "notes")).to_be_focused()
        agent.keyboard.type("Wanneer komt de wagen?")
        press(f"Alt+{outcome_key}")
        if outcome_key == "2":
            expect(at_testid(agent, "promise")).to_contain_text("uiterlijk")
            phone = agent.locator("input[name$=phone]").locator("visible=true").first
            for _step in range(3):
                if phone.evaluate("field => field === document.activeElement"):
                    break
                press("Tab")
            agent.keyboard.type("0612345678")
        press("Control+Enter")
        agent.wait_for_url(re.compile(r"/desk/?$"))
        assert keys <= allowed, (outcome_key, keys)


@pytest.mark.parametrize("role", ["agent", "handler", "supervisor"])
def test_a_person_sees_where_they_are_after_signing_in(role: str, centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account(role))
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("[aria-current=page]").first).to_be_attached()
