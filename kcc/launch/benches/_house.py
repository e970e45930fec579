"""The measuring database, filled once, and the application on it as people meet it."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import make_url

from kcc.app import create_app
from kcc.config import read_settings
from kcc.core.db import db
from kcc.launch.benching import DATABASE, Bench
from kcc.launch.places import ROOT

SEED = Path(__file__).with_name("_seed.sql")
AGENT, SUPERVISOR, HANDLER = 1, 41, 42


@dataclass
class House:
    """What measurements share: the application, the administrator's URL, and how many tickets there are."""

    app: Flask
    admin_url: str
    tickets: int

    def admin(self) -> psycopg.Connection[Any]:
        """A superuser's connection to the measuring database."""
        return psycopg.connect(self.admin_url, autocommit=True)

    def id_of(self, letter: str, number: int) -> uuid.UUID:
        """The id of a seeded row, as the seed made it: `t` tickets, `i` tasks, `c` conversations, `x` articles."""
        return uuid.UUID(hashlib.md5(f"{letter}{number}".encode(), usedforsecurity=False).hexdigest())

    def sign_in(self, number: int) -> str:
        """A session's secret of a seeded account."""
        secret = secrets.token_urlsafe(32)
        with self.admin() as admin:
            admin.execute(
                "insert into guard.door (secret_hash, kind, account_id, second_factor, expires_at, idle, label)"
                " values (%s, 'session', %s, true, now() + interval '4 hours', interval '4 hours', 'bench')",
                (hashlib.sha256(secret.encode()).digest(), self.id_of("a", number)),
            )
        return secret


def house(given: Bench) -> House:
    """The application on a database with this many tickets; seeded when it holds another number."""
    found = given.shared.get("house")
    if isinstance(found, House):
        return found
    admin_url = _url(given, DATABASE)
    _drop_outdated(given)
    environ = given.environ()
    _fill(given, admin_url)
    app = create_app(read_settings({**environ, "KCC_POOL_SIZE": "5"}))
    app.config["WTF_CSRF_ENABLED"] = False
    made = House(app, admin_url, given.tickets)
    given.shared["house"] = made
    return made


def _url(given: Bench, name: str) -> str:
    return make_url(given.admin_url()).set(drivername="postgresql", database=name).render_as_string(hide_password=False)


def _mark(given: Bench) -> str:
    """What the database was filled with: the number of tickets, and the schema and seed that it was made from."""
    files = [
        SEED,
        *sorted((ROOT / "migrations").rglob("*.sql")),
        *sorted((ROOT / "migrations" / "versions").glob("*.py")),
    ]
    whole = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    return f"{given.tickets} {whole[:16]}"


def _drop_outdated(given: Bench) -> None:
    """A database of another schema or size is made anew."""
    with psycopg.connect(_url(given, "postgres"), autocommit=True) as admin:
        if not admin.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
            return
    with psycopg.connect(_url(given, DATABASE), autocommit=True) as admin:
        if admin.execute("select obj_description('public'::regnamespace)").fetchone() == (_mark(given),):
            return
    with psycopg.connect(_url(given, "postgres"), autocommit=True) as admin:
        admin.execute(f'drop database "{DATABASE}" with (force)'.encode())


def _fill(given: Bench, admin_url: str) -> None:
    mark = _mark(given)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        if admin.execute("select obj_description('public'::regnamespace)").fetchone() == (mark,):
            return
        given.say(f"{given.tickets} tickets neerzetten …")
        started = time.monotonic()
        for statement in _statements(SEED.read_text().replace(":n", str(given.tickets))):
            admin.execute(statement.encode())
        admin.execute(f"comment on schema public is '{mark}'".encode())
        given.say(f"neergezet in {time.monotonic() - started:.0f} s")


def _statements(text: str) -> Iterator[str]:
    """The statements of a file; a body between dollar signs is one."""
    plain = re.sub(r"^--.*$", "", text, flags=re.M)
    part = ""
    for piece in plain.split(";"):
        part += piece
        if part.count("$$") % 2:
            part += ";"
            continue
        if part.strip():
            yield part
        part = ""


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one request, sorted, and the queries of each."""

    milliseconds: list[float]
    queries: int

    def at(self, share: float) -> float:
        """The value below which this share of the requests stayed."""
        return self.milliseconds[min(len(self.milliseconds) - 1, round(share * len(self.milliseconds)))]


@contextmanager
def counting(app: Flask, wait: float = 0) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile; `wait` plants so many milliseconds before the first."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if wait and not seen:
            time.sleep(wait / 1000)
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def measure(
    given: House, secret: str, send: Callable[[Any, int], Any], times: int = 60, warm: int = 8, wait: float = 0
) -> Timing:  # fmt: skip
    """Server time of a page: through WSGI within this process, the database included; `send(client, number)`."""
    client = given.app.test_client()
    client.set_cookie("kcc_session", secret)
    spent, most = [], 0
    for number in range(times + warm):
        with counting(given.app, wait) as seen:
            started = time.perf_counter()
            answer = send(client, number)
            answer.get_data()
            took = (time.perf_counter() - started) * 1000
        if answer.status_code not in (200, 302, 303):
            raise RuntimeError(f"{answer.request.path} answered {answer.status_code}")
        if number >= warm:
            spent.append(took)
            most = max(most, len(seen))
    return Timing(sorted(spent), most)
