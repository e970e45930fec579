"""Items of the agents' queue for tests."""

from __future__ import annotations

import uuid

from kcc.contacts import actions as contacts
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.routing import actions
from kcc.routing import actions_presence as presence
from tests.support.world import World


def make_item(world: World, *, held: bool = False) -> uuid.UUID:
    """A ticket of Aalburg that waits for an agent; returns the item's id. ``held``: for the agent who opened it first."""
    with world.scope("agent", Permission.DESK_USE) as actor:
        ticket = contacts.open_ticket(
            actor=actor,
            municipality_id=world.towns["Aalburg"],
            topic_id=world.topics["noord", "paspoort"],
            channel="phone",
        )
        item = actions.put_back(actor=actor, ticket=ticket, task_id=None)
        item_id = item.id
        if not held:
            item.sticky_account_id = item.sticky_until = None
        db.session.commit()
    return item_id


def make_call(world: World, *, town: str = "Aalburg") -> uuid.UUID:
    """A caller who waits; returns the item's id."""
    with world.scope("agent_cadzand" if town == "Cadzand" else "agent", Permission.DESK_USE) as actor:
        item = actions.enqueue(
            actor=actor, municipality_id=world.towns[town], kind="call", channel="phone", subject_id=uuid.uuid4()
        )
        item_id = item.id
        db.session.commit()
    return item_id


def available(world: World, *people: str) -> None:
    """Have agents be available, in this order: the first has been idle longest."""
    for person in people:
        with world.scope(person, Permission.DESK_USE) as actor:
            presence.choose(actor=actor, state="available")
            db.session.commit()
