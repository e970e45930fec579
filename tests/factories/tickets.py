"""Tickets for tests, made by the actions themselves and committed."""

from __future__ import annotations

import uuid
from datetime import datetime

from kcc.contacts import actions
from kcc.core.db import db
from kcc.core.permissions import Permission
from tests.support.world import World


def make_ticket(
    world: World, *, town: str = "Aalburg", topic: str = "paspoort", person: str = "agent",
    question: str = "Wanneer is mijn paspoort klaar?", name: str = "", number: str = "", department: str | None = None,
    status: str | None = None, opened_at: datetime | None = None, due_at: datetime | None = None, priority: int = 2,
    party_id: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """A ticket with its question, and who asked when named."""
    centre = "zuid" if town == "Drunen" else "noord"
    with world.scope(person, Permission.TICKET_WRITE) as actor:
        ticket = actions.open_ticket(
            actor=actor, municipality_id=world.towns[town], topic_id=world.topics[centre, topic], channel="phone",
            opened_at=opened_at, due_at=due_at, priority=priority, party_id=party_id,
            department_ids=[world.departments[town, department]] if department else [],
        )  # fmt: skip
        actions.write(actor=actor, ticket=ticket, kind="question", body=question, internal=False, at=opened_at)
        if name or number:
            actions.register_contact(
                actor=actor, ticket=ticket, centre_id=world.centres[centre], conversation_id=None, channel="phone",
                outcome="escalated", involvement=actions.InvolvementData(name=name, number=number),
            )  # fmt: skip
        if status:
            actions.move_ticket(actor=actor, ticket=ticket, to=status)
        db.session.commit()
        return ticket.id


def reference_of(world: World, ticket_id: uuid.UUID) -> str:
    """The reference of a ticket, past every lock."""
    with world.admin() as admin:
        row = admin.execute("select reference from ticket where id = %s", (ticket_id,)).fetchone()
    assert row is not None
    return str(row[0])
