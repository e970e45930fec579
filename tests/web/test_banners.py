"""Bars above every page: for who is signed in, within a scope, from whichever room has one."""

from __future__ import annotations

import pytest
from flask import Flask, g

from kcc.core.permissions import Permission
from kcc.web import banners
from tests.support.world import World


def test_a_source_is_asked_once_however_often_it_is_added(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banners, "SOURCES", [])

    def source() -> list[banners.Banner]:
        return [banners.Banner("Crisis", "Brand bij de haven.")]

    banners.add_source(source)
    banners.add_source(source)
    with app.test_request_context("/"):
        assert banners.shown() == []
    with world.scope("agent", Permission.ACCOUNT_SELF), app.test_request_context("/"):
        g.person = object()
        assert [banner.title for banner in banners.shown()] == ["Crisis"]
