"""The desk in a browser: every state accessible in both themes and widths, keys, a second window, a lost connection."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre, axe_violations
from tests.journeys.test_call_to_closed_task import at_testid, begin_call
from tests.journeys.test_every_page import take_picture


@pytest.mark.parametrize(
    ("size", "theme"), [("wide", "light"), ("wide", "dark"), ("narrow", "light"), ("narrow", "dark")]
)
def test_every_state_of_the_desk_is_accessible(
    size: str, theme: str, centre: Centre, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(centre.account("agent", "BRI"), size, theme)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/desk/")
    assert axe_violations(page) == []
    take_picture(page, f"desk-home-{size}-{theme}")
    begin_call(page, "Spijkenisse")
    page.get_by_test_id("add-party-open").click()
    page.fill("#party_name", "Sofie van der Meer")
    page.fill("#party_postcode", "3201 AB")
    page.get_by_test_id("add-party").click()
    expect(page.get_by_test_id("party")).to_contain_text("Sofie van der Meer")
    at_testid(page, "question-topic").fill("Grofvuil laten ophalen")
    at_testid(page, "notes").fill("Bank staat er nog")
    for outcome in ("outcome-transfer", "outcome-referred", "escalate"):
        at_testid(page, outcome).check()
        # Not "networkidle": the stream of live updates may keep the network busy.
        page.wait_for_timeout(400)
        expect(page.locator(".htmx-request, .htmx-settling")).to_have_count(0)
        assert axe_violations(page) == [], outcome
    expect(at_testid(page, "article")).to_contain_text("rofvuil")
    take_picture(page, f"desk-{size}-{theme}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide"
    at_testid(page, "question-topic").fill("")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("faults")).to_be_visible()
    assert axe_violations(page) == []
    take_picture(page, f"desk-refused-{size}-{theme}")
    page.get_by_test_id("cancel-open").click()
    page.get_by_test_id("cancel").click()
    page.wait_for_url(re.compile(r"/desk/?$"))
    assert faults == []


def test_enter_takes_the_suggestion_and_two_keys_use_the_answer(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    begin_call(page, "Brielle")
    page.keyboard.type("grofvui")
    expect(page.locator("[data-pick-topic], [data-topic-known]").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(at_testid(page, "notes")).to_be_focused()
    expect(at_testid(page, "question-topic")).to_have_value(re.compile("rofvuil"))
    expect(at_testid(page, "use-answer")).to_be_visible()
    page.keyboard.type("Wanneer komt de wagen?")
    page.keyboard.press("Alt+g")
    expect(at_testid(page, "answer")).not_to_have_value("")
    expect(at_testid(page, "outcome-answered")).to_be_checked()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/desk/?$"))


def test_a_second_window_is_warned_and_nothing_is_written_over(centre: Centre, sign_in: Callable[..., Page]) -> None:
    first = sign_in(centre.account("agent", "BRI"))
    begin_call(first, "Brielle")
    second = first.context.new_page()
    second.goto(first.url)
    expect(first.locator("[data-tab-message]")).to_be_visible()
    at_testid(first, "notes").fill("van het eerste venster")
    expect(at_testid(first, "save-status")).to_contain_text("bewaard")
    first.wait_for_timeout(1200)
    at_testid(second, "notes").fill("van het tweede venster")
    expect(second.locator("[data-save-conflict]")).to_be_visible()
    second.locator("[data-take-theirs]").click()
    expect(at_testid(second, "notes")).to_have_value("van het eerste venster")


def test_a_lost_connection_keeps_what_was_typed_and_says_so(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    begin_call(page, "Brielle")
    page.context.set_offline(True)
    at_testid(page, "notes").fill("onderweg getypt")
    expect(at_testid(page, "save-status")).to_contain_text("Geen verbinding")
    page.context.set_offline(False)
    expect(at_testid(page, "save-status")).to_contain_text("Alles bewaard om")
    page.reload()
    expect(at_testid(page, "notes")).to_have_value("onderweg getypt")


def test_a_session_that_ends_in_the_middle_of_a_call_loses_nothing(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    account = centre.account("agent", "BRI")
    page = sign_in(account)
    begin_call(page, "Brielle")
    address = page.url
    page.context.clear_cookies(name="kcc_session")
    at_testid(page, "notes").fill("getypt na het einde van de sessie")
    expect(at_testid(page, "save-status")).to_contain_text("afgemeld")
    at_testid(page, "finish").click()
    page.wait_for_url(re.compile("sign-in"))
    page.fill("input[name=email]", account["email"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(address)
    expect(at_testid(page, "notes")).to_have_value("getypt na het einde van de sessie")
