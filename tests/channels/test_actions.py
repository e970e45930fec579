"""A question from outside becomes a ticket with its text, its contact and a place in the queue."""

from __future__ import annotations

import uuid

import pytest

from kcc.channels import actions
from kcc.channels.actions import REOPENED_BY_CITIZEN
from kcc.contacts import actions as contacts
from kcc.contacts import actions_links as links
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.parties import actions as parties
from tests.support.world import World


def receive(world: World, actor: Actor, town: str = "Aalburg", **given: object) -> Ticket:
    """A mail of somebody, with what the test gives differently."""
    values: dict[str, object] = {
        "channel": "email", "kind": "mail", "subject_id": uuid.uuid4(), "text": "Hoe kan ik een paspoort aanvragen?",
        "subject_line": "Paspoort", "name": "J. de Vries", "email": "jan@example.nl", **given,
    }  # fmt: skip
    return actions.receive_question(actor=actor, municipality_id=world.towns[town], **values)  # type: ignore[arg-type]


def waiting(world: World, ticket_id: uuid.UUID) -> list[str]:
    with world.admin() as admin:
        query = "select kind from work_item where ticket_id = %s and done_at is null"
        return [row[0] for row in admin.execute(query, (ticket_id,))]


def test_a_question_becomes_a_ticket_with_text_contact_and_a_place_in_the_queue(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        ticket = receive(world, actor)
        db.session.commit()
        spoken = tickets.spoken(ticket)
        assert ticket.status == "open" and ticket.channel == "email" and ticket.due_at is not None
        assert ticket.topic_id == world.topics["noord", "paspoort"]
        assert [writing.body for writing in tickets.writings(ticket)] == [
            "Paspoort\n\nHoe kan ik een paspoort aanvragen?"
        ]
        assert [(one.name, one.channel) for one in spoken] == [("J. de Vries", "email")]
        number = ticket.id
    assert waiting(world, number) == ["mail"]


def test_the_party_is_recognised_only_in_its_own_town(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        party = parties.add_party(
            actor=actor, municipality_id=world.towns["Aalburg"], name="J. de Vries", email="jan@example.nl"
        )
        assert receive(world, actor).party_id == party.id
        assert receive(world, actor, "Bergen").party_id is None


def test_a_reply_opens_its_ticket_again_and_puts_it_before_the_agents(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        first = receive(world, actor)
        contacts.move_ticket(actor=actor, ticket=first, to="answered")
        second = receive(world, actor, ticket=first, text="Bedankt, maar wat kost het?", subject_line="")
        assert second.id == first.id and second.status == "open"
        bodies = [writing.body for writing in tickets.writings(second)]
        assert bodies[-1] == "Bedankt, maar wat kost het?" and REOPENED_BY_CITIZEN in bodies
        db.session.commit()
        number = first.id
    assert "mail" in waiting(world, number)


def test_a_reply_to_a_merged_ticket_lands_where_that_went(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        old, kept = receive(world, actor), receive(world, actor)
        links.merge(actor=actor, ticket=old, into=kept)
        assert receive(world, actor, ticket=old, text="Nog iets").id == kept.id


def test_a_town_or_topic_out_of_sight_is_refused(world: World) -> None:
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        with pytest.raises(NotFound):
            receive(world, actor, "Drunen")
        with pytest.raises(InvalidInput):
            receive(world, actor, topic_id=world.topics["zuid", "paspoort"])
