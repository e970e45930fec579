"""The queue of a demonstration centre: what agents can do, their last days, what to expect, and callers to call back.

Nobody is available in it: whoever has no session is offline within seconds, also here. Sign in, choose Beschikbaar.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.contacts import actions as contacts
from kcc.core.bulk import bulk_insert
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.permissions import Actor
from kcc.demo.content_shapes import CentreContent
from kcc.demo.laid import Laid
from kcc.routing import actions as routing

ZONE = ZoneInfo("Europe/Amsterdam")
DAYS = 10
CALLBACKS = ("Kunt u mij terugbellen over mijn afspraak?", "Ik werd net doorgestuurd en wil graag antwoord.")
SHIFT = (
    (time(8, 30), "available", ""), (time(10, 15), "break", "break"), (time(10, 30), "available", ""),
    (time(12, 30), "break", "break"), (time(13, 0), "available", ""), (time(15, 0), "break", "meeting"),
    (time(15, 45), "available", ""), (time(17, 0), "offline", ""),
)  # fmt: skip
FORECAST = """
insert into arrival_forecast (municipality_id, weekday, half_hour, expected)
select municipality_id, (extract(isodow from here) - 1)::smallint, (extract(hour from here) * 2 + floor(extract(minute from here) / 30))::smallint, count(*) / 8.0
from (select municipality_id, started_at at time zone 'Europe/Amsterdam' as here from conversation where channel in ('phone', 'counter')
  and municipality_id = any(:towns)) c
group by 1, 2, 3"""


def lay_queue(content: CentreContent, laid: Laid) -> None:
    """Skills and languages, ten days of states, a forecast from the history that was laid, and two call-backs for a town."""
    agents = [
        (laid.accounts[person.email], role.towns)
        for person in content.people
        for role in person.roles
        if role.role == "agent"
    ]
    for place, (account, towns) in enumerate(agents):
        _can(laid, account, towns, place)
    bulk_insert(
        "agent_state_period",
        ("id", "centre_id", "account_id", "state", "reason", "started_at", "ended_at"),
        (row for account, _towns in agents for row in _worked(laid, account)),
    )
    db.session.execute(sa.text(FORECAST), {"towns": list(laid.towns.values())})
    for town in content.towns[:3]:
        _call_back(content, laid, laid.towns[town.short_code])


def _can(laid: Laid, account: uuid.UUID, towns: tuple[str, ...], place: int) -> None:
    """Experienced in one town or two, at home in all; every third speaks English."""
    known = {towns[place % len(towns)], towns[(place * 3 + 1) % len(towns)]} if towns else set()
    rows = [(account, laid.towns[town], "", 2) for town in sorted(known)]
    bulk_insert("agent_skill", ("account_id", "municipality_id", "topic_group", "level"), rows)
    if place % 3 == 0:
        bulk_insert("agent_language", ("account_id", "centre_id", "language"), [(account, laid.centre_id, "en")])


def _worked(laid: Laid, account: uuid.UUID) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(account.int % 10_000)
    today = now().astimezone(ZONE).date()
    for back in range(1, DAYS + 1):
        day = today - timedelta(days=back)
        if day.weekday() > 4 or chance.random() < 0.2:
            continue
        shift = timedelta(minutes=chance.randrange(-10, 10))
        moments = [datetime.combine(day, at, ZONE) + shift for at, _state, _reason in SHIFT]
        for (_at, state, reason), started, ended in zip(SHIFT, moments, moments[1:], strict=False):
            yield new_id(), laid.centre_id, account, state, reason, started, ended


def _call_back(content: CentreContent, laid: Laid, town_id: int) -> None:
    """Callers who chose to be called back this morning, within two hours."""
    topics = sorted(content.topics, key=lambda topic: -topic.weight)
    for place, question in enumerate(CALLBACKS):
        topic = topics[place]
        began = now() - timedelta(minutes=25 + 40 * place)
        ticket = contacts.open_ticket(
            actor=Actor.command(), municipality_id=town_id, topic_id=laid.topics[topic.key], channel="phone", opened_at=began,
            due_at=began + timedelta(hours=2),
        )  # fmt: skip
        contacts.write(actor=Actor.command(), ticket=ticket, kind="question", body=question, internal=False, at=began)
        routing.enqueue(
            actor=Actor.command(), municipality_id=town_id, kind="callback", channel="phone", subject_id=ticket.id,
            ticket_id=ticket.id, topic_group=topic.group, since=began, promise_until=began + timedelta(hours=2),
        )  # fmt: skip
