"""A telephone exchange for tests: it has a key of one centre and signs what it sends."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.test import TestResponse

from kcc.integrations.telephony import signing
from tests.support.page import forget_context
from tests.support.world import World

BASE = "/api/telephony/v1"
START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@dataclass
class Exchange:
    """Signs requests with its key; ``clock`` is the moment (UTC) that its events carry."""

    world: World
    key_id: str
    secret: bytes = field(repr=False)
    clock: datetime = START

    def send(self, method: str, path: str, body: dict[str, Any] | None = None, **how: Any) -> TestResponse:
        """One signed request; ``how`` may give ``timestamp``, ``nonce`` or whole ``headers``."""
        forget_context()
        data = json.dumps(body).encode() if body is not None else b""
        headers = how.pop("headers", None) or signing.headers(
            self.key_id, self.secret, f"{method} {BASE}{path}", data, **how
        )
        client = self.world.app.test_client()
        return client.open(BASE + path, method=method, data=data, headers=headers, content_type="application/json")

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """A request that must be accepted; gives what was answered."""
        response = self.send("POST", path, {"id": secrets.token_hex(8), **body})
        assert response.status_code == 200, response.get_data(as_text=True)
        return dict(response.get_json())

    def event(self, call: str, event: str, **body: Any) -> dict[str, Any]:
        """An event of a call at the exchange's clock."""
        return self.post("/events", call=call, event=event, at=self.clock.isoformat(), **body)

    def wait(self, seconds: float) -> None:
        """Let the exchange's clock run."""
        self.clock += timedelta(seconds=seconds)


def make_exchange(world: World, centre: str = "noord") -> Exchange:
    """An exchange with a key of this centre."""
    key, secret = f"kcc-{secrets.token_hex(6)}", secrets.token_bytes(32)
    with world.admin() as admin:
        admin.execute(
            "insert into guard.exchange (key_id, secret, centre_id, label) values (%s, %s, %s, 'proef')",
            (key, secret, world.centres[centre]),
        )
    return Exchange(world, key, secret)


def hash_of(secret: str) -> bytes:
    """How the guard knows a door's secret."""
    return hashlib.sha256(secret.encode()).digest()


def door_of(world: World, exchange: Exchange) -> str:
    """The secret of a door, opened as a request opens it."""
    secret, at, nonce = secrets.token_urlsafe(32), int(time.time()), secrets.token_hex(8)
    signature = hmac.new(exchange.secret, signing.signed_text(at, nonce, "GET /x", b""), "sha256").digest()
    with world.admin() as admin:
        row = admin.execute(
            "select outcome from kcc_open_exchange(%s, %s, %s, 'GET /x', '', %s, %s)",
            (exchange.key_id, at, nonce, signature, hash_of(secret)),
        ).fetchone()
    assert row == ("open",)
    return secret
