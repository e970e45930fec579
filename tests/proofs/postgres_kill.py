"""Nothing acknowledged is lost when PostgreSQL is killed in the middle of writing."""

import os
import threading
import time
from contextlib import suppress

import psycopg

from kcc.launch.postgres import EmbeddedPostgres
from kcc.launch.proving import Outcome, Run, proof

WRITERS = 4
WRITING = (0.05, 0.4)  # seconds of writing before the kill


@proof("postgres-kill")
def postgres_kill(run: Run) -> Outcome:
    """`kill -9` of every server process while four connections commit; what was acknowledged must be
    there."""
    kills = run.size(full=50, reduced=4)
    result = _trial(run, run.server("proof-kill"), kills)
    careless = run.server("proof-kill-control", settings={"synchronous_commit": "off"})
    control = _trial(run, careless, run.size(full=10, reduced=3))
    return Outcome(
        n=kills,
        result=result,
        holds=result["acknowledged_lost"] == 0 and result["acknowledged"] > 0,
        control={"synchronous_commit": "off", **control},
        control_found=control["acknowledged_lost"] > 0,
    )


def _trial(run: Run, server: EmbeddedPostgres, kills: int) -> dict[str, int]:
    acknowledged: set[int] = set()
    interrupted = 0
    with psycopg.connect(server.start(), autocommit=True) as connection:
        connection.execute("drop table if exists kept")
        connection.execute("create table kept (id bigint primary key, words text not null)")
    for at in range(kills):
        interrupted += _write_until_killed(run, server, at, acknowledged)
    with psycopg.connect(server.start()) as connection:
        kept = {row[0] for row in connection.execute("select id from kept")}
    server.stop()
    return {
        "kills": kills,
        "writers_interrupted": interrupted,
        "acknowledged": len(acknowledged),
        "acknowledged_lost": len(acknowledged - kept),
    }


def _write_until_killed(run: Run, server: EmbeddedPostgres, at: int, acknowledged: set[int]) -> int:
    """One round; adds what was acknowledged and returns how many writers were cut off."""
    url = server.start()
    told: list[list[int]] = [[] for _ in range(WRITERS)]
    cut_off: list[int] = []
    ready = threading.Barrier(WRITERS + 1, timeout=30)

    def write(writer: int) -> None:
        with suppress(psycopg.Error), psycopg.connect(url) as connection:
            ready.wait()
            try:
                for number in range(10_000_000):
                    row = (at * WRITERS + writer) * 10_000_000 + number
                    connection.execute("insert into kept values (%s, %s)", (row, "x" * 200))
                    connection.commit()
                    told[writer].append(row)
            except psycopg.OperationalError:
                cut_off.append(writer)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in writers:
        thread.start()
    ready.wait()
    time.sleep(run.random.uniform(*WRITING))
    for pid in server.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, 9)
    for thread in writers:
        thread.join()
    for rows in told:
        acknowledged.update(rows)
    return len(cut_off)
