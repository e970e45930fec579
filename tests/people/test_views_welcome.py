"""From the mail to a first day: a link that works once, a password and a code together, and in."""

from __future__ import annotations

import re
from dataclasses import replace
from unittest import mock

import pyotp
import pytest
from flask import Flask

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.integrations.mail import Message
from kcc.people import actions_accounts as actions
from tests.factories.people import do_jobs
from tests.support.page import Page
from tests.support.world import PASSWORD, World

NEW = "een fraai nieuw wachtwoord"


@pytest.fixture
def mails(app: Flask) -> list[Message]:
    """What leaves, instead of leaving; the installation has a mail server."""
    sent: list[Message] = []
    settings = replace(app.config["SETTINGS"], smtp_url="smtp://127.0.0.1:1")
    with (
        mock.patch.dict(app.config, SETTINGS=settings),
        mock.patch("kcc.integrations.mail.send", lambda _url, message: sent.append(message)),
    ):
        yield sent


def invite(world: World, mails: list[Message], person: str = "handler") -> str:
    """Invite somebody and read the secret in the mail."""
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        actions.invite(actor=actor, account_id=world.people[person], municipality_id=world.towns["Aalburg"])
        db.session.commit()
    assert "people.invite: done" in do_jobs(world)
    assert mails[-1].to == f"{person}@kcc.example"
    found = re.search(r"/welcome#([\w-]+)", mails[-1].text)
    assert found is not None
    return found[1]


def begin(world: World, secret: str, status: int = 200) -> Page:
    page = world.page(None).get("/welcome")
    return page.submit("form[data-code-from-fragment]", code=secret, status=status)


def test_whoever_is_invited_sets_password_and_code_and_is_in(world: World, mails: list[Message]) -> None:
    old = world.page("handler").get("/account/")
    secret = invite(world, mails)
    page = begin(world, secret)
    assert "Welkom, Handler" in page.text
    totp = pyotp.TOTP(page.by_testid("totp-secret").get_text().replace(" ", ""))
    page.submit(new_password=NEW, again=NEW, code="000000", status=422)
    assert "Deze code klopt niet" in page.text
    page.submit(new_password="kort", again="kort", code=totp.now(), status=422)
    page.submit(new_password=NEW, again=NEW, code=totp.now())
    assert len(page.by_testid("recovery-codes").select("li")) == 10
    page.get("/account/")
    assert "aan, nog 10 herstelcodes" in page.text
    assert old.get("/account/").path.startswith("/sign-in")
    begin(world, secret, status=422)


def test_the_secret_is_kept_nowhere_but_in_the_mail(world: World, mails: list[Message]) -> None:
    secret = invite(world, mails)
    with world.admin() as admin:
        for table in ("guard.invitation", "invitation", "job", "audit_entry"):
            rows = admin.execute(f"select * from {table}".encode()).fetchall()
            assert rows and secret not in str(rows) and secret.encode().hex() not in str(rows)


def test_a_new_link_ends_the_one_before_and_a_withdrawn_or_old_one_opens_nothing(
    world: World, mails: list[Message]
) -> None:
    first = invite(world, mails)
    second = invite(world, mails)
    begin(world, first, status=422)
    begin(world, second)
    with world.admin() as admin:
        admin.execute("update guard.invitation set expires_at = now()")
    begin(world, second, status=422)
    third = invite(world, mails)
    page = world.page("administrator").get(f"/setup/people/{world.people['handler']}")
    page.submit('form[action$="withdraw"]')
    begin(world, third, status=422)


def test_until_the_link_is_used_the_old_password_holds(world: World, mails: list[Message]) -> None:
    invite(world, mails)
    page = world.page(None).get("/sign-in")
    page.submit(email="handler@kcc.example", password=PASSWORD)
    assert not page.path.startswith("/sign-in")


def test_the_secret_of_the_codes_is_sealed_for_its_own_link(world: World, mails: list[Message]) -> None:
    handler = begin(world, invite(world, mails))
    other = begin(world, invite(world, mails, "handler_afval"))
    sealed = other.soup.select_one('input[name="sealed"]')
    assert sealed is not None
    totp = pyotp.TOTP(other.by_testid("totp-secret").get_text().replace(" ", ""))
    handler.submit(new_password=NEW, again=NEW, code=totp.now(), sealed=sealed["value"], status=422)


def test_without_a_mail_server_nothing_is_sent_and_the_page_says_so(world: World) -> None:
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        actions.invite(actor=actor, account_id=world.people["handler"], municipality_id=world.towns["Aalburg"])
        db.session.commit()
    do_jobs(world)
    page = world.page("administrator").get(f"/setup/people/{world.people['handler']}")
    assert "de mail is nog niet weg" in page.text
