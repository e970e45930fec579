"""A hanging item of each kind is found, in each state in which it can hang, and only by those of its town."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from kcc.core.clock import now
from kcc.core.permissions import Permission
from kcc.routing import queries_stuck
from kcc.routing.rules import Kind
from kcc.routing.rules_stuck import LONGEST, OFFER_OVERDUE
from tests.support.world import World

MOMENT = timedelta(seconds=5)


def put(world: World, kind: str, state: str, since: datetime, town: str = "Aalburg", **moments: datetime) -> None:
    """An item as it stands in the database, whoever let go of it."""
    held = world.people["agent"]
    with world.admin() as admin:
        admin.execute(
            "insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since,"
            " boost_seconds, in_profile, cost, interruptions, account_id, claimed_at, offered_to, offered_at, offer_until)"
            " values (%s, %s, %s, 'phone', %s, '', 'nl', %s, 2, %s, 0, true, 100, 0, %s, %s, %s, %s, %s)",
            (
                uuid.uuid4(), world.towns[town], kind, uuid.uuid4(), state, since,
                held if state == "taken" else None, moments.get("claimed_at"),
                held if state == "offered" else None, moments.get("offer_until"), moments.get("offer_until"),
            ),
        )  # fmt: skip


def found(world: World, person: str = "supervisor") -> dict[str, int]:
    with world.scope(person, Permission.HEALTH_SEE):
        return {each.kind: each.number for each in queries_stuck.stuck(now())}


@pytest.mark.parametrize("kind", list(Kind))
def test_an_item_of_each_kind_is_found_in_each_state(world: World, kind: Kind) -> None:
    at, longest = now(), LONGEST[kind]
    put(world, kind, "waiting", at - longest.waiting + MOMENT)
    put(world, kind, "taken", at - longest.taken, claimed_at=at - longest.taken + MOMENT)
    put(world, kind, "offered", at - MOMENT, offer_until=at + MOMENT)
    assert found(world) == {}
    put(world, kind, "waiting", at - longest.waiting - MOMENT)
    put(world, kind, "taken", at - longest.taken * 2, claimed_at=at - longest.taken - MOMENT)
    put(world, kind, "offered", at - OFFER_OVERDUE * 2, offer_until=at - OFFER_OVERDUE - MOMENT)
    assert found(world) == {kind: 3}
    put(world, kind, "waiting", at - longest.waiting - MOMENT, "Bergen")
    assert (found(world), found(world, "supervisor_aalburg")) == ({kind: 4}, {kind: 3})
