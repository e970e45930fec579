"""Maintenance: people read on, nothing is written, what they typed stays on their screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kcc import cli
from tests.support.world import World


@pytest.fixture
def switch(world: World) -> Iterator[World]:
    """A world in which the switch is off again afterwards."""
    yield world
    assert world.app.test_cli_runner().invoke(args=["maintenance", "off"]).exit_code == 0


def begin(world: World) -> None:
    done = world.app.test_cli_runner().invoke(args=["maintenance", "on", "--message", "Tot twaalf uur onderhoud."])
    assert done.exit_code == 0, done.output


def test_reading_goes_on_with_a_notice_and_writing_is_refused_with_the_reason(switch: World) -> None:
    page = switch.page("supervisor").get("/operations/")
    begin(switch)
    page.submit('form[action$="/health/look"]', note="x", status=503)
    assert "Tot twaalf uur onderhoud." in page.text
    page.get("/operations/")
    assert "Tot twaalf uur onderhoud." in page.text
    with switch.admin() as admin:
        assert admin.execute("select count(*) from daily_check").fetchone() == (0,)


def test_afterwards_the_same_form_is_accepted(switch: World) -> None:
    page = switch.page("supervisor").get("/operations/")
    begin(switch)
    page.submit('form[action$="/health/look"]', note="x", status=503)
    assert switch.app.test_cli_runner().invoke(args=["maintenance", "off"]).exit_code == 0
    page.get("/operations/")
    page.submit('form[action$="/health/look"]', note="x")
    with switch.admin() as admin:
        assert admin.execute("select count(*) from daily_check").fetchone() == (1,)


def test_the_worker_rests_meanwhile(switch: World) -> None:
    with switch.app.app_context():
        assert cli.maintenance() is None
        begin(switch)
        assert cli.maintenance() == "Tot twaalf uur onderhoud."
