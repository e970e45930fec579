"""A slow computer and a slow network, in a real browser: no key, no letter and no Finish is lost to a race."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid, begin_call

DESK = re.compile(r"/desk/?$")


def answers_late(page: Page, milliseconds: int) -> Callable[[Route], None]:
    """The server does what was asked at once; the page hears of it later, or never."""

    def wait(route: Route) -> None:
        # The page may be gone before its answer: that is the point.
        with suppress(Error):
            answer = route.fetch()
            page.wait_for_timeout(milliseconds)
            route.fulfill(response=answer)

    return wait


def arrives_late(page: Page, milliseconds: int) -> Callable[[Route], None]:
    """The network is slow on the way there."""

    def wait(route: Route) -> None:
        with suppress(Error):
            page.wait_for_timeout(milliseconds)
            route.continue_()

    return wait


@pytest.fixture
def agent(centre: Centre, sign_in: Callable[..., Page]) -> Page:
    """An agent with a call for Brielle on her screen."""
    page = sign_in(centre.account("agent", "BRI"))
    begin_call(page, "Brielle")
    return page


def slow_down(page: Page, times: int) -> None:
    """Make this window's computer so many times slower."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


def test_finish_does_not_collide_with_the_autosave_of_its_own_page(agent: Page) -> None:
    agent.route("**/draft", answers_late(agent, 1500))
    agent.keyboard.type("Grofvuil laten ophalen")
    agent.keyboard.press("Tab")
    agent.keyboard.type("Wanneer komt de wagen?")
    with agent.expect_request("**/draft"):
        agent.keyboard.press("Alt+1")
    agent.keyboard.type(" Op straat staat een bank.")
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url(DESK)


def test_a_number_typed_while_its_panel_is_fetched_anew_stays_whole(centre: Centre, agent: Page) -> None:
    agent.keyboard.type("Grofvuil laten ophalen")
    agent.keyboard.press("Tab")
    agent.keyboard.type("Bank staat er nog, trage lijn")
    agent.keyboard.press("Alt+2")
    phone = agent.locator("input[name$=phone]").locator("visible=true").first
    expect(phone).to_be_focused()
    agent.keyboard.type("0612")
    agent.route("**/panel", answers_late(agent, 600))
    with agent.expect_response("**/panel"):
        agent.evaluate("document.body.dispatchEvent(new CustomEvent('kcc:panel'))")
        agent.keyboard.type("345678", delay=40)
    expect(phone).to_be_focused()
    expect(phone).to_have_value("0612345678")
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url(DESK)
    [(number,)] = centre.query(
        "select r.number from task_request r join internal_task k on k.id = r.task_id"
        " join writing w on w.ticket_id = k.ticket_id where w.body = 'Bank staat er nog, trage lijn'"
    )
    assert number.endswith("612345678")


def test_keys_and_letters_before_the_scripts_are_there_count(agent: Page) -> None:
    address = agent.url
    agent.goto("/desk/")

    agent.route("**/js/requests.js*", arrives_late(agent, 1000))
    agent.goto(address, wait_until="commit")
    expect(at_testid(agent, "question-topic")).to_be_focused()
    agent.keyboard.type("Grofvuil laten ophalen")
    agent.keyboard.press("Alt+1")
    agent.keyboard.press("Control+Enter")
    assert not DESK.search(agent.url)
    agent.wait_for_url(DESK)


def test_a_topic_typed_before_the_scripts_are_there_brings_its_answer(agent: Page) -> None:
    address = agent.url
    agent.goto("/desk/")
    agent.route("**/js/requests.js*", arrives_late(agent, 1000))
    agent.goto(address, wait_until="commit")
    expect(at_testid(agent, "question-topic")).to_be_focused()
    agent.keyboard.type("Grofvuil laten ophalen")
    expect(at_testid(agent, "article")).to_contain_text("rofvuil")


def test_enter_waits_for_the_suggestions_of_what_is_typed_now(agent: Page) -> None:
    agent.keyboard.type("gro")
    expect(agent.get_by_test_id("topic-suggestion").first).to_contain_text("Groen")
    agent.route("**/topics", arrives_late(agent, 800))
    agent.keyboard.type("fvui")
    agent.keyboard.press("Enter")
    expect(at_testid(agent, "question-topic")).to_have_value("Grofvuil laten ophalen")
    expect(at_testid(agent, "notes")).to_be_focused()


def test_tab_goes_from_topic_to_notes_past_the_suggestions(agent: Page) -> None:
    agent.keyboard.type("af")
    expect(agent.get_by_test_id("topic-suggestion").first).to_be_visible()
    agent.keyboard.press("Tab")
    expect(at_testid(agent, "notes")).to_be_focused()


def test_a_finish_pressed_while_another_button_is_under_way_comes_after_it(agent: Page) -> None:
    agent.keyboard.type("grofvuil laten op")
    agent.keyboard.press("Enter")
    expect(at_testid(agent, "use-answer")).to_be_visible()
    agent.keyboard.type("Wanneer?")
    agent.route(re.compile(re.escape(agent.url) + "$"), arrives_late(agent, 700))
    agent.keyboard.press("Alt+g")
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url(DESK)


@pytest.mark.parametrize("times", [1, 6])
def test_a_fast_typist_on_a_slow_computer_finishes_an_escalation(agent: Page, times: int) -> None:
    slow_down(agent, times)
    agent.keyboard.type("Grofvuil laten ophalen")
    agent.keyboard.press("Enter")
    expect(at_testid(agent, "notes")).to_be_focused()
    agent.keyboard.type("Wanneer komt de wagen?")
    agent.keyboard.press("Alt+2")
    expect(agent.locator("input[name$=phone]").locator("visible=true").first).to_be_focused()
    agent.keyboard.type("0612345678")
    agent.keyboard.press("Control+Enter")
    agent.wait_for_url(DESK)


def test_a_copy_of_this_tab_is_not_laid_over_what_was_saved_elsewhere(agent: Page) -> None:
    other = agent.context.new_page()
    other.goto(agent.url)
    agent.context.set_offline(True)
    at_testid(agent, "notes").fill("getypt zonder verbinding")
    expect(at_testid(agent, "save-status")).to_contain_text("Geen verbinding")
    agent.route("**/draft", lambda route: route.abort())
    agent.context.set_offline(False)
    with other.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        at_testid(other, "notes").fill("van het andere venster")
    agent.unroute("**/draft")
    agent.reload()
    expect(agent.locator("[data-save-conflict]")).to_be_visible()
    expect(at_testid(agent, "notes")).to_have_value("van het andere venster")
    agent.locator("[data-keep-mine]").click()
    expect(at_testid(agent, "notes")).to_have_value("getypt zonder verbinding")
