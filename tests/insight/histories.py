"""Small made-up histories for tests of figures, put in past every lock."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from kcc.core.db import new_id
from kcc.core.permissions import Permission
from kcc.insight import queries
from kcc.insight.rules import Period
from kcc.insight.rules_figures import Selection
from kcc.municipalities import queries as municipalities
from tests.support.world import World

COUNTER = iter(range(1, 10**9))


def insert(admin: psycopg.Connection[Any], table: str, **values: Any) -> Any:
    """Insert one row; returns its id when it has one."""
    names = ", ".join(values)
    admin.execute(f"insert into {table} ({names}) values ({', '.join(['%s'] * len(values))})", list(values.values()))
    return values.get("id")


def conversation(
    admin: psycopg.Connection[Any], world: World, town: str, at: datetime, channel: str = "phone", **more: Any
) -> uuid.UUID:
    """A call that came in by this town's entrance."""
    values = {
        "id": new_id(), "centre_id": world.centres[centre_of(town)], "municipality_id": world.towns[town],
        "entrance_id": world.entrances[town], "account_id": world.people["agent"], "channel": channel, "started_at": at,
        "ended_at": at, "finished_at": at, "anonymous": False, "cancelled": False,
    }  # fmt: skip
    return insert(admin, "conversation", **(values | more))


def ticket(
    admin: psycopg.Connection[Any], world: World, town: str, at: datetime, topic: str = "paspoort", **more: Any
) -> uuid.UUID:
    """A question to this town."""
    values = {
        "id": new_id(), "municipality_id": world.towns[town], "reference": f"{town[:3].upper()}-26-{next(COUNTER):06}",
        "topic_id": world.topics[centre_of(town), topic], "channel": "phone", "status": "open", "priority": 2, "opened_at": at,
        "changed_at": at, "anonymous": True, "department_ids": [world.departments[town, "burgerzaken"]], "version": 1,
    }  # fmt: skip
    return insert(admin, "ticket", **(values | more))


def contact(
    admin: psycopg.Connection[Any], world: World, town: str, at: datetime, outcome: str = "answered",
    topic: str = "paspoort", of_ticket: uuid.UUID | None = None, **more: Any,
) -> uuid.UUID:  # fmt: skip
    """A question of this town as it was dealt with, with its ticket."""
    of_ticket = of_ticket or ticket(admin, world, town, at, topic)
    values = {
        "id": new_id(), "municipality_id": world.towns[town], "centre_id": world.centres[centre_of(town)],
        "ticket_id": of_ticket, "topic_id": world.topics[centre_of(town), topic], "at": at, "channel": "phone",
        "outcome": outcome,
    }  # fmt: skip
    return insert(admin, "contact", **(values | more))


def task(
    admin: psycopg.Connection[Any], world: World, town: str, asked_at: datetime, due_at: datetime, **more: Any
) -> uuid.UUID:
    """A call-back asked of this town, with its ticket."""
    values = {
        "id": new_id(), "municipality_id": world.towns[town], "ticket_id": ticket(admin, world, town, asked_at),
        "department_id": world.departments[town, "burgerzaken"], "state": "open", "channel": "phone", "asked_at": asked_at,
        "due_at": due_at, "route_reason": "route", "attempts": 0, "version": 1,
    }  # fmt: skip
    return insert(admin, "internal_task", **(values | more))


def centre_of(town: str) -> str:
    """The centre that a town of the world belongs to."""
    return "zuid" if town == "Drunen" else "noord"


TOWNS: Sequence[str] = ("Aalburg", "Bergen", "Cadzand")
OCTOBER = Period.month(2026, 10)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CHANNELS = ("phone", "counter", "email")
OUTCOMES = ("answered", "answered", "escalated", "transferred", "transfer_failed", "cut_off")


@dataclass(frozen=True)
class Told:
    """A contact of a made-up history."""

    town: str
    at: datetime
    channel: str
    topic: str
    outcome: str
    key: bytes | None
    talk: int | None


def count(world: World, selection: Selection, person: str = "supervisor") -> queries.Counted:
    """All figures as this person sees them."""
    with world.scope(person, Permission.STATISTICS_READ):
        return queries.count(selection, municipalities.visible_municipalities())


def tell(world: World, chance: random.Random, contacts: int) -> list[Told]:
    """Put a random history of eleven weeks in; returns its contacts as plain facts."""
    told = []
    with world.admin() as admin:
        for _each in range(contacts):
            at = datetime(2026, 8, 25, tzinfo=UTC) + timedelta(minutes=chance.randrange(80 * 24 * 60))
            each = Told(
                chance.choice(TOWNS), at, chance.choice(CHANNELS), chance.choice(("paspoort", "grofvuil")),
                chance.choice(OUTCOMES), chance.choice((None, b"a", b"b")), chance.choice((None, 60, 290)),
            )  # fmt: skip
            told.append(each)
            contact(
                admin, world, each.town, at, each.outcome, each.topic,
                channel=each.channel, follow_key=each.key, talk_seconds=each.talk,
            )  # fmt: skip
            if chance.random() < 0.7:
                conversation(admin, world, each.town, at, each.channel, cancelled=chance.random() < 0.1)
            if chance.random() < 0.5:
                due = at + timedelta(days=2)
                done = chance.choice((None, at + timedelta(days=1), at + timedelta(days=4)))
                result = chance.choice(("handled", "forwarded", "returned")) if done else None
                task(admin, world, each.town, at, due, done_at=done, result=result)
    return told
