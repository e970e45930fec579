"""Life by the other ways in: forms that just came, two doubtful ones, visitors at the counter, and what citizens thought."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from kcc.channels import actions_counter, actions_kiosk, public_door, queries_counter
from kcc.channels import rules_forms as rules
from kcc.channels.models_forms import Rating
from kcc.channels.public_door import Entrance
from kcc.contacts.models import Ticket
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities

QUESTIONS = (
    ("De straatlantaarn bij het bankje aan de haven knippert al een week. Kan iemand ernaar kijken?", "", "status"),
    (
        "Ik wil voor mijn dochter van 9 een identiteitskaart aanvragen. Moeten beide ouders meekomen?",
        "S. Bakker",
        "email",
    ),
    ("Onze gft-container is maandag overgeslagen, de hele rij stond er nog.", "", "status"),
    (
        "Kunnen jullie mij bellen over de vergunning voor een dakkapel? Overdag ben ik bereikbaar.",
        "R. van Dam",
        "phone",
    ),
    ("Wat zijn de openingstijden van de milieustraat rond de feestdagen?", "", "status"),
)
DOUBTFUL = "Top aanbod! www.goedkoop.example www.snel.example www.nu.example www.hier.example www.klik.example"
WAITING = 3
"""Visitors at each counter."""
RATED_ONE_IN = 12
SCORES = (5, 4, 4, 5, 3, 4, 5, 2, 4, 1)


def lay_channels(data_key: bytes) -> dict[str, int]:
    """Put this life into the scope's towns; returns how much, in words for the screen."""
    return {
        "formulieren": _lay_forms(data_key),
        "bezoekers aan de balie": _lay_visitors(data_key),
        "oordelen": _lay_ratings(),
    }


def _lay_forms(data_key: bytes) -> int:
    entrances = municipalities.entrances(["form"])
    for number, entrance in enumerate(entrances):
        text, name, way = QUESTIONS[number % len(QUESTIONS)]
        _send(data_key, Entrance(entrance.id, entrance.address), text, name, way, [])
        if number < 2:
            _send(data_key, Entrance(entrance.id, entrance.address), DOUBTFUL, "", "status", ["links", "too_fast"])
    return len(entrances) + min(2, len(entrances))


def _send(data_key: bytes, entrance: Entrance, text: str, name: str, way: str, doubts: list[str]) -> None:
    """A form as a citizen's browser would send it."""
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"{entrance.key}:{text}")
    body: dict[str, Any] = {
        "question": text, "topic": "", "topic_id": None, "answer_by": way, "name": name, "language": "nl", "without": [],
        "email": "inwoner@voorbeeld.example" if way == "email" else "", "phone": "0612345670" if way == "phone" else "",
    }  # fmt: skip
    digest = rules.digest_of(body)
    code = rules.code_hash(data_key, rules.status_code(data_key, key, digest))
    public_door.receive_form(
        entrance, key=key, digest=digest, body=body, doubts=doubts,
        address_hash=rules.address_hash(data_key, entrance.key), code_hash=code,
    )  # fmt: skip


def _lay_visitors(data_key: bytes) -> int:
    count = 0
    for entrance in municipalities.entrances(["counter"]):
        actions_kiosk.make_kiosk(
            actor=Actor.command(), entrance_id=entrance.id, place="Hal, bij de ingang", data_key=data_key
        )
        groups = queries_counter.groups_of(entrance.municipality_id)
        for number in range(WAITING):
            group = groups[number % len(groups)] if groups and number else ""
            actions_counter.take_number(actor=Actor.command(), entrance_id=entrance.id, topic_group=group)
            count += 1
    return count


def _lay_ratings() -> int:
    """A mark for one in twelve closed questions, the same ones in each installation's order."""
    place = sa.func.row_number().over(order_by=(Ticket.municipality_id, Ticket.closed_at, Ticket.reference))
    closed = (
        sa.select(
            Ticket.municipality_id, Ticket.id, Ticket.channel, Ticket.topic_id, Ticket.closed_at, place.label("place")
        )
        .where(Ticket.closed_at.is_not(None))
        .subquery()
    )
    score = sa.case(*((closed.c.place / RATED_ONE_IN % len(SCORES) == n, mark) for n, mark in enumerate(SCORES)))
    rows = sa.select(
        closed.c.municipality_id, closed.c.id, closed.c.channel, closed.c.topic_id, closed.c.closed_at, score
    ).where(closed.c.place % RATED_ONE_IN == 0)
    columns = ["municipality_id", "ticket_id", "channel", "topic_id", "rated_at", "score"]
    done = db.session.scalars(sa.insert(Rating).from_select(columns, rows).returning(sa.literal(1)))
    return len(done.all())
