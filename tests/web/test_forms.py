"""What is typed is cleaned, refused at its field, and never cut."""

from __future__ import annotations

import pytest
from flask import Flask
from wtforms import StringField

from kcc.core.errors import InvalidInput
from kcc.web.forms import BaseForm, LongTextField


class Small(BaseForm):
    """A form to try."""

    name = StringField("Naam")
    text = LongTextField("Tekst", limit=10)


def sent(app: Flask, **values: str) -> Small:
    """The form with what was sent."""
    with app.test_request_context("/", method="POST", data=values):
        form = Small(meta={"csrf": False})
        form.validate()
        return form


def test_spaces_at_the_ends_and_windows_lines_are_tidied(app: Flask) -> None:
    assert sent(app, name="  Jan ").name.data == "Jan"
    assert sent(app, text="a\r\nb").text.data == "a\nb"


@pytest.mark.parametrize("typed", ["a\x00b", "a\x07b"])
def test_what_the_database_cannot_keep_does_not_reach_it(app: Flask, typed: str) -> None:
    form = sent(app, name=typed)
    assert "\x00" not in (form.name.data or "") and "\x07" not in (form.name.data or "")


def test_over_long_text_is_refused_at_its_field_and_kept_whole(app: Flask) -> None:
    form = sent(app, text="x" * 11)
    assert form.text.errors and form.text.data == "x" * 11


def test_each_form_has_a_key_of_its_own(app: Flask) -> None:
    with app.test_request_context("/"):
        assert Small().form_key.data != Small().form_key.data


def test_a_refusal_of_the_domain_stands_at_the_field_it_names(app: Flask) -> None:
    with app.test_request_context("/"):
        form = Small()
        form.refuse(InvalidInput("Te kort.", field="name"))
        form.refuse(InvalidInput("Anders.", field="unknown"))
        assert form.name.errors == ["Te kort."] and form.form_errors == ["Anders."]
