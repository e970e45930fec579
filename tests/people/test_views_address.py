"""Another e-mail address: asked with password and code, used once from the new mailbox, and nobody learns who has which."""

from __future__ import annotations

import re
from dataclasses import replace
from unittest import mock

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask

from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.integrations.mail import Message
from kcc.people import actions_accounts as accounts
from kcc.people import actions_address as actions
from kcc.people import queries_accounts
from tests.factories.people import do_jobs, plant_role
from tests.people.conftest import RECOVERY_CODE
from tests.people.test_views import is_at_sign_in, sign_in
from tests.support.page import Page
from tests.support.world import PASSWORD, World

NEW = "a.nieuw@kcc.example"
MANAGE = Permission.PEOPLE_MANAGE


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


def ask(page: Page, email: str = NEW, status: int = 303, password: str = PASSWORD, **more: str) -> Page:
    form = 'form[action="/account/email"]'
    return page.get("/account/email").submit(
        form, email=email, password=password, status=200 if status == 303 else status, **more
    )


def secret_in(mails: list[Message], to: str = NEW) -> str:
    found = [re.search(r"/new-address#([\w-]+)", mail.text) for mail in mails if mail.to == to]
    assert found and found[-1] is not None
    return found[-1][1]


def confirm(page: Page, secret: str, status: int = 200) -> Page:
    return page.get("/new-address").submit("form[data-code-from-fragment]", code=secret, status=status)


def email_of(world: World, person: str) -> str:
    with world.admin() as admin:
        row = admin.execute("select email from account where id = %s", (world.people[person],)).fetchone()
        assert row is not None
        return str(row[0])


def verbs(world: World) -> list[str]:
    with world.admin() as admin:
        rows = admin.execute("select verb from audit_entry where verb like 'email%' order by at").fetchall()
        return [str(verb) for (verb,) in rows]


def propose(world: World, person: str = "handler", email: str = NEW, by: str = "administrator") -> None:
    with world.scope(by, MANAGE) as actor:
        actions.ask_for(actor=actor, account_id=world.people[person], email=email)
        db.session.commit()


def test_a_new_address_holds_once_it_is_confirmed_from_its_own_mailbox(world: World, mails: list[Message]) -> None:
    here, elsewhere = world.page("agent"), world.page("agent").get("/account/")
    ask(here)
    assert "Wacht op bevestiging" in here.text and email_of(world, "agent") == "agent@kcc.example"
    do_jobs(world)
    assert sorted(mail.to for mail in mails) == [NEW, "agent@kcc.example"]
    old = next(mail for mail in mails if mail.to == "agent@kcc.example")
    assert NEW not in old.text and "#" not in old.text
    secret = secret_in(mails)
    assert f"aan met {NEW}" in confirm(world.page(None), secret).text
    assert email_of(world, "agent") == NEW
    assert is_at_sign_in(elsewhere.get("/account/")) and is_at_sign_in(here.get("/account/"))
    do_jobs(world)
    assert mails[-1].to == "agent@kcc.example" and mails[-1].subject == "Uw e-mailadres is gewijzigd"
    sign_in(world.page(None), status=422)
    sign_in(world.page(None), "a.nieuw")
    confirm(world.page(None), secret, status=422)
    assert verbs(world) == ["email_asked", "email_changed"]


def test_the_browser_that_confirms_stays_signed_in(world: World, mails: list[Message]) -> None:
    here = world.page("agent")
    ask(here)
    do_jobs(world)
    confirm(here, secret_in(mails))
    assert NEW in here.get("/account/").text


def test_the_secret_is_kept_nowhere_but_in_the_mail(world: World, mails: list[Message]) -> None:
    ask(world.page("agent"))
    do_jobs(world)
    secret = secret_in(mails)
    with world.admin() as admin:
        for table in ("guard.email_change", "job", "audit_entry", "submission"):
            rows = str(admin.execute(f"select * from {table}".encode()).fetchall())
            assert secret not in rows and secret.encode().hex() not in rows
            assert PASSWORD not in rows and (NEW not in rows or table == "guard.email_change")


@pytest.mark.parametrize(
    ("email", "password", "says"),
    [
        (NEW, "fout wachtwoord", "Uw wachtwoord is niet juist."),
        ("geen adres", PASSWORD, "Vul een e-mailadres in"),
        ("info@kcc.example", PASSWORD, "dat meer mensen lezen"),
        ("AGENT@kcc.example", PASSWORD, "Dit is al uw e-mailadres."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(world: World, email: str, password: str, says: str) -> None:
    page = ask(world.page("agent"), email=email, password=password, status=422)
    assert says in page.text
    assert do_jobs(world) == []


def test_who_signs_in_with_codes_needs_one_here_too(world: World, mails: list[Message], totp: pyotp.TOTP) -> None:
    page = world.page("agent")
    assert "Deze code klopt niet" in ask(page, code="000000", status=422).text
    assert "Deze code klopt niet" in ask(page, code="", status=422).text
    code = totp.now()
    ask(page, code=code)
    assert "Deze code klopt niet" in ask(page, code=code, status=422).text  # each step counts once
    ask(page, email="a.nog@kcc.example", code=RECOVERY_CODE)
    assert "Deze code klopt niet" in ask(page, code=RECOVERY_CODE, status=422).text
    do_jobs(world)
    assert NEW not in [mail.to for mail in mails]  # the second took the place of the first
    confirm(world.page(None), secret_in(mails, "a.nog@kcc.example"))
    assert email_of(world, "agent") == "a.nog@kcc.example"


def main_of(page: Page, address: str) -> str:
    """What a page says, but for the address and the time."""
    main = page.soup.select_one("main")
    assert main is not None
    return re.sub(r"\d\d:\d\d", "", main.get_text()).replace(address, "ADRES")


def test_whether_an_address_is_in_use_shows_nowhere(world: World, mails: list[Message]) -> None:
    page, told = world.page("agent"), []
    for address in (NEW, "handler@kcc.example", "agent_zuid@kcc.example"):
        shown = [main_of(ask(page, email=address), address)]
        do_jobs(world)
        told.append([*shown, main_of(page.get("/account/email"), address)])
    assert told[0] == told[1] == told[2]
    # Nobody gets a link at an address that opens another account; the old address is told each time.
    assert [mail.to for mail in mails if "#" in mail.text] == [NEW]
    assert [mail.to for mail in mails].count("agent@kcc.example") == 3


def test_an_address_that_was_taken_meanwhile_is_not_taken_twice(world: World, mails: list[Message]) -> None:
    ask(world.page("agent"))
    do_jobs(world)
    with world.admin() as admin:
        admin.execute("update account set email = %s where id = %s", (NEW, world.people["handler"]))
    confirm(world.page(None), secret_in(mails), status=422)
    assert email_of(world, "agent") == "agent@kcc.example"


def test_an_old_link_and_a_withdrawn_one_open_nothing(world: World, mails: list[Message]) -> None:
    page = world.page("agent")
    ask(page)
    do_jobs(world)
    with world.admin() as admin:
        admin.execute("update guard.email_change set expires_at = now()")
    confirm(world.page(None), secret_in(mails), status=422)
    assert "De link is verlopen" in page.get("/account/email").text
    ask(page)
    do_jobs(world)
    page.submit('form[action$="/withdraw"]')
    confirm(world.page(None), secret_in(mails), status=422)
    with world.scope("agent", Permission.ACCOUNT_SELF) as actor, pytest.raises(NotFound):
        actions.withdraw_own(actor=actor)


def test_what_the_old_mailbox_could_still_open_ends_with_it(world: World, mails: list[Message]) -> None:
    with world.scope("administrator", MANAGE) as actor:
        accounts.invite(actor=actor, account_id=world.people["agent"], municipality_id=world.towns["Aalburg"])
        db.session.commit()
    ask(world.page("agent"))
    do_jobs(world)
    invitation = next(re.search(r"/welcome#([\w-]+)", mail.text) for mail in mails if "/welcome#" in mail.text)
    confirm(world.page(None), secret_in(mails))
    assert invitation is not None
    world.page(None).get("/welcome").submit("form[data-code-from-fragment]", code=invitation[1], status=422)


def test_who_left_confirms_nothing_any_more(world: World, mails: list[Message]) -> None:
    ask(world.page("handler"))
    do_jobs(world)
    with world.scope("administrator", MANAGE) as actor:
        accounts.leave(actor=actor, account_id=world.people["handler"])
        db.session.commit()
    confirm(world.page(None), secret_in(mails), status=422)


def test_for_somebody_else_it_takes_two_administrators_and_the_new_mailbox(world: World, mails: list[Message]) -> None:
    plant_role(world, "supervisor", "Aalburg")
    page = world.page("administrator").get(f"/setup/people/{world.people['handler']}")
    page.submit('form[action$="/email"]', email=NEW)
    assert "Een tweede beheerder moet dit bevestigen." in page.text
    assert do_jobs(world) == [] and mails == []
    with world.scope("administrator", MANAGE) as actor, pytest.raises(NotAllowed, match="tweede beheerder"):
        actions.decide(actor=actor, account_id=world.people["handler"], confirm=True)
    second = world.page("supervisor").get("/setup/rights")
    assert NEW in second.by_testid("email-proposal").text
    second.submit('form[action$="/email/decide"]', do="confirm")
    do_jobs(world)
    assert sorted(mail.to for mail in mails) == [NEW, "handler@kcc.example"]
    confirm(world.page(None), secret_in(mails))
    assert email_of(world, "handler") == NEW
    assert verbs(world) == ["email_proposed", "email_confirmed", "email_changed"]


def test_a_proposal_is_refused_by_the_second_and_taken_back_by_the_first_or_its_person(world: World) -> None:
    plant_role(world, "supervisor", "Aalburg")
    propose(world)
    world.page("supervisor").get("/setup/rights").submit('form[action$="/email/decide"]', do="refuse")
    propose(world)
    world.page("administrator").get("/setup/rights").submit('form[action$="/email/decide"]', do="withdraw")
    propose(world)
    page = world.page("handler").get("/account/email")
    assert "Een beheerder vroeg dit voor u." in page.text
    page.submit('form[action$="/withdraw"]')
    with world.scope("administrator", MANAGE) as actor:
        assert queries_accounts.open_email_changes() == []
        with pytest.raises(NotFound):
            actions.decide(actor=actor, account_id=world.people["handler"], confirm=True)
    assert do_jobs(world) == []


def test_nobody_gets_at_an_account_through_a_town_that_is_not_theirs(world: World) -> None:
    with world.scope("administrator", MANAGE) as actor:
        with pytest.raises(NotFound):
            actions.ask_for(actor=actor, account_id=world.people["agent_zuid"], email=NEW)
        with pytest.raises(NotAllowed, match="eigen"):
            actions.ask_for(actor=actor, account_id=world.people["administrator"], email=NEW)
        with pytest.raises(InvalidInput, match="al"):
            actions.ask_for(actor=actor, account_id=world.people["handler"], email="handler@kcc.example")
        # The agent also works for Bergen, which this administrator does not manage: the address opens that too.
        with pytest.raises(NotAllowed, match="alle gemeenten"):
            actions.ask_for(actor=actor, account_id=world.people["agent"], email=NEW)
        values = {"account": world.people["agent"]}
        asked = sa.text("select kcc_ask_email(gen_random_uuid(), :account, 'a@kcc.example')")
        assert db.session.scalar(asked, values) is False


def test_the_door_of_a_person_decides_nothing_and_mints_nothing(world: World) -> None:
    propose(world)
    with world.scope("agent", Permission.DESK_USE):
        assert db.session.execute(sa.text("select * from kcc_open_email_changes()")).all() == []
        change = sa.text("select * from kcc_mint_email((select change_id from kcc_own_email_change()), 'x', 1)")
        assert db.session.execute(change).all() == []
    with world.scope("handler", Permission.ACCOUNT_SELF) as actor:
        known = db.session.scalar(sa.text("select change_id from kcc_own_email_change()"))
        for call in ("kcc_decide_email(:id, true)", "(select email from kcc_mint_email(:id, 'x', 1))"):
            assert db.session.scalar(sa.text(f"select {call}"), {"id": known}) is None
        assert actor.account_id == world.people["handler"]
