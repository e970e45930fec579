"""The door, as a browser meets it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pyotp
import pytest

from kcc.core.clock import now
from kcc.people import rules
from kcc.web.guards import stamp_of
from tests.people.conftest import RECOVERY_CODE
from tests.support.page import Page
from tests.support.world import PASSWORD, World

WRONG = "Het e-mailadres of het wachtwoord is niet juist."
COOKIE = "kcc_session"


def sign_in(page: Page, person: str = "agent", password: str = PASSWORD, status: int = 200) -> Page:
    page.get("/sign-in?next=/account/")
    return page.submit(email=f"{person}@kcc.example", password=password, status=status)


def secret_of(page: Page) -> str:
    cookie = page.client.get_cookie(COOKIE)
    return cookie.value if cookie else ""


def doors(world: World, person: str = "agent") -> int:
    with world.admin() as admin:
        row = admin.execute("select count(*) from guard.door where account_id = %s", (world.people[person],)).fetchone()
    assert row is not None
    return int(row[0])


def is_at_sign_in(page: Page) -> bool:
    return page.path.split("?")[0] == "/sign-in"


def test_a_stranger_is_sent_to_sign_in_and_back_to_where_they_wanted_to_be(world: World) -> None:
    page = world.page(None).get("/colleagues/")
    assert page.path == "/sign-in?next=/colleagues/"
    page.submit(email="agent@kcc.example", password=PASSWORD)
    assert page.path == "/colleagues/"


def test_the_secret_of_the_session_is_kept_only_as_a_hash(world: World) -> None:
    page = sign_in(world.page(None))
    assert len(secret_of(page)) >= 43
    with world.admin() as admin:
        row = admin.execute(
            "select label from guard.door where secret_hash = %s", (hashlib.sha256(secret_of(page).encode()).digest(),)
        ).fetchone()
    assert row is not None


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(world: World) -> None:
    texts = []
    for person in ("agent", "niemand"):
        page = sign_in(world.page(None), person, "fout wachtwoord", 422)
        assert WRONG in page.text
        assert page.soup.select_one("input[name=email]")["value"] == f"{person}@kcc.example"  # type: ignore[index]
        assert not page.soup.select_one("input[name=password]").get("value")  # type: ignore[union-attr]
        texts.append(page.soup.select_one(".error-summary").text)  # type: ignore[union-attr]
    assert texts[0] == texts[1]


def test_a_stranger_costs_as_much_work_as_a_known_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    salts: list[bytes] = []

    def note(password: str, salt: bytes) -> bytes:
        salts.append(salt)
        return b"x" * 32

    monkeypatch.setattr(rules, "proof_of", note)
    for person in ("agent", "niemand", "niemand"):
        sign_in(world.page(None), person, "fout wachtwoord", 422)
    assert [len(salt) for salt in salts] == [16, 16, 16]
    assert salts[1] == salts[2] != salts[0]


def test_a_refused_attempt_stays_as_evidence(world: World) -> None:
    sign_in(world.page(None), password="fout wachtwoord", status=422)
    with world.admin() as admin:
        assert admin.execute("select succeeded from guard.sign_in_attempt").fetchall() == [(False,)]
    sign_in(world.page(None))
    with world.admin() as admin:
        assert admin.execute("select succeeded from guard.sign_in_attempt order by id").fetchall() == [
            (False,),
            (True,),
        ]


def test_ten_wrong_passwords_lock_that_account_and_no_other(world: World) -> None:
    page = world.page(None)
    for _attempt in range(10):
        sign_in(page, password="fout wachtwoord", status=422)
    sign_in(page, status=429)
    assert "over 5 minuten opnieuw" in page.text
    assert page.soup.select_one("input[name=email]")["value"] == "agent@kcc.example"  # type: ignore[index]
    assert doors(world) == 0
    sign_in(world.page(None), "handler")
    with world.admin() as admin:
        admin.execute("update guard.sign_in_attempt set at = at - interval '6 minutes'")
    assert not is_at_sign_in(sign_in(page))


def test_an_account_that_was_switched_off_gets_no_session(world: World) -> None:
    with world.admin() as admin:
        admin.execute("update account set active = false where id = %s", (world.people["agent"],))
    assert WRONG in sign_in(world.page(None), status=422).text


@pytest.mark.parametrize("typed", ["", "a\x00b", "x" * 300, "\ud800", "' or 1=1 --", "<b>@example.org"])
def test_odd_addresses_are_refused_and_kept(world: World, typed: str) -> None:
    page = world.page(None).get("/sign-in")
    page.submit(email=typed.encode("utf-8", "replace").decode(), password="fout wachtwoord", status=422)
    assert page.soup.select_one(".error-summary")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_to_another_site(world: World, target: str) -> None:
    page = world.page(None).get("/sign-in", judge=False)
    token = page.soup.select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
    page.post(
        "/sign-in",
        {"email": "agent@kcc.example", "password": PASSWORD, "next": target, "csrf_token": token},
        status=303,
        follow=False,
    )
    assert page.response is not None and page.response.headers["Location"] == "/"


def test_a_planted_session_never_becomes_somebodys(world: World) -> None:
    page = world.page(None)
    page.client.set_cookie(COOKIE, "planted")
    sign_in(page)
    assert secret_of(page) != "planted"
    thief = Page(world.app, "planted").get("/account/")
    assert is_at_sign_in(thief)


def test_signing_in_again_ends_the_session_that_the_browser_had(world: World) -> None:
    page = sign_in(world.page(None))
    old = secret_of(page)
    sign_in(page, "handler")
    assert is_at_sign_in(Page(world.app, old).get("/account/"))


def test_signing_out_ends_the_session_everywhere(world: World) -> None:
    page = sign_in(world.page(None))
    copied = secret_of(page)
    page.submit('form[action="/sign-out"]')
    assert "U bent afgemeld." in page.text
    assert doors(world) == 0
    assert is_at_sign_in(Page(world.app, copied).get("/account/"))


def _is_public(world: World, endpoint: str) -> bool:
    stamp = stamp_of(world.app.view_functions[endpoint])
    return stamp is not None and stamp.permission is None


def test_a_session_with_a_second_factor_reaches_only_the_page_of_the_code(world: World, totp: pyotp.TOTP) -> None:
    page = sign_in(world.page(None))
    assert page.path.startswith("/sign-in/code")
    for rule in world.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments or _is_public(world, rule.endpoint):
            continue
        page.get(rule.rule, follow=False, judge=False, status=303)
        assert page.response is not None and page.response.headers["Location"].startswith("/sign-in"), rule.rule
    page.get("/", follow=False, judge=False, status=303)
    assert page.response is not None and page.response.headers["Location"].startswith("/sign-in")


def test_a_right_code_opens_the_session_under_a_new_secret(world: World, totp: pyotp.TOTP) -> None:
    page = world.page(None).get("/colleagues/")
    page.submit(email="agent@kcc.example", password=PASSWORD)
    half = secret_of(page)
    page.submit(code=totp.now())
    assert page.path == "/colleagues/"
    assert secret_of(page) != half
    assert is_at_sign_in(Page(world.app, half).get("/account/"))


def test_a_code_counts_once(world: World, totp: pyotp.TOTP) -> None:
    code = totp.now()
    sign_in(world.page(None)).submit(code=code)
    second = sign_in(world.page(None))
    second.submit(code=code, status=422)
    assert "is al gebruikt" in second.text
    second.submit(code=totp.at(now() + timedelta(seconds=30)))
    assert not is_at_sign_in(second)


@pytest.mark.parametrize("code", ["", "000000", "123", "١٢٣٤٥٦", "x" * 500, "' or 1=1 --"])
def test_a_wrong_code_is_refused(world: World, totp: pyotp.TOTP, code: str) -> None:
    page = sign_in(world.page(None))
    page.submit(code=code, status=422)
    assert is_at_sign_in(page.get("/account/"))


def test_a_recovery_code_counts_once(world: World, totp: pyotp.TOTP) -> None:
    page = sign_in(world.page(None))
    page.submit(code=RECOVERY_CODE.upper().replace("-", " "))
    page.get("/account/")
    assert page.path == "/account/"
    second = sign_in(world.page(None))
    second.submit(code=RECOVERY_CODE, status=422)
    assert "is al gebruikt" in second.text


def test_guessing_codes_is_slowed_down(world: World, totp: pyotp.TOTP) -> None:
    page = sign_in(world.page(None))
    for _attempt in range(10):
        page.submit(code="000000", status=422)
    page.submit(code=totp.now(), status=429)
    assert "over 5 minuten opnieuw" in page.text


def test_without_a_half_open_session_there_is_no_code_to_give(world: World) -> None:
    assert is_at_sign_in(world.page(None).get("/sign-in/code"))
    assert is_at_sign_in(world.page("agent").get("/sign-in/code"))


@pytest.mark.parametrize(
    "person", ["agent", "handler", "editor", "supervisor", "contract_manager", "administrator", "privacy_officer"]
)
def test_everybody_begins_at_a_page_of_their_own(world: World, person: str) -> None:
    page = world.page(person).get("/", follow=False, status=303)
    assert page.response is not None
    assert page.response.headers["Location"] not in ("/", "/sign-in")


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(world: World) -> None:
    page = sign_in(world.page(None)).get("/account/password")
    token = page.soup.select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
    with world.admin() as admin:
        admin.execute("delete from guard.door")
    page.post("/account/password", {"csrf_token": token}, headers={"Referer": "http://localhost/account/password"})
    assert page.path == "/sign-in?next=/account/password"


def test_an_expired_session_asks_to_sign_in_again(world: World) -> None:
    page = sign_in(world.page(None))
    with world.admin() as admin:
        admin.execute("update guard.door set seen_at = now() - interval '2 hours'")
    assert is_at_sign_in(page.get("/account/"))
