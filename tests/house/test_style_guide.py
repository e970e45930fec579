"""Every component, in both themes and at two widths, in a real browser under the real content security policy."""

import mimetypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from playwright.sync_api import Browser, Page, Route
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

ROOT = Path(__file__).parents[2]
SITE = "http://guide.test"
POLICY = (
    "default-src 'none'; script-src 'nonce-n' 'strict-dynamic'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TOWNS = ["Brielle", "Hellevoetsluis", "Westvoorne", "Bernisse", "Nissewaard", "Rozenburg", "Goeree", "Albrandswaard"]


class SampleForm(Form):
    """One field of each kind."""

    topic = SelectField("Onderwerp", choices=[("a", "Afval"), ("b", "Belasting")], validators=[InputRequired("Kies")])
    name = StringField("Naam", validators=[InputRequired("Vul een naam in")])
    notes = TextAreaField("Wat vraagt de inwoner?", description="Schrijf op wat u hoort")
    outcome = RadioField(
        "Hoe loopt het af?", choices=[("1", "Beantwoord"), ("2", "Doorzetten")], validators=[InputRequired("Kies")]
    )
    channel = SelectMultipleField(
        "Kanalen",
        choices=[("t", "Telefoon"), ("m", "E-mail")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    day = DateField("Dag")
    document = FileField("Bijlage")
    agreed = BooleanField("De inwoner vindt het goed", validators=[InputRequired("Zet een vinkje")])
    elsewhere = SelectField("Gemeente", choices=[("a", "Brielle")], validate_choice=False)


def draw(theme: str) -> str:
    """The style guide as the application would draw it."""
    templates = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    templates.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    refused = SampleForm(MultiDict({"refused-notes": "Een tekst die te lang is"}), prefix="refused")
    refused.validate()
    entry = {"at_text": "ma 23 nov 10:42", "title": "Opgepakt", "body": "Gebeld", "by": "Fatima B.", "key": True}
    sample = SimpleNamespace(
        form=SampleForm(outcome="2"),
        refused=refused,
        towns=[SimpleNamespace(name=name, short_code=name[:3], accent=at + 1) for at, name in enumerate(TOWNS)],
        entries=[SimpleNamespace(**entry, internal=internal) for internal in (False, True)],
        page=SimpleNamespace(next_url="#next", previous_url="#previous", from_text="51 t/m 100 van 240"),
    )
    links = [
        SimpleNamespace(label=label, url="#" + label, active=label == "Werkplek", badge=badge, key="Alt+1")
        for label, badge in (("Werkplek", ""), ("Wachtrij", "4"))
    ]
    return templates.get_template("components/guide.html").render(
        sample=sample,
        current_person=SimpleNamespace(name="Fatima B.", initials="FB", shortcuts_on=True),
        navigation=links,
        centre_name="KCC Voorne-Putten",
        locale="nl",
        theme=theme,
        csp_nonce=lambda: "n",
        csrf_token=lambda: "token",
        asset=lambda path: "/static/" + path,
        get_flashed_messages=lambda **_: [("success", "Bewaard."), ("error", Markup("Niet bewaard."))],
    )


def serve(route: Route) -> None:
    """Answer from the repository instead of a network."""
    path = urlsplit(route.request.url).path
    if path in ("/light", "/dark"):
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        route.fulfill(body=draw(path[1:]), headers=headers)
    elif (ROOT / path[1:]).is_file():
        route.fulfill(path=ROOT / path[1:], content_type=mimetypes.guess_type(path)[0] or "font/woff2")
    else:
        route.fulfill(status=404, body="")


def visit(browser: Browser, theme: str, width: int, **options: Any) -> tuple[Page, list[str]]:
    """The guide, opened, and what the browser complained about."""
    page = browser.new_context(viewport={"width": width, "height": 900}, **options).new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.route(f"{SITE}/**", serve)
    page.goto(f"{SITE}/{theme}")
    return page, complaints


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_components_are_accessible(browser: Browser, theme: str, width: int) -> None:
    page, _ = visit(browser, theme, width, bypass_csp=True)
    page.evaluate((ROOT / "tests/support/axe.min.js").read_text())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    faults = [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]]
    page.context.close()
    assert faults == []
    assert len(found["passes"]) > 30


def test_nothing_breaks_the_content_security_policy_or_the_scripts(browser: Browser) -> None:
    page, complaints = visit(browser, "light", 1440)
    page.keyboard.press("Control+k")
    assert page.locator("#palette").is_visible()
    page.keyboard.type("wacht")
    page.keyboard.press("Enter")
    assert page.url.endswith("#Wachtrij")
    page.context.close()
    assert complaints == []


def test_a_narrow_screen_needs_no_sideways_scrolling(browser: Browser) -> None:
    page, _ = visit(browser, "light", 320)
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.context.close()
    assert beyond == 0
