"""One's own account, as a browser meets it."""

from __future__ import annotations

import pyotp
import pytest

from tests.people.test_views import doors, is_at_sign_in, sign_in
from tests.support.page import Page
from tests.support.world import PASSWORD, World

NEW = "paard batterij nietje"


def test_name_language_and_keys_are_kept(world: World) -> None:
    page = world.page("agent").get("/account/")
    page.submit('form[action="/account/"]', name="Anna de Vries", locale="en")
    with world.admin() as admin:
        row = admin.execute(
            "select name, locale, shortcuts_on from account where id = %s", (world.people["agent"],)
        ).fetchone()
        verbs = admin.execute("select verb, fields from audit_entry").fetchall()
    assert row == ("Anna de Vries", "en", True)
    assert verbs == [("account_changed", ["name", "locale"])]
    assert page.soup.html["lang"] == "en"  # type: ignore[index]


@pytest.mark.parametrize("values", [{"name": ""}, {"name": "x" * 121}, {"locale": "de"}, {"name": "\x00"}])
def test_settings_that_cannot_be_are_refused(world: World, values: dict[str, str]) -> None:
    page = world.page("agent").get("/account/")
    page.submit('form[action="/account/"]', status=422, **values)
    assert page.soup.select_one(".error-summary")


def test_a_new_password_ends_every_other_session(world: World) -> None:
    here, elsewhere = sign_in(world.page(None)), sign_in(world.page(None))
    here.get("/account/password").submit(password=PASSWORD, new_password=NEW, again=NEW)
    assert "Uw wachtwoord is gewijzigd" in here.text
    assert here.get("/account/").path == "/account/"
    assert is_at_sign_in(elsewhere.get("/account/"))
    sign_in(world.page(None), status=422)
    sign_in(world.page(None), password=NEW)


@pytest.mark.parametrize(
    ("old", "new", "again", "says"),
    [
        ("fout wachtwoord", NEW, NEW, "Uw huidige wachtwoord is niet juist."),
        (PASSWORD, "kort", "kort", "ten minste 12 tekens"),
        (PASSWORD, "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "te makkelijk te raden"),
        (PASSWORD, "agent@kcc.example", "agent@kcc.example", "te makkelijk te raden"),
        (PASSWORD, "x1y2z" * 60, "x1y2z" * 60, "te lang"),
        (PASSWORD, NEW, "iets heel anders", "niet hetzelfde"),
    ],
)
def test_a_password_is_refused_with_the_reason(world: World, old: str, new: str, again: str, says: str) -> None:
    page = world.page("agent").get("/account/password")
    page.submit(password=old, new_password=new, again=again, status=422)
    assert says in page.text
    sign_in(world.page(None))


def test_guessing_the_password_at_an_unlocked_screen_is_slowed_down(world: World) -> None:
    page = world.page("agent").get("/account/password")
    for _attempt in range(10):
        page.submit(password="fout wachtwoord", new_password=NEW, again=NEW, status=422)
    page.submit(password=PASSWORD, new_password=NEW, again=NEW, status=422)
    assert "over 5 minuten opnieuw" in page.text


def test_a_session_elsewhere_can_be_ended_from_here(world: World) -> None:
    with world.admin() as admin:
        admin.execute("delete from guard.door")
    here, elsewhere = sign_in(world.page(None)), sign_in(world.page(None))
    here.get("/account/").submit('form[action^="/account/sessions/"]')
    assert "Die sessie is beëindigd." in here.text
    assert is_at_sign_in(elsewhere.get("/account/"))
    assert doors(world) == 1


def test_somebody_elses_session_is_the_same_as_none(world: World) -> None:
    page, other = sign_in(world.page(None)), sign_in(world.page(None), "handler")
    sign_in(world.page(None))
    with world.admin() as admin:
        row = admin.execute("select id from guard.door where account_id = %s", (world.people["handler"],)).fetchone()
    assert row is not None
    page.get("/account/")
    form = page.soup.select_one('form[action^="/account/sessions/"]')
    assert form is not None
    form["action"] = f"/account/sessions/{row[0]}/end"
    page.submit('form[action^="/account/sessions/"]', status=404)
    assert other.get("/account/").path == "/account/"


def test_codes_are_switched_on_by_a_right_one_and_recovery_codes_show_once(world: World) -> None:
    page = sign_in(world.page(None)).get("/account/second-factor")
    page.submit('form[action="/account/second-factor/offer"]')
    assert str(page.by_testid("totp-picture")["src"]).startswith("data:image/svg+xml")
    app = pyotp.TOTP(page.by_testid("totp-secret").text.replace(" ", ""))
    page.submit('form[action="/account/second-factor/confirm"]', code="000000", status=422)
    page.submit('form[action="/account/second-factor/confirm"]', code=app.now())
    codes = [item.text for item in page.soup.select('[data-testid="recovery-codes"] code')]
    assert len(set(codes)) == 10
    page.get("/account/second-factor")
    assert not any(code in page.text for code in codes) and app.secret not in page.text
    with world.admin() as admin:
        kept = admin.execute("select body from submission where body is not null").fetchall()
    assert not any(code in (body or "") for (body,) in kept for code in codes)

    other = sign_in(world.page(None))
    assert other.path.startswith("/sign-in/code")
    other.submit(code=codes[3])
    assert "9 herstelcodes" in other.get("/account/").text


def test_codes_are_switched_off_only_with_the_password(world: World, totp: pyotp.TOTP) -> None:
    page = world.page("agent").get("/account/second-factor")
    page.submit('form[action="/account/second-factor/drop"]', password="fout wachtwoord", status=422)
    page.submit('form[action="/account/second-factor/drop"]', password=PASSWORD)
    assert not sign_in(world.page(None)).path.startswith("/sign-in/code")


def test_an_offer_changes_nothing_once_codes_are_on(world: World, totp: pyotp.TOTP) -> None:
    page = world.page("agent").get("/account/second-factor")
    form = page.soup.select_one('form[action="/account/second-factor/drop"]')
    assert form is not None
    form["action"] = "/account/second-factor/offer"
    page.submit('form[action="/account/second-factor/offer"]')
    other = sign_in(world.page(None))
    other.submit(code=totp.now())
    assert not is_at_sign_in(other)


def test_one_form_sent_twice_counts_once(world: World) -> None:
    secret = world.session_for("agent")
    page = Page(world.app, secret).get("/account/")
    before = page.soup
    page.submit('form[action="/account/"]', name="Anna")
    page.soup = before
    page.submit('form[action="/account/"]', name="Anna")
    with world.admin() as admin:
        row = admin.execute("select count(*) from audit_entry where verb = 'account_changed'").fetchone()
    assert row == (1,)
