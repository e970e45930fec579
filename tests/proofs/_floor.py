"""What the proof of live updates stands on: desks of many roles, the processes, and what each desk ought to hear."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psutil

from kcc.core.db import new_id
from kcc.launch.places import ROOT
from kcc.launch.postgres import any_free_port
from tests.proofs._house import House

TOWNS = ("Aalburg", "Bergen", "Cadzand", "Drunen")
POOLED = ("Aalburg", "Bergen", "Cadzand")
DEPARTMENTS = ("burgerzaken", "afval")
WHOLE = {
    "ticket": {"agent", "supervisor"},
    "task": {"agent", "supervisor"},
    "presence": {"agent", "supervisor"},
    "queue": {"agent", "supervisor"},
    "agent": {"supervisor"},
    "offer": {"agent"},
    "job": {"supervisor", "administrator"},
    "incident": {"agent", "supervisor", "editor", "handler", "contract_manager"},
}
"""Who hears what of a whole town, written down again here: the proof does not ask the code that it tries."""
BY_DEPARTMENT = {"ticket", "task", "presence"}
HANDLERS = {"handler"}


@dataclass(frozen=True)
class Place:
    """One desk of the proof: whose, with which role, where, and for which department of its town."""

    account: uuid.UUID
    secret: str
    role: str
    towns: tuple[str, ...]
    department: str | None


@dataclass(frozen=True)
class Change:
    """One change as the application tells it."""

    kind: str
    town: str
    subject: str
    department: str | None = None
    account: uuid.UUID | None = None

    def is_for(self, place: Place) -> bool:
        """Whether that desk ought to hear it."""
        if self.town not in place.towns or (self.account and self.account != place.account):
            return False
        if place.role in WHOLE[self.kind]:
            return True
        return place.role in HANDLERS and self.kind in BY_DEPARTMENT and self.department == place.department


def lay_places(given: House, count: int) -> list[Place]:
    """As many accounts with a role and a session of their own, over four towns of two centres."""
    found = []
    for number in range(count):
        town = TOWNS[number % len(TOWNS)]
        kind = number // len(TOWNS) % 10
        role = (
            "agent" if kind < 5 else "handler" if kind < 7 else "supervisor" if kind == 7
            else ("contract_manager", "editor")[number % 2] if kind == 8 else ("administrator", "privacy_officer")[number % 2]
        )  # fmt: skip
        towns = POOLED if kind in (3, 4) and town in POOLED else (town,)
        department = DEPARTMENTS[kind - 5] if role == "handler" else None
        found.append(Place(new_id(), secrets.token_urlsafe(32), role, towns, department))
    _insert(given, found)
    return found


def _insert(given: House, places: Sequence[Place]) -> None:
    world = given.world
    with world.admin() as admin, admin.cursor() as cursor:
        cursor.executemany(
            "insert into account (id, email, name, locale, shortcuts_on, active, created_at) values (%s, %s, 'Bureau', 'nl', true, true, now())",
            [(p.account, f"{p.account}@kcc.example") for p in places],
        )
        cursor.executemany(
            "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, %s, now() - interval '1 day')",
            [(new_id(), world.towns[town], p.account, p.role) for p in places for town in p.towns],
        )
        cursor.executemany(
            "insert into department_member (id, municipality_id, department_id, account_id, weekdays) values (%s, %s, %s, %s, '{0}')",
            [
                (new_id(), world.towns[p.towns[0]], world.departments[p.towns[0], p.department], p.account)
                for p in places
                if p.department
            ],
        )
        cursor.executemany(
            "insert into guard.door (secret_hash, kind, account_id, second_factor, expires_at, idle, label)"
            " values (%s, 'session', %s, true, now() + interval '2 hours', interval '2 hours', 'proof')",
            [(hashlib.sha256(p.secret.encode()).digest(), p.account) for p in places],
        )  # fmt: skip


class Served:
    """One gunicorn of the product on a port of its own, that can be killed and started again."""

    def __init__(self, given: House, kind: str, entry: str) -> None:
        self.port = any_free_port()
        environ = {
            **os.environ,
            "KCC_APP_URL": given.urls["KCC_APP_URL"],
            "KCC_SECRET_KEY": secrets.token_hex(32),
            "KCC_DATA_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        words = f"-m gunicorn --no-control-socket --log-level critical --graceful-timeout 1 -b 127.0.0.1:{self.port} {kind} {entry}"
        self.command, self.environ = [sys.executable, *words.split()], environ
        self.start()

    def start(self) -> None:
        """Start it; returns at once."""
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environ)

    def wait_for(self, path: str) -> None:
        """Wait until it answers. Raises RuntimeError after half a minute."""
        for _try in range(300):
            with suppress(OSError, http.client.HTTPException):
                if self.get(path)[0] == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError("the process does not answer")

    def get(self, path: str, secret: str = "") -> tuple[int, bytes, float]:
        """Status, body and seconds of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        started = time.perf_counter()
        connection.request("GET", path, headers={"Cookie": f"kcc_session={secret}"} if secret else {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, time.perf_counter() - started

    def family(self) -> list[psutil.Process]:
        """The master and its workers."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def memory(self) -> int:
        """Bytes of all its processes, shared pages counted once."""
        return sum(process.memory_full_info().pss for process in self.family())

    def kill(self) -> None:
        """As the kernel does when memory runs out: no goodbye to anybody."""
        for process in self.family():
            process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.kill()


class Desks:
    """The process that holds the streams."""

    def __init__(self, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs._desks", str(port)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )  # fmt: skip

    def order(self, **what: Any) -> Any:
        """Give an order and wait for its answer."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(what).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait_open(self, count: int, seconds: float = 60) -> dict[str, Any]:
        """Wait until so many streams are open; the state then. Raises RuntimeError when that takes too long."""
        until = time.monotonic() + seconds
        while True:
            state: dict[str, Any] = self.order(do="state")
            if state["open"] >= count:
                return state
            if time.monotonic() > until:
                raise RuntimeError(f"only {state['open']} of {count} streams are open")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()


@contextmanager
def floor(given: House, entry: str) -> Iterator[tuple[Served, Desks]]:
    """A live process and a process of desks that will listen to it."""
    live = Served(given, "-k gevent -w 1 --worker-connections 3000", entry)
    desks = Desks(live.port)
    try:
        live.wait_for("/health")
        yield live, desks
    finally:
        desks.stop()
        live.stop()
