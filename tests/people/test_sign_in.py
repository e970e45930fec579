"""The guard's functions for those who are not in yet."""

from __future__ import annotations

import pyotp
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.core.tenancy import doorless_scope, scope
from kcc.people import evidence, rules, sign_in
from tests.people.conftest import RECOVERY_CODE
from tests.support.world import PASSWORD, World


def opened(secret: str, email: str = "agent@kcc.example", password: str = PASSWORD) -> bool | None:
    with doorless_scope():
        salt = evidence.begin_attempt(subject=email, address_hash=b"a" * 32, spice=b"s").salt
        needs_code = sign_in.open_session(
            email=email, proof=rules.proof_of(password, salt), secret=secret, label="test", idle_minutes=60, hours=12
        )
        db.session.commit()
    return needs_code


def is_open(secret: str) -> bool:
    try:
        with scope(secret, Permission.ACCOUNT_SELF):
            return db.session.scalar(sa.text("select kcc_account()")) is not None
    except DBAPIError:
        return False


def test_the_right_password_opens_a_session(world: World) -> None:
    assert opened("one") is False
    assert is_open("one")


@pytest.mark.parametrize(("email", "password"), [("agent@kcc.example", "fout"), ("niemand@kcc.example", PASSWORD)])
def test_anything_else_opens_nothing(world: World, email: str, password: str) -> None:
    assert opened("one", email, password) is None
    assert not is_open("one")


def test_what_the_database_keeps_opens_nothing(world: World) -> None:
    with world.admin() as admin:
        row = admin.execute(
            "select verifier from guard.credential where account_id = %s", (world.people["agent"],)
        ).fetchone()
    assert row is not None
    with doorless_scope():
        assert sign_in.open_session(
            email="agent@kcc.example", proof=bytes(row[0]), secret="one", label="", idle_minutes=60, hours=12
        ) is None  # fmt: skip


def test_a_half_open_session_opens_with_a_step_under_another_secret(world: World, totp: pyotp.TOTP) -> None:
    assert opened("half") is True
    assert not is_open("half")
    step = rules.matching_step(totp.secret, totp.now(), now())
    assert step is not None
    with doorless_scope():
        half = sign_in.half_open("half")
        assert half is not None and half.account_id == world.people["agent"]
        assert sign_in.confirm_code(secret="half", step=step, new_secret="whole")
        assert not sign_in.confirm_code(secret="half", step=step + 1, new_secret="thief")
        db.session.commit()
    assert is_open("whole") and not is_open("half") and not is_open("thief")


def test_an_older_step_than_the_last_is_used_up_too(world: World, totp: pyotp.TOTP) -> None:
    opened("half")
    with doorless_scope():
        assert sign_in.confirm_code(secret="half", step=100, new_secret="whole")
        db.session.commit()
    opened("next")
    with doorless_scope():
        assert not sign_in.confirm_code(secret="next", step=99, new_secret="other")


def test_a_recovery_code_is_of_one_account(world: World, totp: pyotp.TOTP) -> None:
    opened("handlers", "handler@kcc.example")
    with doorless_scope():
        assert not sign_in.use_recovery_code(secret="handlers", code=RECOVERY_CODE, new_secret="other")
    opened("half")
    with doorless_scope():
        assert sign_in.use_recovery_code(secret="half", code=RECOVERY_CODE, new_secret="whole")


def test_closing_ends_only_the_session_of_the_secret(world: World) -> None:
    opened("one")
    opened("two")
    with doorless_scope():
        sign_in.close_session("one")
        sign_in.close_session("unknown")
        db.session.commit()
    assert not is_open("one") and is_open("two")
