"""No job is lost and no effect doubled when workers are killed, or stall past their lease, in the middle of a job."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import psycopg

from kcc.core import audit, jobs
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._house import House, house

WORKERS = 3
LEASE_SECONDS = 1
STALL_SECONDS = LEASE_SECONDS + 0.5
EFFECT = "proof.effect"
DEADLINE_SECONDS = 240
CARELESS = """
create or replace function public.kcc_finish_job(job_id uuid, token_given integer) returns boolean
language plpgsql security definer set search_path = guard, pg_catalog, pg_temp as $$
begin
  update public.job set state = 'done', done_at = now(), leased_until = null where id = job_id;
  return found;
end $$
"""
"""The control's fault: whoever comes last may finish, whatever token it holds."""


@proof("worker-kill")
def worker_kill(run: Run) -> Outcome:
    """`kill -9` of a worker at even steps through the work, and workers stopped past their lease; then count effects."""
    count, kills = run.size(full=4000, reduced=200), run.size(full=50, reduced=25)
    with house(run) as place:
        result = _trial(run, place, count, kills, stalls=run.size(full=20, reduced=5), pause=0.06)
    with house(run) as place, psycopg.connect(place.admin_url, autocommit=True) as admin:
        admin.execute(CARELESS.encode())
        control = _trial(run, place, 60, kills=5, stalls=6, pause=0.25)
    sound = all(result[name] == 0 for name in ("lost", "doubled", "done_without_effect"))
    return Outcome(
        n=kills,
        result=result,
        holds=sound and result["kills"] == kills and result["jobs"] == count,
        control={"fault": "finished without looking at the token", **control},
        control_found=control["doubled"] > 0,
    )


def _trial(run: Run, place: House, count: int, kills: int, stalls: int, pause: float) -> dict[str, Any]:
    """Figures of ``count`` jobs. Most kills and stalls fall within the ``pause`` (seconds) between a job's effect and end."""
    jobs.HANDLERS[EFFECT] = partial(_effect, pause)
    with psycopg.connect(place.admin_url, autocommit=True) as admin:
        # Each a minute younger than the one before: a job whose lease ran out is the next to be claimed.
        admin.execute(
            "insert into job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)"
            " select gen_random_uuid(), %s, %s, 'proof:' || n, '{}', 'waiting', now() - make_interval(mins => %s - n), 0, 0, now()"
            " from generate_series(1, %s) n",
            (place.world.towns["Aalburg"], EFFECT, count, count),
        )
        workers = [_start(place) for _number in range(WORKERS)]
        done = partial(_count, admin, "select count(*) from job where name = %s and state = 'done'")
        try:
            killed, stalled = _disturb(run, place, workers, done, count, kills, stalls)
            _wait(lambda: done() == count)
        finally:
            for worker in workers:
                _end(worker)
        time.sleep(0.2)
        effects = "select count(*) as n from audit_entry where verb = %s group by subject_id"
        return {
            "jobs": count,
            "kills": killed,
            "stalls": stalled,
            "claims": _count(admin, "select sum(attempts) from job where name = %s"),
            "lost": count - done(),
            "doubled": _count(admin, f"select count(*) from ({effects}) e where n > 1"),
            "done_without_effect": count - _count(admin, f"select count(*) from ({effects}) e"),
        }


def _disturb(
    run: Run, place: House, workers: list[int], done: Callable[[], int], count: int, kills: int, stalls: int
) -> tuple[int, int]:
    """Kill and stop workers at even steps through the work; a killed one is replaced at once."""
    acts = ["kill"] * kills + ["stall"] * stalls
    run.random.shuffle(acts)
    made = {"kill": 0, "stall": 0}
    for number, act in enumerate(acts, start=1):
        due = number * count // (len(acts) + 1)
        _wait(lambda due=due: done() >= due)  # type: ignore[misc]
        chosen = run.random.randrange(len(workers))
        time.sleep(run.random.uniform(0, 0.01))
        if act == "kill":
            _end(workers[chosen])
            workers[chosen] = _start(place)
        else:
            os.kill(workers[chosen], signal.SIGSTOP)
            time.sleep(STALL_SECONDS)
            os.kill(workers[chosen], signal.SIGCONT)
        made[act] += 1
    return made["kill"], made["stall"]


def _start(place: House) -> int:
    """A worker as the product runs it, in a process of its own, with a short lease and one more kind of job."""
    pid = os.fork()
    if pid:
        return pid
    try:
        _work(place)
    finally:
        os._exit(1)


def _work(place: House) -> None:
    with place.app.app_context():
        # What the parent holds open is the parent's: begin with connections of one's own.
        db.engine.dispose(close=False)
        claim = jobs.claim
        jobs.claim = partial(claim, LEASE_SECONDS)  # type: ignore[assignment]
        place.app.cli.commands["worker"].main([], standalone_mode=False)


def _effect(pause: float, job: jobs.Claimed) -> None:
    audit.record(
        actor=Actor.job(), verb=EFFECT, subject_type="job", subject_id=job.id, municipality_id=job.municipality_id
    )
    db.session.flush()
    time.sleep(pause)


def _end(worker: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(worker, 0)


def _count(admin: psycopg.Connection[Any], statement: str) -> int:
    row = admin.execute(statement.encode(), (EFFECT,)).fetchone()
    return int(row[0] or 0) if row else 0


def _wait(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + DEADLINE_SECONDS
    while not reached():
        if time.monotonic() > until:
            return
        time.sleep(0.01)
