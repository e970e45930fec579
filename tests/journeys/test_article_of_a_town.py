"""An editor writes an article with what differs in one town; an agent of that town finds, reads and uses it in a call."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre
from tests.journeys.test_call_to_closed_task import at_testid, begin_call

TITLE = "Bladkorven in de herfst"
BODY = "Inwoners brengen gevallen blad naar de bladkorf. Wij legen die {{ hoevaak }}."
DIFFERENCE = "In Brielle staan bladkorven alleen binnen de vesting."


def test_an_article_is_written_with_a_difference_previewed_published_found_and_used(
    centre: Centre, sign_in: Callable[..., Page]
) -> None:
    editor = sign_in(centre.account("editor", "SPI"))
    editor.goto("/knowledge/edit/new")
    at_testid(editor, "article-place").select_option(label="Alle gemeenten")
    at_testid(editor, "article-title").fill(TITLE)
    at_testid(editor, "article-body").fill(BODY)
    editor.fill("textarea[name=variables]", "hoevaak = elke week")
    at_testid(editor, "save-draft").click()
    address = editor.wait_for_url(lambda url: not url.endswith("/new")) or editor.url
    editor.locator('[data-testid="overlay-link"]', has_text="Brielle").click()
    at_testid(editor, "overlay-variables").fill("hoevaak = elke twee weken")
    at_testid(editor, "overlay-deviation").fill(DIFFERENCE)
    at_testid(editor, "save-overlay").click()
    expect(editor.locator("[data-flashes]")).to_contain_text("Bewaard")
    editor.goto(address)
    at_testid(editor, "preview").click()
    previews = at_testid(editor, "previews").locator("section.card")
    expect(previews.filter(has_text="Brielle")).to_contain_text("elke twee weken")
    expect(previews.filter(has_text="Brielle")).to_contain_text(DIFFERENCE)
    expect(previews.filter(has_text="Westvoorne")).to_contain_text("elke week")
    at_testid(editor, "publish").click()
    expect(editor.locator("[data-flashes]")).to_contain_text("Gepubliceerd")

    agent = sign_in(centre.account("agent", "BRI"))
    begin_call(agent, "Brielle")
    at_testid(agent, "knowledge-search").fill("bladkorf legen")
    found = agent.locator("#answers .result", has_text=TITLE)
    expect(found).to_contain_text(DIFFERENCE)
    found.click()
    article = at_testid(agent, "article")
    expect(article).to_contain_text(TITLE)
    expect(article).to_contain_text("elke twee weken")
    expect(article).to_contain_text(DIFFERENCE)
    at_testid(agent, "use-answer").click()
    expect(at_testid(agent, "article-used")).to_be_visible()
    assert "elke twee weken" in at_testid(agent, "answer").input_value()
    expect(at_testid(agent, "outcome-answered")).to_be_checked()
