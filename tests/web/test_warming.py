"""What is read before the workers are forked is not read again by the first page."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import BaseLoader

from kcc.web.warming import warm_up
from tests.support.world import World


@pytest.fixture
def thawed() -> Iterator[None]:
    """What was kept in place is let go of afterwards."""
    yield
    gc.unfreeze()


def test_a_page_after_warming_up_reads_no_template(
    world: World, app: Flask, monkeypatch: pytest.MonkeyPatch, thawed: None
) -> None:
    warm_up(app)
    assert gc.get_freeze_count() > 100_000
    monkeypatch.setattr(BaseLoader, "load", lambda _self, _env, name, *_rest: pytest.fail(f"{name} was read again"))
    assert world.page("agent").client.get("/tickets/").status_code == 200
