"""The kiosk on paper: its secret, and how long a visitor may expect to wait."""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import uuid

FEWEST_CALLED = 3
"""Calls in the past hour below which nothing can be said about the wait."""
ROUND_TO = 5
LONGEST_SAID = 90
"""Minutes above which only "longer than" is said."""


def secret_of(data_key: bytes, kiosk_id: uuid.UUID) -> str:
    """The secret in a kiosk's address: made of its id with a key of this installation, so that it is kept nowhere."""
    made = hmac.new(data_key, b"kiosk" + kiosk_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def secret_hash(secret: str) -> bytes:
    """By which the database knows a secret again."""
    return hashlib.sha256(secret.encode()).digest()


def expected_minutes(before: int, called: int) -> int | None:
    """Minutes until a visitor with ``before`` others first is called, at the pace of the ``called`` of the past hour.

    Rounded up to five minutes: who is early waits gladly, who was promised less does not. None when too few were called.
    """
    if called < FEWEST_CALLED:
        return None
    return max(ROUND_TO, math.ceil((before + 1) * 60 / called / ROUND_TO) * ROUND_TO)
