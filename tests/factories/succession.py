"""Mergers for tests: two administrators plan, review and sign one as people do, and the worker carries it out."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.permissions import Permission
from kcc.core.sealing import keyed_hash, seal
from kcc.succession import actions, queries
from tests.support.world import World

BOTH = ("administrator", "supervisor")
"""Who signs: made administrators of every town of the first centre."""


def make_administrators(world: World, *towns: str) -> None:
    """Let both sign for these towns."""
    with world.admin() as admin:
        for town in towns:
            for person in BOTH:
                admin.execute(
                    "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, 'administrator', %s)",
                    (new_id(), world.towns[town], world.people[person], datetime(2011, 1, 1, tzinfo=UTC)),
                )


def plan(world: World, old: str, new: str, on_day: date | None = None) -> uuid.UUID:
    """A plan that was compared; gives its id."""
    make_administrators(world, old, new)
    with world.admin() as admin:
        admin.execute("update succession set cancelled_at = now() where cancelled_at is null and kind = 'leaving'")
    with world.scope(BOTH[0], Permission.SETUP_MANAGE) as actor:
        made = actions.plan_merger(
            actor=actor, municipality_id=world.towns[old], successor_id=world.towns[new], on_day=on_day or now().date()
        )
        found = made.id
        db.session.commit()
    work()
    return found


def sign(world: World, succession_id: uuid.UUID, *people: str) -> None:
    """Have people sign it; both when none is named."""
    for person in people or BOTH:
        with world.scope(person, Permission.SETUP_MANAGE) as actor:
            actions.sign(actor=actor, which=queries.succession(succession_id))
            db.session.commit()


def choose(world: World, succession_id: uuid.UUID, **chosen: str) -> None:
    """Change lines of the mapping, named kind__subject."""
    with world.scope(BOTH[0], Permission.SETUP_MANAGE) as actor:
        lines = {(name.split("__")[0], name.split("__")[1]): choice for name, choice in chosen.items()}
        actions.choose(actor=actor, which=queries.succession(succession_id), chosen=lines)
        db.session.commit()


def work(most: int = 500) -> list[str]:
    """Do the jobs of successions that are due, as the worker would; gives how each ended. Other jobs are left to wait."""
    ended = []
    while len(ended) < most and (job := jobs.claim()):
        if job.name.startswith("succession."):
            ended.append(jobs.run(job))
            if ended[-1] not in ("done", "cancelled"):
                break
    return ended


def merge(world: World, old: str, new: str) -> uuid.UUID:
    """From plan to done."""
    found = plan(world, old, new)
    sign(world, found)
    work()
    return found


def seal_numbers(world: World, *towns: str, digits: str = "", most: int | None = None) -> None:
    """Give the look-alike identifiers of towns real numbers, as the application seals them; the same one for all, or each its own."""
    key = world.app.config["SETTINGS"].data_key
    with world.admin() as admin:
        for town in towns:
            rows = admin.execute(
                "select id, party_id from party_identifier where municipality_id = %s order by id limit %s",
                (world.towns[town], most),
            ).fetchall()
            for row_id, party_id in rows:
                number = digits or str(abs(hash((town, row_id))))[:9]
                admin.execute(
                    "update party_identifier set ciphertext = %s, lookup_hash = %s where id = %s",
                    (
                        seal(key, number, f"bsn:{party_id}"),
                        keyed_hash(key, number, f"bsn:{world.towns[town]}"),
                        row_id,
                    ),
                )
