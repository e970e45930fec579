"""Accounts as they were: what tests change at the door is put back, as the world keeps its people."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest

from kcc.config import Settings
from kcc.core import sealing
from kcc.people import rules
from tests.support.world import World


@pytest.fixture(autouse=True)
def same_door(base_world: World) -> Iterator[None]:
    """Forget attempts, codes and changed passwords after each test."""
    with base_world.admin() as admin:
        credentials = admin.execute("select account_id, salt, verifier from guard.credential").fetchall()
        accounts = admin.execute("select id, name, locale, shortcuts_on from account").fetchall()
    yield
    with base_world.admin() as admin:
        admin.execute("delete from guard.sign_in_attempt")
        admin.execute("delete from guard.recovery_code")
        admin.execute("delete from guard.door")
        for account_id, salt, verifier in credentials:
            admin.execute(
                "update guard.credential set salt = %s, verifier = %s, totp_secret = null, totp_confirmed = false,"
                " totp_last_step = 0 where account_id = %s",
                (salt, verifier, account_id),
            )
        for account_id, name, locale, shortcuts_on in accounts:
            admin.execute(
                "update account set name = %s, locale = %s, shortcuts_on = %s, active = true where id = %s",
                (name, locale, shortcuts_on, account_id),
            )


RECOVERY_CODE = "k7mq-x2vd"


@pytest.fixture
def totp(world: World, settings: Settings) -> pyotp.TOTP:
    """The app of the agent, who signs in with codes, and who has one recovery code."""
    secret = rules.make_totp_secret()
    with world.admin() as admin:
        admin.execute(
            "update guard.credential set totp_secret = %s, totp_confirmed = true where account_id = %s",
            (sealing.seal(settings.data_key, secret, "totp"), world.people["agent"]),
        )
        admin.execute(
            "insert into guard.recovery_code (account_id, code_hash) values (%s, %s)",
            (world.people["agent"], rules.hash_recovery_code(RECOVERY_CODE)),
        )
    return pyotp.TOTP(secret)
