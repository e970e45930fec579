"""The words of a page: in its language, and in another for a while when one is forced."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale, gettext

from kcc.web.language import FormWords


@pytest.mark.parametrize(("language", "queue"), [("nl", "Wachtrij"), ("en", "Queue")])
def test_words_come_in_the_language_of_the_browser(app: Flask, language: str, queue: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert gettext("Wachtrij") == queue
        assert app.jinja_env.from_string("{{ _('Wachtrij') }}").render() == queue


def test_a_forced_language_ends_with_its_block(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "nl"}):
        assert gettext("Wachtrij") == "Wachtrij"
        with force_locale("en"):
            assert gettext("Wachtrij") == "Queue"
        assert gettext("Wachtrij") == "Wachtrij"


def test_what_a_field_says_of_itself_is_in_the_language_of_the_page(app: Flask) -> None:
    words = FormWords()
    with app.test_request_context(headers={"Accept-Language": "nl"}):
        assert words.gettext("This field is required.") == "Dit veld is vereist."
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert words.gettext("This field is required.") == "This field is required."
        assert words.ngettext("one", "more", 2) == "more"
