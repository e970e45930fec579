"""The agent's second factor, for the rooms' tests that sign in."""

from __future__ import annotations

import pyotp
import pytest

from kcc.config import Settings
from kcc.core import sealing
from kcc.people import rules
from tests.support.world import World

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
