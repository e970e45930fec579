"""A citizen asks by the web form, is answered, replies and rates; nobody signs in but the agent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Centre, axe_violations
from tests.journeys.test_call_to_closed_task import at_testid
from tests.journeys.test_every_page import judge, take_picture

QUESTION = "De lantaarnpaal voor mijn deur knippert al een week"


def form_of(centre: Centre, town: str) -> str:
    """The address of a town's contact form."""
    ((number, address),) = centre.query(
        "select e.id, e.address from entrance e join municipality m on m.id = e.municipality_id"
        " where e.kind = 'form' and m.name = %s order by e.id limit 1",
        town,
    )
    return f"/formulier/{number}-{address}"


def wait_for_reply(agent: Page, ticket: str, words: str) -> None:
    """A reply is raw first and joins its ticket a moment later, by the worker."""
    for _try in range(60):
        agent.goto(ticket)
        if words in agent.locator("main").inner_text():
            return
        agent.wait_for_timeout(1000)
    raise AssertionError(f"the reply does not reach {ticket}")


def unfold_answer(agent: Page) -> None:
    """The answer that stands on the status page is folded away beside that by mail."""
    agent.locator('details:has([data-testid="answer-form"]) > summary').click()
    expect(at_testid(agent, "answer-form")).to_be_visible()


def test_a_form_is_filled_answered_replied_to_and_rated(
    centre: Centre, browser: Browser, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    photo = tmp_path / "lantaarn.png"
    size: Any = {"width": 1440, "height": 900}
    with browser.new_context(base_url=centre.address, viewport=size, locale="nl-NL") as context:
        citizen = context.new_page()
        citizen.set_default_timeout(20_000)
        citizen.goto("/status")
        citizen.screenshot(path=str(photo))
        faults = judge(citizen, "status-door")
        citizen.goto(form_of(centre, "Brielle"))
        citizen.screenshot(path=str(photo))
        faults += judge(citizen, "web-form")
        at_testid(citizen, "form-topic").fill("Openbare")
        at_testid(citizen, "form-question").fill(QUESTION)
        citizen.check("input[name=answer_by][value=email]")
        expect(citizen.locator("input[name=phone]")).to_be_hidden()
        citizen.fill("input[name=name]", "A. de Jong")
        at_testid(citizen, "form-send").click()
        expect(citizen.locator("#email-error")).to_be_visible()
        expect(at_testid(citizen, "form-question")).to_have_value(QUESTION)
        citizen.fill("input[name=email]", "a.dejong@voorbeeld.example")
        citizen.set_input_files("input[name=files]", str(photo))
        citizen.wait_for_timeout(3_100)  # as a person would; anything faster is looked at by a person first
        at_testid(citizen, "form-send").click()
        reference = at_testid(citizen, "form-reference").inner_text()
        code = at_testid(citizen, "form-code").inner_text()
        faults += judge(citizen, "form-received")

        agent = sign_in(centre.account("agent", "BRI"))
        agent.goto("/queue/")
        item = agent.locator('[data-testid="queue-item"]', has_text=reference)
        expect(item).to_be_visible(timeout=60_000)
        item.locator('[data-testid="queue-claim"]').click()
        agent.wait_for_url("**/tickets/**")
        ticket = agent.url
        expect(agent.locator("main")).to_contain_text(QUESTION)
        expect(at_testid(agent, "ticket-file")).to_have_text("lantaarn.png")
        take_picture(agent, "journey-form-ticket")
        unfold_answer(agent)
        agent.fill('[data-testid="answer-form"] textarea', "Vrijdag maakt een monteur hem.")
        at_testid(agent, "ticket-answer").click()
        expect(agent.locator("main")).to_contain_text("Vrijdag maakt een monteur hem.")

        open_status(citizen, reference, code)
        expect(at_testid(citizen, "status-word")).to_have_text("Beantwoord")
        expect(at_testid(citizen, "status-answer")).to_contain_text("Vrijdag maakt een monteur hem.")
        faults += judge(citizen, "status-answered")
        citizen.fill('[data-testid="reply-form"] textarea', "Er kwam vrijdag niemand.")
        at_testid(citizen, "reply-send").click()
        expect(citizen.locator("main")).to_contain_text("Uw reactie is binnen.")

        agent.goto("/queue/")
        expect(agent.locator('[data-testid="queue-item"]', has_text=reference).first).to_be_visible(timeout=60_000)
        wait_for_reply(agent, ticket, "Er kwam vrijdag niemand.")
        unfold_answer(agent)
        agent.fill('[data-testid="answer-form"] textarea', "Excuses. Hij is nu gemaakt.")
        at_testid(agent, "ticket-answer-close").click()
        expect(agent.locator("main")).to_contain_text("beantwoord en gesloten")

        citizen.goto("/status/vraag")
        expect(at_testid(citizen, "status-word")).to_have_text("Afgerond")
        citizen.check("input[name=score][value='4']")
        citizen.fill('[data-testid="rating-form"] textarea', "Uiteindelijk goed geholpen.")
        faults += judge(citizen, "status-closed")
        at_testid(citizen, "rating-send").click()
        expect(citizen.locator("main")).to_contain_text("Dank u wel")

        wait_for_reply(agent, ticket, "Uiteindelijk goed geholpen.")
        supervisor = sign_in(centre.account("supervisor", "BRI"))
        supervisor.goto("/statistics/?channel=webform")
        expect(at_testid(supervisor, "ratings")).to_contain_text("Brielle")
        faults += [f"figures: {fault}" for fault in axe_violations(supervisor)]
        assert not faults, "\n".join(faults)


def open_status(page: Page, reference: str, code: str) -> None:
    """By the link in the mail: what stands behind the # fills the fields and leaves the address bar."""
    page.goto(f"/status#{reference}.{code.replace('-', '')}")
    expect(at_testid(page, "status-reference")).to_have_value(reference)
    assert "#" not in page.url
    at_testid(page, "status-open").click()
    page.wait_for_url("**/status/vraag*")


def test_a_visitor_is_called_and_the_hall_sees_it(
    centre: Centre, browser: Browser, sign_in: Callable[..., Page]
) -> None:
    agent = sign_in(centre.account("agent", "BRI"))
    agent.goto("/counter/")
    counter = agent.locator("section.card", has_text="Brielle")
    hall_url = counter.locator("a", has_text="Scherm").first.get_attribute("href")
    counter.locator('[data-testid="counter"]').first.click()
    at_testid(agent, "take-number").click()
    number = agent.locator('[data-testid="waiting"] .visitor__number').last.inner_text()
    size: Any = {"width": 1440, "height": 900}
    with browser.new_context(base_url=centre.address, viewport=size, locale="nl-NL") as context:
        hall = context.new_page()
        hall.goto(str(hall_url))
        here = agent.url
        line = agent.locator('[data-testid="waiting"] .visitor', has_text=number)
        line.locator("input[name=desk]").fill("Loket 2")
        line.locator('[data-testid="call-number"]').click()
        agent.wait_for_url("**/desk/**")
        expect(hall.locator('[data-testid="hall-now"]')).to_contain_text(number, timeout=20_000)
        expect(hall.locator('[data-testid="hall-now"]')).to_contain_text("Loket 2")
        faults = judge(hall, "hall-screen")
    agent.goto(here)
    agent.locator('[data-testid="called"] .visitor', has_text=number).locator('[data-testid="no-show"]').click()
    expect(agent.locator("main")).to_contain_text("niemand kwam")
    assert not faults, "\n".join(faults)
