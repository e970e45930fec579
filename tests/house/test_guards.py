"""Every route says who may use it; those for strangers, and those that may be sent twice, are on lists with reasons."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from kcc.core.db import db
from kcc.web.guards import stamp_of
from kcc.web.requests import SAFE
from tests.support.world import World

PUBLIC = {
    "static": "assets",
    "health_live": "monitoring",
    "health_ready": "monitoring",
    "operations.show_metrics": "a monitoring system with a token",
    "people.sign_in": "strangers arrive here",
    "people.second_factor": "half signed in",
    "people.recovery_code": "half signed in",
    "people.sign_out": "also when the session has ended meanwhile",
    "welcome.door": "invited, without a session yet",
    "welcome.begin": "invited: the secret of the link, checked by the database",
    "new_address.door": "the link is opened in another browser, or after signing out",
    "new_address.confirm": "the secret of the link, checked by the database, once",
    "welcome.finish": "invited: the secret of the link, checked by the database, once",
    "people.set_locale": "language before sign-in",
    "channels.web_form": "a citizen's question",
    "channels.send_web_form": "a citizen's question",
    "channels.status_door": "reference and code, checked by the database",
    "channels.status": "what the code proves",
    "channels.status_reply": "what the code proves",
    "channels.status_rating": "what the code proves",
    "channels.status_file": "what the code proves",
    "channels.status_close": "leaving",
    "channels.public_logo": "a logo that a town wears, by what is in it",
    "channels.hall_screen": "numbers in the hall",
    "channels.hall_screen_part": "numbers in the hall",
    "channels.open_kiosk": "the secret of a tablet in a hall, checked by the database",
    "channels.kiosk": "what that tablet shows",
    "channels.kiosk_take": "a number at that tablet",
    "channels.kiosk_number": "a number at that tablet",
    "telephony_api.numbers": "signed by an exchange",
    "telephony_api.events": "signed by an exchange",
    "telephony_api.who": "signed by an exchange",
    "telephony_api.waiting": "signed by an exchange",
    "telephony_api.callback": "signed by an exchange",
    "telephony_api.agents": "signed by an exchange",
}
REPEATABLE = {
    "account.ask_email": "the newest replaces the one before; no trace in the memory of forms",
    "account.change_password": "the old password holds once; no trace in the memory of forms",
    "account.confirm": "codes are switched on once; recovery codes are kept nowhere",
    "account.drop": "off is off; no trace of the password",
    "desk.save_draft": "autosave, with a version",
    "routing.beat": "being there twice is being there",
    "contacts.presence": "being there twice is being there",
    "contacts.leave": "going away twice is being away",
}
OWN_TOKEN = {"channels.send_web_form": "shown in frames of other sites; its token is signed, its sender nobody"}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    assert [name for name, view in app.view_functions.items() if stamp_of(view) is None] == []


def test_routes_for_strangers_are_on_the_list(app: Flask) -> None:
    found = {
        name for name, view in app.view_functions.items() if (stamp := stamp_of(view)) and stamp.permission is None
    }
    assert found <= set(PUBLIC), found - set(PUBLIC)


def test_routes_that_may_be_sent_twice_are_on_the_list(app: Flask) -> None:
    found = {name for name, view in app.view_functions.items() if (stamp := stamp_of(view)) and stamp.repeatable}
    assert found <= set(REPEATABLE), found - set(REPEATABLE)


def test_forms_without_the_session_s_token_are_on_the_list(app: Flask) -> None:
    found = {name for name, view in app.view_functions.items() if (stamp := stamp_of(view)) and stamp.own_token}
    assert found == set(OWN_TOKEN)
    assert all(stamp_of(app.view_functions[name]).permission is None for name in found)  # type: ignore[union-attr]


def test_every_exception_has_a_reason(app: Flask) -> None:
    for name, view in app.view_functions.items():
        stamp = stamp_of(view)
        assert stamp is not None
        assert stamp.permission is not None or len(stamp.why) > 10, name


def test_routes_that_write_do_so_by_post_only(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_page_that_is_read_cannot_write(world: World, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in = [
        rule for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and (stamp := stamp_of(app.view_functions[rule.endpoint]))
        and stamp.permission is not None
    ]  # fmt: skip
    assert "GET" in SAFE and signed_in
    tried = []

    def meddle(**_ids: object) -> str:
        tried.append(db.session.scalar(sa.text("show transaction_read_only")))
        return "read"

    for rule in signed_in:
        view = app.view_functions[rule.endpoint]
        stamp = stamp_of(view)
        assert stamp is not None and stamp.permission is not None
        meddle.kcc_stamp, meddle.kcc_guarded = stamp, True  # type: ignore[attr-defined]
        monkeypatch.setitem(app.view_functions, rule.endpoint, meddle)
        for person in (
            "agent",
            "handler",
            "editor",
            "supervisor",
            "administrator",
            "privacy_officer",
            "contract_manager",
        ):
            client = app.test_client()
            client.set_cookie("kcc_session", world.session_for(person))
            if client.get(rule.rule).status_code == 200:
                break
    assert len(tried) == len(signed_in)
    assert set(tried) == {"on"}


def test_an_unstamped_route_is_refused(world: World, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgotten() -> str:
        return "secret"

    monkeypatch.setitem(app.view_functions, "health_live", forgotten)
    client = app.test_client()
    assert client.get("/health/live").status_code == 500
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setattr(app, "testing", False)
    assert client.get("/health/live").status_code == 403
