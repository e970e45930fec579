"""Taking a question in, whatever way it came: a ticket with its text and its contact, put before the agents."""

from __future__ import annotations

import uuid

from kcc.channels import queries, rules
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.contacts.rules import REOPENED_FROM, Outcome, Status
from kcc.core.clock import now
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.routing import actions as routing

REOPENED_BY_CITIZEN = "De inwoner stuurde een nieuw bericht."


def receive_question(
    *,
    actor: Actor,
    municipality_id: int,
    channel: str,
    kind: str,
    subject_id: uuid.UUID,
    text: str,
    subject_line: str = "",
    name: str = "",
    email: str = "",
    phone: str = "",
    topic_id: int | None = None,
    ticket: Ticket | None = None,
    language: str = "nl",
    reference: str = "",
) -> Ticket:
    """A question from outside as a ticket that waits for an agent; with ``ticket`` it is added to that one.

    ``channel`` is how it came (email, webform, counter…), ``kind`` and ``subject_id`` what waits: the kind of work item
    and the id of the mail, form or queue number. Without ``topic_id`` the topic is suggested from the words, else the
    town's general one. A party of the town is recognised only when exactly one has this address or number. A ticket
    that was answered or closed opens again; one that was merged stands for the ticket it went into. ``reference`` is
    one that the database gave out before, to the citizen.

    Raises NotFound for a town out of sight, InvalidInput for a topic or channel that it does not have.
    """
    town = municipalities.municipality(municipality_id)
    party_id = queries.only_party(municipality_id, email=email, phone=phone)
    if ticket is None:
        topic = topic_id or queries.fitting_topic(municipality_id, f"{subject_line}\n{text}")
        moment = now()
        ticket = contacts.open_ticket(
            actor=actor, municipality_id=municipality_id, topic_id=topic, channel=channel, party_id=party_id,
            opened_at=moment, due_at=municipalities.due_at(municipality_id, topic, channel, moment), reference=reference,
        )  # fmt: skip
    else:
        ticket = _take_up(actor, ticket)
    contacts.register_contact(
        actor=actor, ticket=ticket, centre_id=town.centre_id, conversation_id=None, channel=channel,
        outcome=Outcome.RECEIVED, party_id=party_id,
        involvement=contacts.InvolvementData(name=name, number=phone, email=email, language=language),
    )  # fmt: skip
    for part in rules.parts_of(subject_line, text):
        contacts.write(actor=actor, ticket=ticket, kind="question", body=part, internal=False)
    routing.enqueue(
        actor=actor, municipality_id=municipality_id, kind=kind, channel=channel, subject_id=subject_id,
        ticket_id=ticket.id, topic_group=tickets.topic(ticket.topic_id).group_name, language=language,
        due_at=ticket.due_at,
    )  # fmt: skip
    return ticket


def _take_up(actor: Actor, ticket: Ticket) -> Ticket:
    """The ticket to which something is added: what it was merged into, open again when it was finished."""
    while ticket.merged_into_id is not None:
        ticket = tickets.ticket(ticket.merged_into_id)
    if ticket.status in REOPENED_FROM or ticket.status == Status.WAITING_FOR_CITIZEN:
        contacts.move_ticket(actor=actor, ticket=ticket, to=Status.OPEN, reason=REOPENED_BY_CITIZEN)
    return ticket
