"""Headers on every answer, whatever its status."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, request, request_started

from kcc.app import create_app
from kcc.config import Settings
from tests.support.world import World

PATHS = ["/sign-in", "/account/", "/nothing", "/tickets/00000000-0000-7000-8000-000000000000", "/health/live"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(world: World, path: str) -> None:
    answer = world.page("agent").client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_page_has_its_own_nonce(world: World) -> None:
    client = world.page("agent").client
    policies = {client.get("/account/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_assets_may_be_kept_for_ever(world: World) -> None:
    answer = world.page(None).client.get("/static/css/tokens.css")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "192.0.2.7"), (2, "198.51.100.9")])
def test_a_visitor_s_address_is_believed_from_as_many_proxies_as_stand_there(
    settings: Settings, proxies: int, address: str
) -> None:
    seen: list[str | None] = []
    app = create_app(replace(settings, trusted_proxies=proxies), testing=True)

    def note(_app: Flask) -> None:
        seen.append(request.remote_addr)

    with request_started.connected_to(note, app):
        app.test_client().get("/health/live", headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.9, 192.0.2.7"})
    assert seen == [address]
