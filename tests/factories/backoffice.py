"""Tasks for tests, made as an agent makes them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from kcc.backoffice import actions
from kcc.backoffice.actions import RequestData
from kcc.contacts import actions as contacts
from kcc.core.db import db
from kcc.core.permissions import Permission
from tests.support.world import World

DUE = datetime(2030, 1, 15, 16, 0, tzinfo=UTC)


def make_task(
    world: World, *, town: str = "Aalburg", department: str = "burgerzaken", agent: str = "agent", due_at: datetime = DUE,
    text: str = "Waar blijft mijn paspoort?",
) -> tuple[uuid.UUID, uuid.UUID]:  # fmt: skip
    """A question that an agent handed to a department; returns the ids of task and ticket."""
    centre = next(
        c for c, towns in {"noord": ("Aalburg", "Bergen", "Cadzand"), "zuid": ("Drunen",)}.items() if town in towns
    )
    with world.scope(agent, Permission.DESK_USE) as actor:
        ticket = contacts.open_ticket(
            actor=actor, municipality_id=world.towns[town], topic_id=world.topics[centre, "paspoort"], channel="phone"
        )
        contacts.write(actor=actor, ticket=ticket, kind="question", body=text, internal=False)
        task = actions.create_task(
            actor=actor, ticket=ticket, department_id=world.departments[town, department], due_at=due_at, channel="phone",
            request=RequestData(name="Jannie Janssen", number="+31612345678", preferred_moment="'s ochtends"),
            route_reason="route",
        )  # fmt: skip
        ids = task.id, ticket.id
        db.session.commit()
    return ids
