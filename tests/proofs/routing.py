"""Each item reaches one agent: many claim at once, and are offered work at once, and nothing is taken twice or left behind."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import sqlalchemy as sa

from kcc.core.db import new_id
from kcc.launch.proving import Outcome, Run, proof
from kcc.routing.rules_choice import Parameters
from tests.proofs._house import House, house

CLAIMERS = 40
ROUNDS, WARM = 8, 20
PARAMETERS = json.dumps(asdict(Parameters()))
SETTINGS = "select set_config('kcc.secret', %s, true), set_config('kcc.permission', 'desk:use', true)"
CLAIM = "select item from kcc_claim_next(%s::jsonb, 'take', clock_timestamp())"
OFFER = "select agent from kcc_offer(%s, %s::jsonb, clock_timestamp())"
DONE = "update work_item set state = 'done', done_at = clock_timestamp() where id = %s"
ACCEPT = (
    "update work_item set state = 'taken', account_id = offered_to, claimed_at = clock_timestamp(), offered_to = null, offer_until = null"
    " where id = %s and state = 'offered' and offered_to = %s"
)
IN_HAND = "select count(*) from work_item where done_at is null and (account_id = %s or offered_to = %s)"


@dataclass(frozen=True)
class Claimer:
    """An agent of the proof, with the secret of its session."""

    account_id: uuid.UUID
    secret: str


@dataclass
class Tally:
    """What a trial saw, of all threads."""

    taken: list[uuid.UUID] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, item: uuid.UUID, seconds: float) -> None:
        """Somebody got an item."""
        with self.lock:
            self.taken.append(item)
            self.seconds.append(seconds)

    def count(self, what: str) -> None:
        """Something happened."""
        with self.lock:
            self.counts[what] += 1


@proof("routing")
def routing(run: Run) -> Outcome:
    """Claimers empty a queue at once; push and pull go on beside each other; a claim without locks is the control."""
    logging.disable(logging.CRITICAL)
    with house(run) as given:
        team = _team(given)
        pull = _pull(run, given, team, run.size(full=10_000, reduced=600))
        mixed = _mixed(given, team, run.size(full=20, reduced=4))
        quick = _quick(given, team, run.size(full=400, reduced=60))
        control = _control(given, team, run.size(full=600, reduced=200))
    limit = run.size(full=10, reduced=200)
    sound = all(part["double"] == part["lost"] == part["deadlocks"] == part["too_full"] == 0 for part in (pull, mixed))
    return Outcome(
        n=pull["items"] + mixed["items"],
        result={"claimers": CLAIMERS, "pull": pull, "push_and_pull": mixed, "with_60_waiting": quick},
        holds=sound and quick["p95_ms"] < limit,
        control={"a claim without locks": True, **control},
        control_found=control["double"] > 0,
    )


def _team(given: House) -> list[Claimer]:
    """Agents of all towns of one centre, available, each with a session."""
    towns = [given.world.towns[name] for name in ("Aalburg", "Bergen", "Cadzand")]
    made = [Claimer(new_id(), secrets.token_urlsafe(32)) for _number in range(CLAIMERS)]
    with given.world.admin() as admin:
        for number, each in enumerate(made):
            admin.execute(
                "insert into account (id, email, name, locale, shortcuts_on, active, created_at) values (%s, %s, %s, 'nl', true, true, now())",
                (each.account_id, f"claimer{number}@kcc.example", f"Claimer {number}"),
            )
            for town in towns:
                admin.execute(
                    "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, 'agent', '2011-01-01')",
                    (new_id(), town, each.account_id),
                )
            admin.execute(
                "insert into guard.door (secret_hash, kind, account_id, second_factor, expires_at) values (%s, 'session', %s, true, now() + interval '1 day')",
                (hashlib.sha256(each.secret.encode()).digest(), each.account_id),
            )
            admin.execute(
                "insert into agent_state (account_id, centre_id, state, reason, since, idle_since, resume) values (%s, %s, 'available', '', now(), now(), 'available')",
                (each.account_id, given.world.centres["noord"]),
            )
    return made


def _fill(given: House, count: int, *, hours_ago: float, calls: float) -> None:
    """Items of three towns: a part of callers, the rest mail; nothing else in the queue."""
    towns = [given.world.towns[name] for name in ("Aalburg", "Bergen", "Cadzand")]
    began = datetime.now(UTC) - timedelta(hours=hours_ago)
    with given.world.admin() as admin:
        admin.execute("truncate work_item cascade")
        admin.execute(
            "insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since, due_at,"
            " boost_seconds, in_profile, cost, interruptions, refused_by)"
            " select gen_random_uuid(), (%s::int[])[1 + n %% 3], case when n < %s then 'call' else 'mail' end, case when n < %s then 'phone' else 'email' end,"
            " gen_random_uuid(), '', 'nl', 'waiting', case when n < %s then 2 else 4 end, %s::timestamptz + n * interval '1 millisecond',"
            " %s::timestamptz + interval '2 days', 0, true, 100, 0, '{}' from generate_series(1, %s) n",
            (towns, count * calls, count * calls, count * calls, began, began, count),
        )
        admin.execute("analyze work_item")


@contextmanager
def _connection(given: House) -> Iterator[psycopg.Connection[Any]]:
    url = sa.engine.make_url(given.urls["KCC_APP_URL"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        yield connection


def _together(given: House, team: list[Claimer], work: Callable[[psycopg.Connection[Any], Claimer], None]) -> None:
    """Every claimer works on a connection of their own, all at once."""
    start = threading.Barrier(len(team))

    def begin(claimer: Claimer) -> None:
        with _connection(given) as connection:
            start.wait()
            work(connection, claimer)

    threads = [threading.Thread(target=begin, args=(claimer,)) for claimer in team]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _pull(run: Run, given: House, team: list[Claimer], count: int) -> dict[str, Any]:
    _fill(given, count, hours_ago=2, calls=0.2)
    tally = Tally()
    began = time.monotonic()

    def work(connection: psycopg.Connection[Any], claimer: Claimer) -> None:
        misses = 0
        while misses < 3:
            item = _claim(connection, claimer, tally)
            if item is None:
                misses += 1
                time.sleep(0.05)
            else:
                _finish(connection, claimer, item, tally)

    _together(given, team, work)
    run.say(f"{len(tally.taken)} claims in {time.monotonic() - began:.0f} s")
    return {**_judge(given, tally, count), "claims_per_second": round(count / (time.monotonic() - began), 1)}


def _claim(connection: psycopg.Connection[Any], claimer: Claimer, tally: Tally) -> uuid.UUID | None:
    began = time.perf_counter()
    try:
        with connection.transaction():
            connection.execute(SETTINGS, (claimer.secret,))
            row = connection.execute(CLAIM, (PARAMETERS,)).fetchone()
            item = row[0] if row else None
            if item is not None:
                _count_hands(connection, claimer, tally)
    except psycopg.errors.DeadlockDetected:
        tally.count("deadlocks")
        return None
    if item is not None:
        tally.note(item, time.perf_counter() - began)
    return item


def _count_hands(connection: psycopg.Connection[Any], claimer: Claimer, tally: Tally) -> None:
    (held,) = connection.execute(IN_HAND, (claimer.account_id, claimer.account_id)).fetchone() or (0,)
    if held > 1:
        tally.count("too_full")


def _finish(connection: psycopg.Connection[Any], claimer: Claimer, item: uuid.UUID, tally: Tally) -> None:
    try:
        with connection.transaction():
            connection.execute(SETTINGS, (claimer.secret,))
            connection.execute(DONE, (item,))
    except psycopg.errors.DeadlockDetected:
        tally.count("deadlocks")


def _judge(given: House, tally: Tally, count: int) -> dict[str, Any]:
    """Taken twice, left behind, deadlocked, held too much: by what the claimers got and by what the table says."""
    with given.world.admin() as admin:
        (left,) = admin.execute("select count(*) from work_item where done_at is null").fetchone() or (0,)
    return {
        "items": count,
        "taken": len(tally.taken),
        "double": len(tally.taken) - len(set(tally.taken)),
        "lost": count - len(set(tally.taken)) + int(left),
        "deadlocks": tally.counts["deadlocks"],
        "too_full": tally.counts["too_full"],
        "p95_ms": _p95(tally.seconds),
    }


def _mixed(given: House, team: list[Claimer], seconds: int) -> dict[str, Any]:
    """Half of the agents ask, the others are offered what arrives and accept it; callers keep coming in."""
    _fill(given, 1, hours_ago=0, calls=1)
    tally, arrivals = Tally(), [0]
    until = time.monotonic() + seconds
    pushers = {claimer.account_id for claimer in team[: CLAIMERS // 4]}

    def work(connection: psycopg.Connection[Any], claimer: Claimer) -> None:
        while time.monotonic() < until:
            if claimer.account_id in pushers:
                _arrive(connection, claimer, given, tally, arrivals)
            item = _ringing(connection, claimer) or _claim(connection, claimer, tally)
            if item is None:
                time.sleep(0.005)
                continue
            _accept(connection, claimer, item, tally)
            _finish(connection, claimer, item, tally)
        _empty(connection, claimer, tally)

    _together(given, team, work)
    with _connection(given) as connection:
        for claimer in team:
            _empty(connection, claimer, tally)
    return {**_judge(given, tally, arrivals[0] + 1), "seconds": seconds, "offered": tally.counts["offered"]}


def _arrive(
    connection: psycopg.Connection[Any], claimer: Claimer, given: House, tally: Tally, arrivals: list[int]
) -> None:
    """A caller comes in and is offered at once to whoever should have them."""
    item = new_id()
    with connection.transaction():
        connection.execute(SETTINGS, (claimer.secret,))
        connection.execute(
            "insert into work_item (id, municipality_id, kind, channel, subject_id, topic_group, language, state, priority_class, since,"
            " boost_seconds, in_profile, cost, interruptions, refused_by)"
            " values (%s, %s, 'call', 'phone', %s, '', 'nl', 'waiting', 2, clock_timestamp(), 0, true, 100, 0, '{}')",
            (item, given.world.towns["Aalburg"], item),
        )
    with tally.lock:
        arrivals[0] += 1
    try:
        with connection.transaction():
            connection.execute(SETTINGS, (claimer.secret,))
            row = connection.execute(OFFER, (item, PARAMETERS)).fetchone()
    except psycopg.errors.DeadlockDetected:
        tally.count("deadlocks")
        return
    if row and row[0]:
        tally.count("offered")


def _ringing(connection: psycopg.Connection[Any], claimer: Claimer) -> uuid.UUID | None:
    with connection.transaction():
        connection.execute(SETTINGS, (claimer.secret,))
        row = connection.execute(
            "select id from work_item where offered_to = %s and state = 'offered'", (claimer.account_id,)
        ).fetchone()
    return row[0] if row else None


def _accept(connection: psycopg.Connection[Any], claimer: Claimer, item: uuid.UUID, tally: Tally) -> None:
    with connection.transaction():
        connection.execute(SETTINGS, (claimer.secret,))
        accepted = connection.execute(ACCEPT, (item, claimer.account_id)).rowcount
        if accepted:
            _count_hands(connection, claimer, tally)
    if accepted:
        tally.note(item, 0.0)


def _empty(connection: psycopg.Connection[Any], claimer: Claimer, tally: Tally) -> None:
    """Take what is left, when no more comes in."""
    while (item := _ringing(connection, claimer) or _claim(connection, claimer, tally)) is not None:
        _accept(connection, claimer, item, tally)
        _finish(connection, claimer, item, tally)


def _quick(given: House, team: list[Claimer], times: int) -> dict[str, Any]:
    """How long a claim takes with sixty waiting; each is taken back, so that sixty stay. All rounds count together."""
    _fill(given, 60, hours_ago=0.01, calls=0.5)
    rounds = [_round(given, team, times) for _number in range(ROUNDS)]
    together = [seconds for each in rounds for seconds in each]
    return {
        "claims": times * ROUNDS,
        "p50_ms": round(statistics.median(together) * 1000, 2),
        "p95_ms": _p95(together),
        "p95_ms_of_each_round": [_p95(each) for each in rounds],
    }


def _round(given: House, team: list[Claimer], times: int) -> list[float]:
    taken = []
    with _connection(given) as connection:
        for number in range(times + WARM):
            with connection.transaction(force_rollback=True):
                connection.execute(SETTINGS, (team[number % CLAIMERS].secret,))
                began = time.perf_counter()
                connection.execute(CLAIM, (PARAMETERS,)).fetchone()
                taken.append(time.perf_counter() - began)
    return taken[WARM:]


def _control(given: House, team: list[Claimer], count: int) -> dict[str, Any]:
    """The same crowd with a claim that reads first and writes afterwards, without a lock."""
    _fill(given, count, hours_ago=2, calls=0)
    tally = Tally()

    def work(connection: psycopg.Connection[Any], claimer: Claimer) -> None:
        while True:
            with connection.transaction():
                connection.execute(SETTINGS, (claimer.secret,))
                row = connection.execute(
                    "select id from work_item where state = 'waiting' order by due_at, since limit 1"
                ).fetchone()
                if row is None:
                    return
                connection.execute(
                    "update work_item set state = 'done', done_at = now(), account_id = %s where id = %s",
                    (claimer.account_id, row[0]),
                )
            tally.note(row[0], 0.0)

    _together(given, team, work)
    return {"items": count, "taken": len(tally.taken), "double": len(tally.taken) - len(set(tally.taken))}


def _p95(seconds: list[float]) -> float:
    measured = sorted(second for second in seconds if second)
    return round(measured[int(len(measured) * 0.95)] * 1000, 2) if measured else 0.0
