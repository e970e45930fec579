"""Whatever happens in the middle of a call, in a real browser: nothing that was typed is lost, and nothing counts twice."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid, begin_call

SAVED = re.compile("Alles bewaard om")


def type_notes(page: Page, text: str) -> None:
    """Write in the notes and wait until the server has them."""
    with page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        at_testid(page, "notes").fill(text)
    expect(at_testid(page, "save-status")).to_contain_text(SAVED)


def test_a_draft_survives_a_reload_and_goes_on_in_another_browser(centre: Centre, sign_in: Callable[..., Page]) -> None:
    account = centre.account("agent", "BRI")
    here = sign_in(account)
    begin_call(here, "Brielle")
    at_testid(here, "question-topic").fill("Grofvuil laten ophalen")
    type_notes(here, "De bank staat er nog steeds")
    here.reload()
    expect(at_testid(here, "notes")).to_have_value("De bank staat er nog steeds")
    there = sign_in(account)
    there.goto(here.url)
    expect(at_testid(there, "notes")).to_have_value("De bank staat er nog steeds")
    expect(at_testid(there, "question-topic")).to_have_value("Grofvuil laten ophalen")
    type_notes(there, "De bank staat er nog steeds, en een kast")
    at_testid(here, "notes").fill("iets anders uit het oude venster")
    expect(here.locator("[data-save-conflict]")).to_be_visible()
    there.reload()
    expect(at_testid(there, "notes")).to_have_value("De bank staat er nog steeds, en een kast")


def test_a_second_tab_of_the_same_conversation_is_warned(centre: Centre, sign_in: Callable[..., Page]) -> None:
    first = sign_in(centre.account("agent", "BRI"))
    begin_call(first, "Brielle")
    second = first.context.new_page()
    second.goto(first.url)
    for page in (first, second):
        expect(page.locator("[data-tab-message]")).to_contain_text("ander venster")


def test_after_a_session_that_ended_in_mid_call_the_agent_signs_in_and_goes_on(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    account = centre.account("agent", "BRI")
    page = sign_in(account)
    begin_call(page, "Brielle")
    address = page.url
    type_notes(page, "Eerst bewaard")
    centre.query(
        "delete from guard.door where account_id = (select id from account where email = %s) returning 1",
        account["email"],
    )
    at_testid(page, "notes").fill("Eerst bewaard, toen doorgetypt")
    expect(at_testid(page, "save-status")).to_contain_text("afgemeld")
    at_testid(page, "finish").click()
    page.wait_for_url(re.compile("sign-in"))
    page.fill("input[name=email]", account["email"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(address)
    expect(at_testid(page, "notes")).to_have_value("Eerst bewaard, toen doorgetypt")
    expect(at_testid(page, "save-status")).to_contain_text(SAVED)
    page.reload()
    expect(at_testid(page, "notes")).to_have_value("Eerst bewaard, toen doorgetypt")


def test_a_lost_connection_is_told_and_the_draft_is_saved_when_it_is_back(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    begin_call(page, "Brielle")
    page.context.set_offline(True)
    at_testid(page, "notes").fill("In de tunnel getypt")
    expect(at_testid(page, "save-status")).to_contain_text("Geen verbinding")
    page.context.set_offline(False)
    expect(at_testid(page, "save-status")).to_contain_text(SAVED)
    page.reload()
    expect(at_testid(page, "notes")).to_have_value("In de tunnel getypt")


def test_a_double_click_on_finish_makes_one_ticket(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    begin_call(page, "Brielle")
    page.fill("input[name=name]", "B. Dubbel")
    page.fill("input[name=number]", "0612345678")
    at_testid(page, "question-topic").fill("Grofvuil laten ophalen")
    sentence = "Twee keer geklikt, een keer gevraagd"
    at_testid(page, "notes").fill(sentence)
    at_testid(page, "answer").fill("De wagen komt woensdag.")
    at_testid(page, "outcome-answered").check()
    expect(at_testid(page, "save-status")).to_contain_text(SAVED)
    at_testid(page, "finish").dblclick(no_wait_after=True)
    page.wait_for_url(re.compile(r"/desk/?$"))
    [(tickets,)] = centre.query("select count(distinct ticket_id) from writing where body like %s", sentence + "%")
    assert tickets == 1


def test_text_that_is_too_long_is_warned_about_while_typing_and_never_cut(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    begin_call(page, "Brielle")
    notes = at_testid(page, "notes")
    limit = int(notes.get_attribute("data-limit"))
    assert notes.get_attribute("maxlength") is None
    text = "x" * (limit + 7)
    type_notes(page, text)
    counter = page.locator(notes.get_attribute("data-counter"))
    expect(counter).to_contain_text("7 tekens te veel")
    at_testid(page, "question-topic").fill("Grofvuil laten ophalen")
    at_testid(page, "outcome-answered").check()
    at_testid(page, "finish").click()
    expect(page.get_by_test_id("faults")).to_be_visible()
    expect(at_testid(page, "notes")).to_have_value(text)
    page.reload()
    expect(at_testid(page, "notes")).to_have_value(text)


def test_a_wrong_town_keeps_the_notes_and_says_the_new_one(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    begin_call(page, "Brielle")
    at_testid(page, "question-topic").fill("Grofvuil laten ophalen")
    at_testid(page, "notes").fill("Belde voor de verkeerde stad")
    page.get_by_test_id("wrong-town").click()
    page.get_by_test_id("move-town").filter(has_text="Westvoorne").click()
    expect(at_testid(page, "town")).to_contain_text("Westvoorne")
    expect(at_testid(page, "notes")).to_have_value("Belde voor de verkeerde stad")
