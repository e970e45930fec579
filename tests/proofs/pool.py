"""A scope never rides along with a pooled connection to whoever uses that next."""

from __future__ import annotations

import logging
import random
import threading
from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kcc.core.db import db
from kcc.core.errors import ScopeMissing
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope
from kcc.launch.proving import Outcome, Run, proof
from kcc.municipalities.models import Municipality
from tests.proofs._house import House, house, make_app

THREADS, CONNECTIONS = 8, 3
PEOPLE = {"agent": {"Aalburg", "Bergen"}, "agent_cadzand": {"Cadzand"}, "agent_zuid": {"Drunen"}}
LOUD = "KC001"


class Trouble(Exception):
    """What goes wrong in the middle of a transaction."""


@proof("pool")
def pool(run: Run) -> Outcome:
    """Threads share few connections; a third of the transactions fails midway, a fifth has no scope at all."""
    logging.disable(logging.CRITICAL)
    count = run.size(full=20_000, reduced=2_000)
    with house(run, pool_size=CONNECTIONS) as given:
        secrets = {person: given.world.session_for(person) for person in PEOPLE}
        result = _trial(run, given, secrets, count, careless=False)
        control = _trial(run, given, secrets, run.size(full=4_000, reduced=800), careless=True)
    return Outcome(
        n=result["transactions"],
        result={"threads": THREADS, "connections": CONNECTIONS, **result},
        holds=result["leaks"] == 0 and result["transactions"] >= count and result["saw_own"] > 0,
        control={"scope set for the session instead of the transaction": True, **control},
        control_found=control["leaks"] > 0,
    )


def _trial(run: Run, given: House, secrets: dict[str, str], count: int, *, careless: bool) -> Counter[str]:
    app = make_app(given.urls, CONNECTIONS)
    tally: Counter[str] = Counter(leaks=0, transactions=0, saw_own=0)
    lock = threading.Lock()

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _number in range(-(-count // THREADS)):
            with app.app_context():
                seen = _one(chance, secrets, careless)
            with lock:
                tally["transactions"] += 1
                tally[seen] += 1

    threads = [threading.Thread(target=work, args=(run.seed + number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        db.engine.dispose()
    return tally


def _one(chance: random.Random, secrets: dict[str, str], careless: bool) -> str:
    """One transaction; says whether it saw what is not its own."""
    person = chance.choice(sorted(PEOPLE))
    if chance.random() < 0.2:
        return _without_scope()
    try:
        with scope(secrets[person], Permission.DESK_USE):
            if careless:
                db.session.execute(sa.text("select set_config('kcc.secret', :s, false)"), {"s": secrets[person]})
                db.session.execute(sa.text("select set_config('kcc.permission', 'desk:use', false)"))
            names = set(db.session.scalars(sa.select(Municipality.name)))
            if chance.random() < 0.3:
                raise Trouble
            db.session.commit()
    except Trouble:
        return "raised"
    return "saw_own" if names == PEOPLE[person] else "leaks"


def _without_scope() -> str:
    """SQL without a scope is refused twice: by the application, and past it by the database."""
    try:
        db.session.execute(sa.select(Municipality.name))
        return "leaks"
    except ScopeMissing:
        db.session.rollback()
    try:
        with db.engine.connect() as connection:
            rows: list[Any] = list(connection.execute(sa.text("select name from municipality")))
        return "leaks" if rows else "saw_nothing"
    except DBAPIError as fault:
        return "refused" if getattr(fault.orig, "sqlstate", "") == LOUD else "other_fault"
