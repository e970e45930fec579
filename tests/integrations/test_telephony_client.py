"""Sending signed requests: again when KCC is out of reach, never again when it says no."""

from __future__ import annotations

import io
import urllib.error
from typing import Any

import pytest

from kcc.integrations.telephony import client
from kcc.integrations.telephony.client import Client, Refused


def answering(monkeypatch: pytest.MonkeyPatch, *outcomes: Any) -> list[Any]:
    """Let each request have the next outcome; returns what was sent."""
    sent: list[Any] = []
    left = list(outcomes)

    def urlopen(request: Any, timeout: float) -> Any:
        sent.append(request)
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return io.BytesIO(outcome)

    monkeypatch.setattr(client.urllib.request, "urlopen", urlopen)
    monkeypatch.setattr(client.time, "sleep", lambda _seconds: None)
    return sent


def test_a_repeat_has_the_same_event_and_a_new_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = answering(monkeypatch, OSError("away"), b'{"known": true}')
    assert Client("http://kcc", "k", b"s").post("/events", {"call": "c"}) == {"known": True}
    first, second = sent
    assert first.data == second.data
    assert first.headers["Kcc-nonce"] != second.headers["Kcc-nonce"]


def test_a_refusal_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    no = urllib.error.HTTPError("http://kcc", 422, "no", {}, io.BytesIO(b'{"error": 1}'))  # type: ignore[arg-type]
    sent = answering(monkeypatch, no)
    with pytest.raises(Refused, match="422"):
        Client("http://kcc", "k", b"s").post("/events", {})
    assert len(sent) == 1


def test_who_stays_out_of_reach_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = answering(monkeypatch, *[OSError("away")] * client.TRIES)
    with pytest.raises(OSError, match="away"):
        Client("http://kcc", "k", b"s").post("/events", {})
    assert len(sent) == client.TRIES
