"""Items of the agents' queue for tests."""

from __future__ import annotations

import uuid

from kcc.contacts import actions as contacts
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.routing import actions
from tests.support.world import World


def make_item(world: World) -> uuid.UUID:
    """A ticket of Aalburg that waits for an agent; returns the item's id."""
    with world.scope("agent", Permission.DESK_USE) as actor:
        ticket = contacts.open_ticket(
            actor=actor,
            municipality_id=world.towns["Aalburg"],
            topic_id=world.topics["noord", "paspoort"],
            channel="phone",
        )
        item_id = actions.put_back(actor=actor, ticket=ticket, task_id=None).id
        db.session.commit()
    return item_id
