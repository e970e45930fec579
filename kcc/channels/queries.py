"""What intake asks of the rooms below: who this is, and what it is about."""

from __future__ import annotations

import uuid

from kcc.core.errors import InvalidInput, NotFound
from kcc.municipalities import queries as municipalities
from kcc.municipalities.rules_topics import suggested_topic
from kcc.parties import queries as parties

GENERAL_TOPIC = "algemeen"
"""The key of the topic that stands for everything that no other topic fits."""


def only_party(municipality_id: int, *, email: str = "", phone: str = "") -> uuid.UUID | None:
    """The one party of a town with this e-mail address, else with this number; None when nobody or several have it."""
    # Nobody tells capitals in addresses apart; most are kept in small letters.
    for address, number in dict.fromkeys(((email, ""), (email.lower(), ""), ("", phone))):
        if not address.strip() and not number.strip():
            continue
        try:
            found = parties.find_parties(municipality_id, email=address, phone=number, limit=2)
        except InvalidInput:  # not an address after all: then it recognises nobody
            continue
        if len(found) == 1:
            return found[0].id
    return None


def fitting_topic(municipality_id: int, text: str) -> int:
    """The topic of a town that a text is about, else its general one.

    A town without a general topic gets its first: a question is never turned away for want of a topic. Raises NotFound
    for a town that offers no topic at all.
    """
    topics = municipalities.topics_of(municipality_id)
    if not topics:
        raise NotFound("Deze gemeente heeft nog geen onderwerpen.")
    found = suggested_topic(topics, text)
    if found is not None:
        return found.id
    general = municipalities.topic_ids_by_key([GENERAL_TOPIC])
    offered = {topic.id for topic in topics}
    return next((number for number in general.values() if number in offered), topics[0].id)
