"""What the forms of the door keep and refuse."""

from __future__ import annotations

from flask import Flask
from werkzeug.datastructures import MultiDict

from kcc.people.forms import CodeForm, PasswordForm, SettingsForm, SignInForm


def test_an_address_is_cleaned_and_a_password_is_left_as_typed(app: Flask) -> None:
    with app.test_request_context():
        form = SignInForm(MultiDict({"email": " agent@kcc.example\u200b ", "password": " met spaties "}))
        assert form.email.data == "agent@kcc.example"
        assert form.password.data == " met spaties "


def test_what_is_missing_or_too_long_is_said_at_its_field(app: Flask) -> None:
    with app.test_request_context():
        form = SignInForm(MultiDict({"email": "x" * 255, "password": ""}))
        assert not form.validate()
        assert form.email.errors and form.password.errors
        assert not CodeForm(MultiDict({"code": "9" * 41})).validate()


def test_the_new_password_is_typed_twice_the_same(app: Flask) -> None:
    with app.test_request_context():
        form = PasswordForm(MultiDict({"password": "a", "new_password": "b" * 12, "again": "c"}))
        assert not form.validate()
        assert form.again.errors


def test_an_unknown_language_is_refused(app: Flask) -> None:
    with app.test_request_context():
        form = SettingsForm(MultiDict({"name": "Anna", "locale": "de"}))
        assert not form.validate()
        assert form.locale.errors
