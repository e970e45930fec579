"""What the application acknowledged is there after its database was killed, with the trail of who did it."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from kcc.core.db import db
from kcc.launch.postgres import EmbeddedPostgres
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._house import House, house
from tests.proofs._lookalikes import Planter

WRITERS = 4
WRITING = (0.5, 1.5)
"""Seconds of writing before each kill."""


@dataclass
class Told:
    """What writers were told: notes acknowledged, and requests that got no answer or a fault."""

    acknowledged: set[str] = field(default_factory=set)
    refused: int = 0


@proof("kill-app")
def kill_app(run: Run) -> Outcome:
    """`kill -9` of the whole server while people add notes; each note has a mark of its own."""
    logging.disable(logging.CRITICAL)
    kills = run.size(full=50, reduced=3)
    result = _trial(run, run.server("proof-kill-app"), kills)
    careless = run.server("proof-kill-app-control", settings={"synchronous_commit": "off", "wal_writer_delay": "10s"})
    control = _trial(run, careless, run.size(full=6, reduced=2))
    return Outcome(
        n=kills,
        result=result,
        holds=result["acknowledged"] > 0
        and not any(result[name] for name in ("lost", "without_audit", "without_timeline", "doubled")),
        control={"synchronous_commit": "off", **control},
        control_found=control["lost"] > 0,
    )


def _trial(run: Run, server: EmbeddedPostgres, kills: int) -> dict[str, int]:
    told = Told()
    with house(run, admin_url=server.start()) as given:
        objects = Planter(given.world).plant()
        secret = given.world.session_for("agent")
        tickets = [str(ticket) for town in ("Aalburg", "Bergen") for ticket in objects[town]["ticket"]]
        for _round in range(kills):
            _write_until_killed(run, server, given, secret, tickets, told)
            server.start()
            with given.app.app_context():
                db.engine.dispose()
        return {
            "kills": kills,
            "acknowledged": len(told.acknowledged),
            "refused": told.refused,
            **_missing(given, told),
        }


def _write_until_killed(
    run: Run, server: EmbeddedPostgres, given: House, secret: str, tickets: list[str], told: Told
) -> None:  # fmt: skip
    stop = threading.Event()
    threads = [
        threading.Thread(target=_write, args=(given, secret, ticket, told, stop)) for ticket in tickets[:WRITERS]
    ]
    for thread in threads:
        thread.start()
    time.sleep(run.random.uniform(*WRITING))
    for pid in server.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, 9)
    stop.set()
    for thread in threads:
        thread.join()


def _write(given: House, secret: str, ticket: str, told: Told, stop: threading.Event) -> None:
    """Add notes to one ticket until the server is gone; a redirect is the acknowledgement."""
    client = given.app.test_client()
    client.set_cookie("kcc_session", secret)
    while not stop.is_set():
        try:
            with given.world.admin() as admin:
                row = admin.execute("select version from ticket where id = %s", (ticket,)).fetchone()
        except psycopg.OperationalError:
            return
        mark = f"merk{uuid.uuid4().hex}"
        data = {"body": mark, "version": str(row[0] if row else 1), "form_key": str(uuid.uuid4())}
        answer = client.post(f"/tickets/{ticket}/note", data=data)
        if answer.status_code == 303 and "sign-in" not in str(answer.location):
            told.acknowledged.add(mark)
        else:
            told.refused += 1


def _missing(given: House, told: Told) -> dict[str, int]:
    """Notes that were acknowledged and are gone, and notes without their line on the timeline or in the trail."""
    with given.world.admin() as admin:
        kept = [row[0] for row in admin.execute("select body from writing where body like 'merk%'").fetchall()]
        events = _count(
            given,
            "select count(*) from writing w where body like 'merk%' and not exists"
            " (select 1 from ticket_event e where e.writing_id = w.id)",
        )
        audits = _count(given, "select count(*) from audit_entry where verb = 'ticket.wrote'")
        answers = _count(given, "select count(*) from submission where status is not null")
    return {
        "kept": len(kept),
        "lost": len(told.acknowledged - set(kept)),
        "doubled": len(kept) - len(set(kept)),
        "without_timeline": events,
        "without_audit": abs(len(kept) - audits),
        "in_doubt": len(set(kept) - told.acknowledged),
        "remembered_answers": answers,
    }


def _count(given: House, query: str) -> int:
    with given.world.admin() as admin:
        row = admin.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0
