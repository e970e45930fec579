"""Ten megabytes pasted in a real browser: refused at the field at once, with all that stood there kept, and nothing half-saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid, begin_call
from tests.journeys.test_form_to_rating import form_of
from tests.journeys.test_nothing_lost import SAVED, type_notes

PASTE = "navigator.clipboard.writeText('Een regel van een te groot bestand. '.repeat(290_000))"
# As a form sends it each euro sign is nine bytes.
PUT = "(field) => { field.value = '€'.repeat(230_000); field.dispatchEvent(new Event('input', { bubbles: true })); }"


def paste_ten_megabytes(page: Page, field: Any) -> None:
    """Paste as people do, with the keys, at the end of what stands in the field."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(PASTE)
    field.press("End")
    field.press("Control+v")


def expect_refused_at(field: Any, kept: str) -> None:
    """The reason stands right above the field and is read with it; what stood there still does."""
    said = field.locator("xpath=preceding-sibling::p[@data-too-large-says]")
    expect(said).to_contain_text("Niet geplakt")
    expect(said).to_contain_text("10.4")
    expect(field).to_have_value(kept)
    expect(field).to_have_attribute("aria-invalid", "true")
    assert said.get_attribute("id") in (field.get_attribute("aria-describedby") or "").split()


def test_on_the_desk_it_is_not_pasted_and_a_text_that_got_in_otherwise_waits_and_is_not_cut(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(centre.account("agent", "BRI"))
    refused: list[int] = []
    begin_call(page, "Brielle")
    page.on("response", lambda answer: refused.append(answer.status) if answer.status >= 400 else None)
    type_notes(page, "Stond er al")
    notes = at_testid(page, "notes")
    paste_ten_megabytes(page, notes)
    expect_refused_at(notes, "Stond er al")
    expect(at_testid(page, "save-status")).to_contain_text(SAVED)
    notes.evaluate(PUT)
    expect(at_testid(page, "save-status")).to_contain_text("Nog niet bewaard: een tekst is te groot")
    expect(page.locator(notes.get_attribute("data-counter"))).to_contain_text("tekens te veel")
    at_testid(page, "finish").click(no_wait_after=True)
    expect(notes).to_be_focused()
    assert notes.evaluate("(field) => field.value.length") == 230_000
    type_notes(page, "Stond er al, en is weer kort")
    expect(page.locator("[data-too-large-says]")).to_have_count(0)
    page.reload()
    expect(at_testid(page, "notes")).to_have_value("Stond er al, en is weer kort")
    assert refused == []


def test_in_an_article_and_a_citizens_question_it_is_refused_at_the_field(
    centre: Centre, browser: Browser, sign_in: Callable[..., Page]
) -> None:
    editor = sign_in(centre.account("editor"))
    editor.goto("/knowledge/edit/new")
    body = at_testid(editor, "article-body")
    body.fill("Een begin.")
    paste_ten_megabytes(editor, body)
    expect_refused_at(body, "Een begin.")
    body.press("End")
    body.press("Space")
    expect(editor.locator("[data-too-large-says]")).to_have_count(0)
    with browser.new_context(base_url=centre.address, locale="nl-NL") as context:
        citizen = context.new_page()
        citizen.goto(form_of(centre, "Brielle"))
        question = at_testid(citizen, "form-question")
        question.fill("De lamp is stuk.")
        paste_ten_megabytes(citizen, question)
        expect_refused_at(question, "De lamp is stuk.")
