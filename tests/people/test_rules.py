"""Passwords, codes and addresses on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from kcc.core.errors import InvalidInput
from kcc.people import rules

AT = datetime(2026, 11, 24, 12, 0, 15, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_the_same_password_and_salt_give_the_same_proof() -> None:
    salt = rules.make_salt()
    assert rules.proof_of("een lang wachtwoord", salt) == rules.proof_of("een lang wachtwoord", salt)
    assert rules.proof_of("een lang wachtwoord", salt) != rules.proof_of("een lang wachtwoord", rules.make_salt())
    assert rules.proof_of("\ud800", salt)


@pytest.mark.parametrize("password", ["kort", "aaaaaaaaaaaaaaaa", "agent@kcc.example", "x1y2z" * 41])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        rules.refuse_weak(password, "agent@kcc.example")


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_fits_one_step_either_way(seconds: int, fits: bool) -> None:
    code = pyotp.TOTP(SECRET).at(AT + timedelta(seconds=seconds))
    assert (rules.matching_step(SECRET, code, AT) is not None) is fits


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef"])
def test_what_is_no_code_never_fits(code: str) -> None:
    assert rules.matching_step(SECRET, code, AT) is None


def test_a_recovery_code_reads_the_same_however_it_is_typed() -> None:
    assert rules.hash_recovery_code("K7MQ x2vd") == rules.hash_recovery_code("k7mq-x2vd")
    assert len(set(rules.make_recovery_codes())) == 10


@pytest.mark.parametrize(
    ("code", "is_totp"), [("123456", True), ("123 456", True), ("2345-6789", False), ("k7mq-x2vd", False)]
)
def test_six_digits_are_of_the_app(code: str, is_totp: bool) -> None:
    assert rules.is_totp_code(code) is is_totp


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/tickets/?a=1", "/tickets/?a=1"),
        (None, "/"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/sign-in?next=/", "/"),
        ("/sign-out", "/"),
    ],
)
def test_only_own_paths_are_gone_to(target: str | None, goes_to: str) -> None:
    assert rules.own_path(target) == goes_to


def test_a_device_is_named_briefly() -> None:
    assert (
        rules.device_label("Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130.0") == "Firefox, Windows"
    )
    assert rules.device_label("curl/8") == "?"
