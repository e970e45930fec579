"""Towns that merge or leave, for a proof: planned and signed by two, carried out by a worker that is killed again and again."""

from __future__ import annotations

import hashlib
import os
import secrets
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Actor, Permission
from kcc.core.tenancy import doorless_scope, scope
from kcc.insight import queries as insight
from kcc.insight.rules import Period
from kcc.insight.rules_figures import Figures, select_period
from kcc.municipalities import queries as municipalities
from kcc.succession import actions, actions_leaving, queries

LEASE_SECONDS, DEADLINE_SECONDS = 1, 240
NOT_COUNTED = frozenset({
    "job", "audit_entry", "access_record", "succession", "succession_choice", "ticket_presence", "service_level_today",
    "arrival_forecast", "token_bucket", "department", "department_member", "membership", "entrance", "mailbox", "web_form",
    "topic_route", "article_overlay", "standard_text", "useful_link", "agent_skill", "opening_hours", "closing_day",
    "service_agreement", "party", "party_identifier", "digital_address", "ticket_event", "setup_change", "ticket_counter",
})  # fmt: skip
"""Set-up is copied and stays, parties are copied or joined, a line is added to each timeline; all else only changes town."""


@dataclass
class Stage:
    """An application on a database, and the two administrators who sign."""

    app: Flask
    admin_url: str
    towns: dict[str, int]
    people: list[uuid.UUID] = field(default_factory=list)
    """Of the centre that is looked at: an account works for one centre."""
    kills: int = 0

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Past every lock."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            return admin.execute(statement.encode(), values).fetchall()

    def do(self, statement: str, *values: object) -> None:
        """The same, giving nothing."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(statement.encode(), values)

    def appoint(self, town: str) -> None:
        """Two people who are administrator and supervisor of every town of the centre of this one."""
        centre = self.rows("select centre_id from municipality where id = %s", self.towns[town])[0][0]
        self.people = [uuid.uuid5(uuid.NAMESPACE_OID, f"{centre} {number}") for number in (0, 1)]
        for account in self.people:
            self.do(
                "insert into account (id, email, name, locale, shortcuts_on, active, created_at)"
                " values (%s, %s, 'Beheerder', 'nl', true, true, now()) on conflict do nothing",
                account,
                f"{account}@kcc.example",
            )
            for role in ("administrator", "supervisor"):
                self.do(
                    "insert into membership (id, municipality_id, account_id, role, valid_from)"
                    " select gen_random_uuid(), t.id, %s, %s, %s from municipality t where t.centre_id = %s and t.left_on is null and not exists"
                    " (select 1 from membership m where m.municipality_id = t.id and m.account_id = %s and m.role = %s)",
                    account, role, datetime(2011, 1, 1, tzinfo=UTC), centre, account, role,
                )  # fmt: skip

    @contextmanager
    def as_person(self, number: int, permission: Permission) -> Iterator[Actor]:
        """Act as one of the two, through a session."""
        secret = secrets.token_urlsafe(32)
        self.do(
            "insert into guard.door (secret_hash, kind, account_id, second_factor, expires_at, idle, label)"
            " values (%s, 'session', %s, true, now() + interval '1 hour', interval '1 hour', 'proof')",
            hashlib.sha256(secret.encode()).digest(),
            self.people[number],
        )
        with scope(secret, permission):
            yield Actor(self.people[number])

    def counted(self, *names: str) -> dict[str, int]:
        """Rows of towns together, by table."""
        ids = [self.towns[name] for name in names]
        return {
            table: self.rows(f"select count(*) from {table} where municipality_id = any(%s)", ids)[0][0]
            for (table,) in self.rows("select name from guard.municipal_tables()")
            if table not in NOT_COUNTED
        }

    def figures(self) -> dict[int, Figures]:
        """What statistics say of the last quarter and this one, by town."""
        today = now().date()
        with self.as_person(0, Permission.STATISTICS_READ):
            period = Period(today.replace(month=1, day=1), today)
            return insight.count(select_period(period, now()), municipalities.visible_municipalities()).now

    def plan(self, town: str, make: Callable[[Actor], Any]) -> uuid.UUID:
        """Have something planned for a town, tried, and signed by both."""
        self.appoint(town)
        with self.as_person(0, Permission.SETUP_MANAGE) as actor:
            made = make(actor)
            found: uuid.UUID = made.id
            db.session.commit()
        self.work(
            lambda: bool(self.rows("select 1 from succession where id = %s and compared_at is not null", found)), 0
        )
        for number in (0, 1):
            with self.as_person(number, Permission.SETUP_MANAGE) as actor:
                actions.sign(actor=actor, which=queries.succession(found))
                db.session.commit()
        return found

    def merge(self, old: str, new: str, kills: int, random: Any = None) -> uuid.UUID:
        """From plan to done, with kills in between."""
        found = self.plan(
            new,
            lambda actor: actions.plan_merger(
                actor=actor, municipality_id=self.towns[old], successor_id=self.towns[new], on_day=now().date()
            ),
        )
        self.work(lambda: self.over(found), kills, random)
        return found

    def line_of(self, town: str) -> list[str]:
        """This town and all that went on as it, in however many steps; read past the functions that are on trial."""
        before = dict(self.rows("select predecessor_id, successor_id from guard.succession_run"))
        found = [self.towns[town]]
        while more := [old for old, new in before.items() if new in found and old not in found]:
            found += more
        return [name for name, number in self.towns.items() if number in found]

    def certificates(self, town: str) -> list[tuple[Any, ...]]:
        """Of each certificate of this town: whether the others are as they were."""
        asked = "select others_before = others_after from departure_certificate where municipality_number = %s"
        return self.rows(asked, self.towns[town])

    def over(self, plan: uuid.UUID) -> bool:
        """Whether a merger is done, or refused by the database for another reason than a killed worker."""
        done = "select 1 from guard.succession_run where succession_id = %s and done_at is not null"
        return bool(self.rows(done, plan)) or self.refused(plan)

    def refused(self, plan: uuid.UUID) -> bool:
        """Whether a step of this plan failed."""
        return bool(self.rows("select 1 from job where args ->> 'succession' = %s and fault is not null", str(plan)))

    def leave(self, town: str, kills: int, random: Any = None) -> Path:
        """From plan to certificate, and the last row away; gives the folder of the export."""
        found = self.plan(
            town,
            lambda actor: actions_leaving.plan_leaving(
                actor=actor, municipality_id=self.towns[town], on_day=now().date()
            ),
        )
        folder = Path(self.app.config["SETTINGS"].files_path) / actions_leaving.EXPORTS / str(found)
        self.work(lambda: bool(self.certificates(town)) or self.refused(found), kills, random)
        with doorless_scope():
            db.session.execute(sa.text("select kcc_tick('succession.follow', :n)"), {"n": secrets.token_hex(4)})
            db.session.commit()
        if not self.refused(found):
            self.work(lambda: not self.rows("select 1 from municipality where id = %s", self.towns[town]), 0)
        return folder

    def work(
        self, done: Callable[[], bool], kills: int, random: Any = None, patience: float = DEADLINE_SECONDS
    ) -> bool:
        """Have a worker at it until it is done; ``kill -9`` and another one, so many times. Says whether it came to be done."""
        until, killed, worker = time.monotonic() + patience, 0, self._start()
        try:
            while not done() and time.monotonic() < until:
                if killed < kills:
                    time.sleep(random.uniform(0.02, 0.4) if random else 0.1)
                    _end(worker)
                    killed += 1
                    worker = self._start()
                else:
                    time.sleep(0.05)
        finally:
            _end(worker)
        self.kills += killed
        return done()

    def _start(self) -> int:
        """A worker as the product runs it, in a process of its own, with a short lease, for successions only."""
        pid = os.fork()
        if pid:
            return pid
        try:
            with self.app.app_context():
                db.engine.dispose(close=False)
                jobs.claim = partial(jobs.claim, LEASE_SECONDS)  # type: ignore[assignment]
                while True:
                    job = jobs.claim()
                    if job is not None and job.name.startswith("succession."):
                        jobs.run(job)
                    elif job is None:
                        time.sleep(0.05)
        finally:
            os._exit(1)


def _end(worker: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(worker, 0)
