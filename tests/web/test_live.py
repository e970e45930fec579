"""Live updates reach only those who may see what changed."""

from __future__ import annotations

import hashlib

import pytest

from kcc.config import Settings
from kcc.web.live import Hub, Listener
from tests.support.world import World


def listener_of(world: World, settings: Settings, person: str) -> Listener:
    """The stream of a person, with rights from the database."""
    listener = Listener()
    assert Hub(settings).read_rights(listener, world.session_for(person))
    return listener


@pytest.mark.parametrize(
    ("person", "town", "department", "hears"),
    [
        ("handler", "Aalburg", "burgerzaken", True),
        ("handler", "Aalburg", "afval", False),
        ("handler", "Bergen", "burgerzaken", False),
        ("agent", "Aalburg", "afval", True),
        ("agent", "Cadzand", "afval", False),
        ("agent_zuid", "Aalburg", None, False),
    ],
)
def test_a_task_is_told_to_its_department_and_the_towns_agents(
    world: World, settings: Settings, person: str, town: str, department: str | None, hears: bool
) -> None:
    event = {"k": "task", "m": world.towns[town], "d": world.departments[town, department] if department else None}
    assert listener_of(world, settings, person).may_hear(event) is hears


def test_an_event_for_one_account_reaches_only_that_account(world: World, settings: Settings) -> None:
    event = {"k": "offer", "m": world.towns["Aalburg"], "a": str(world.people["agent"])}
    assert listener_of(world, settings, "agent").may_hear(event)
    assert not listener_of(world, settings, "supervisor").may_hear(event)


def test_a_session_that_is_over_hears_nothing(world: World, settings: Settings) -> None:
    secret = world.session_for("agent")
    with world.admin() as admin:
        admin.execute("delete from guard.door where secret_hash = %s", (hashlib.sha256(secret.encode()).digest(),))
    assert not Hub(settings).read_rights(Listener(), secret)
    assert not Hub(settings).read_rights(Listener(), "")
