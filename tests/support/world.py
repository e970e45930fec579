"""A small world to test in: two centres, look-alike towns, and one person for every role."""

from __future__ import annotations

import hashlib
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from flask import Flask
from psycopg import sql

from kcc.core.db import new_id
from kcc.core.permissions import Actor, Permission, Role
from kcc.core.tenancy import scope
from kcc.people.rules import make_salt, proof_of, verifier_of
from tests.support.page import Page

PASSWORD = "een lang testwachtwoord"
TOWNS = {"noord": ("Aalburg", "Bergen", "Cadzand"), "zuid": ("Drunen",)}
DEPARTMENTS = ("burgerzaken", "afval")
TOPICS = {
    "paspoort": ("Paspoort aanvragen", "burgerzaken", True),
    "grofvuil": ("Grofvuil laten ophalen", "afval", False),
}
KEPT = frozenset({
    "alembic_version", "centre", "municipality", "entrance", "opening_hours", "closing_day", "service_agreement", "department",
    "product", "topic", "topic_route", "useful_link", "account", "membership", "department_member",
})  # fmt: skip
"""Tables of the set-up: a test may change them, and finds them as they were built."""
DOORS = (
    "guard.door", "guard.sign_in_attempt", "guard.recovery_code", "guard.status_attempt", "guard.citizen_door",
    "guard.email_change", "guard.succession_run", "guard.succession_map", "guard.succession_signature", "guard.departure_run",
)  # fmt: skip
"""What signing in and mergers leave behind: no test may find another's."""


@dataclass
class Setup:
    """The rows of the set-up as they were built, to put back what a test changed in them."""

    rows: dict[str, bytes] = field(default_factory=dict)
    fingerprint: tuple[str, ...] = ()

    def remember(self, admin: psycopg.Connection[Any]) -> None:
        """Take the rows as they stand for the way they ought to be."""
        for name in (*(f"public.{table}" for table in sorted(KEPT)), "guard.credential"):
            with admin.cursor().copy(sql.SQL("copy {} to stdout").format(_name(name))) as copied:
                self.rows[name] = b"".join(bytes(block) for block in copied)
        self.fingerprint = self._take_fingerprint(admin)

    def put_back(self, admin: psycopg.Connection[Any]) -> None:
        """Lay the remembered rows again, when any differs; in replica mode, as their order is not ours to know."""
        if self._take_fingerprint(admin) == self.fingerprint:
            return
        with admin.transaction():
            admin.execute("set local session_replication_role = replica")
            for name, rows in self.rows.items():
                admin.execute(sql.SQL("delete from {}").format(_name(name)))
                with admin.cursor().copy(sql.SQL("copy {} from stdin").format(_name(name))) as laid:
                    laid.write(rows)

    def _take_fingerprint(self, admin: psycopg.Connection[Any]) -> tuple[str, ...]:
        one = sql.SQL("(select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {} t)")
        each = sql.SQL(", ").join(one.format(_name(name)) for name in self.rows)
        return tuple(admin.execute(sql.SQL("select ") + each).fetchone() or ())


def _name(qualified: str) -> sql.Identifier:
    return sql.Identifier(*qualified.split("."))


def work_tables(admin: psycopg.Connection[Any]) -> list[str]:
    """Every table that work fills: all but those of towns and people."""
    return [table for table in _tables(admin) if table.removeprefix("public.") not in KEPT]


class Keeper:
    """Empties tables by functions of the database that it makes for itself: their plans are made once, not for each test.

    Looking for a first row is quicker than deleting from a hundred empty tables. As a replica, so that no reference stands
    in the way of the order.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection, self.process = connection, os.getpid()
        for name, tables in (("work", work_tables(connection)), ("doors", DOORS)):
            steps = " ".join(f"if exists (select 1 from {table}) then delete from {table}; end if;" for table in tables)
            connection.execute(
                f"create function pg_temp.clear_{name}() returns void language plpgsql"
                f" set session_replication_role = replica as $clear$ begin {steps} end $clear$".encode()
            )

    def clear(self, name: str) -> None:
        """Empty the tables of ``work`` or of ``doors``."""
        self.connection.execute(f"select pg_temp.clear_{name}()".encode())


@dataclass
class World:
    """What stands in the test database, by name."""

    app: Flask
    admin_url: str
    centres: dict[str, int] = field(default_factory=dict)
    towns: dict[str, int] = field(default_factory=dict)
    departments: dict[tuple[str, str], int] = field(default_factory=dict)
    topics: dict[tuple[str, str], int] = field(default_factory=dict)
    entrances: dict[str, int] = field(default_factory=dict)
    mailboxes: dict[str, str] = field(default_factory=dict)
    people: dict[str, uuid.UUID] = field(default_factory=dict)
    setup: Setup = field(default_factory=Setup)
    keeper: Keeper | None = None

    def admin(self) -> psycopg.Connection[Any]:
        """The superuser's connection, to look past every lock."""
        return psycopg.connect(self.admin_url, autocommit=True)

    def actor(self, person: str) -> Actor:
        """A person as actions want to know them."""
        return Actor(self.people[person])

    def session_for(self, person: str) -> str:
        """The secret of a fresh session of this person."""
        secret = secrets.token_urlsafe(32)
        self.keeping().connection.execute(
            "insert into guard.door (secret_hash, kind, account_id, second_factor, expires_at, idle, label)"
            " values (%s, 'session', %s, true, now() + interval '1 hour', interval '1 hour', 'test')",
            (hashlib.sha256(secret.encode()).digest(), self.people[person]),
        )
        return secret

    def keeping(self) -> Keeper:
        """The connection that is kept for what every test does; another one in a process that was forked off."""
        if self.keeper is None or self.keeper.process != os.getpid() or self.keeper.connection.closed:
            self.keeper = Keeper(self.admin())
        return self.keeper

    @contextmanager
    def scope(self, person: str, permission: Permission) -> Iterator[Actor]:
        """Act as a person under a permission, as a route would."""
        with scope(self.session_for(person), permission):
            yield self.actor(person)

    def page(self, person: str | None) -> Page:
        """A browser of this person, signed in (or of nobody)."""
        return Page(self.app, self.session_for(person) if person else None)

    def empty(self) -> None:
        """Empty all but towns, people and who is signed in."""
        self.keeping().clear("work")

    def put_back(self) -> None:
        """Make it as it was built: towns and people as they were, nobody signed in, and no work."""
        keeper = self.keeping()
        keeper.clear("work")
        keeper.clear("doors")
        self.setup.put_back(keeper.connection)


def _tables(admin: psycopg.Connection[Any]) -> list[str]:
    found = admin.execute(
        "select 'public.' || quote_ident(relname) from pg_class where relkind in ('r', 'p')"
        " and not relispartition and relnamespace = 'public'::regnamespace"
    )
    return [row[0] for row in found]


def build_world(app: Flask, admin_url: str) -> World:
    """Put the world into an empty, migrated database, as superuser."""
    world = World(app, admin_url)
    with world.admin() as admin:
        for centre, towns in TOWNS.items():
            world.centres[centre] = _id(
                admin, "insert into centre (key, name) values (%s, %s) returning id", centre, f"KCC {centre}"
            )
            for topic, (name, _department, needs_bsn) in TOPICS.items():
                world.topics[centre, topic] = _id(
                    admin, "insert into topic (centre_id, key, name, group_name, synonyms, needs_bsn)"
                    " values (%s, %s, %s, 'groep', '{}', %s) returning id", world.centres[centre], topic, name, needs_bsn,
                )  # fmt: skip
            for number, town in enumerate(towns):
                _build_town(admin, world, centre, town, number)
        _build_people(admin, world)
        world.setup.remember(admin)
    return world


def _id(admin: psycopg.Connection[Any], statement: str, *values: object) -> Any:
    row = admin.execute(statement, values).fetchone()
    assert row is not None
    return row[0]


def _build_town(admin: psycopg.Connection[Any], world: World, centre: str, town: str, number: int) -> None:
    world.towns[town] = town_id = _id(
        admin, "insert into municipality (centre_id, name, short_code, cbs_code, greeting, joined_on, accent, zone, good_friday, liberation_day)"
        " values (%s, %s, %s, %s, %s, '2011-01-01', %s, 'Europe/Amsterdam', false, 'lustrum') returning id",
        world.centres[centre], town, town[:3].upper(), f"00{len(world.towns):02d}",
        f"Gemeente {town}, u spreekt met {{naam}}. Waarmee kan ik u helpen?", number + 1,
    )  # fmt: skip
    for weekday in range(5):
        admin.execute(
            "insert into opening_hours (municipality_id, weekday, opens, closes) values (%s, %s, '08:30', '17:00')",
            (town_id, weekday),
        )
    for channel in ("phone", "email", "counter", "letter", "webform"):
        admin.execute(
            "insert into service_agreement (municipality_id, channel, percent, within_seconds, answer_amount, answer_unit, valid_from)"
            " values (%s, %s, 80, 25, 2, 'working_days', '2011-01-01')", (town_id, channel),
        )  # fmt: skip
    for key in DEPARTMENTS:
        world.departments[town, key] = _id(
            admin, "insert into department (municipality_id, key, name, kind, mailbox, active)"
            " values (%s, %s, %s, 'afdeling', %s, true) returning id", town_id, key, key.capitalize(), f"{key}@{town.lower()}.example",
        )  # fmt: skip
    for topic, (_name, department, _bsn) in TOPICS.items():
        admin.execute(
            "insert into topic_route (municipality_id, topic_id, centre_id, department_id, questions, active) values (%s, %s, %s, %s, '[]', true)",
            (town_id, world.topics[centre, topic], world.centres[centre], world.departments[town, department]),
        )
    world.entrances[town] = _id(
        admin, "insert into entrance (municipality_id, kind, address, label, active) values (%s, 'phone', %s, 'Algemeen nummer', true) returning id",
        town_id, f"+3118100000{len(world.towns)}",
    )  # fmt: skip
    world.mailboxes[town] = f"info@{town.lower()}.example"
    admin.execute(
        "insert into entrance (municipality_id, kind, address, label, active) values (%s, 'mailbox', %s, 'Algemene mailbox', true)",
        (town_id, world.mailboxes[town]),
    )


PEOPLE: dict[str, list[tuple[str, Role, str | None]]] = {
    "agent": [("Aalburg", Role.AGENT, None), ("Bergen", Role.AGENT, None)],
    "agent_cadzand": [("Cadzand", Role.AGENT, None)],
    "agent_zuid": [("Drunen", Role.AGENT, None)],
    "handler": [("Aalburg", Role.HANDLER, "burgerzaken")],
    "handler_afval": [("Aalburg", Role.HANDLER, "afval")],
    "handler_second": [("Aalburg", Role.HANDLER, "burgerzaken")],
    "handler_bergen": [("Bergen", Role.HANDLER, "burgerzaken")],
    "coordinator": [("Aalburg", Role.COORDINATOR, "burgerzaken")],
    "editor": [("Aalburg", Role.EDITOR, None)],
    "editor_all": [("Aalburg", Role.EDITOR, None), ("Bergen", Role.EDITOR, None), ("Cadzand", Role.EDITOR, None)],
    "supervisor": [
        ("Aalburg", Role.SUPERVISOR, None),
        ("Bergen", Role.SUPERVISOR, None),
        ("Cadzand", Role.SUPERVISOR, None),
    ],
    "supervisor_aalburg": [("Aalburg", Role.SUPERVISOR, None)],
    "contract_manager": [("Aalburg", Role.CONTRACT_MANAGER, None)],
    "privacy_officer": [("Aalburg", Role.PRIVACY_OFFICER, None)],
    "administrator": [("Aalburg", Role.ADMINISTRATOR, None)],
    "two_hats": [("Aalburg", Role.AGENT, None), ("Bergen", Role.CONTRACT_MANAGER, None)],
}
"""Every person of the world: where they hold which role, and for which department."""


def _build_people(admin: psycopg.Connection[Any], world: World) -> None:
    salt = make_salt()
    verifier = verifier_of(proof_of(PASSWORD, salt))
    for person, roles in PEOPLE.items():
        account = world.people[person] = new_id()
        admin.execute(
            "insert into account (id, email, name, locale, shortcuts_on, active, created_at) values (%s, %s, %s, 'nl', true, true, now())",
            (account, f"{person}@kcc.example", person.replace("_", " ").title()),
        )
        admin.execute(
            "insert into guard.credential (account_id, salt, verifier) values (%s, %s, %s)", (account, salt, verifier)
        )
        for town, role, department in roles:
            admin.execute(
                "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, %s, %s)",
                (new_id(), world.towns[town], account, role, datetime(2011, 1, 1, tzinfo=UTC)),
            )
            if department:
                admin.execute(
                    "insert into department_member (id, municipality_id, department_id, account_id, weekdays) values (%s, %s, %s, %s, '{0,1,2,3,4}')",
                    (new_id(), world.towns[town], world.departments[town, department], account),
                )
