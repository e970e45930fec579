"""Old questions with their contacts come in whole and in time, a killed worker and a second import of the same file included."""

from __future__ import annotations

import io
import random
import time
from unittest import mock

from kcc.core import jobs
from kcc.core.csv_shapes import RawRow
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.imports import actions, actions_steps, queries
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._house import House, house

MOST_SECONDS = 120
WORDS = (
    "paspoort rijbewijs afval container lantaarn straat boom vergunning verhuizing belasting aanslag afspraak balie melding overlast geluid "
    "stoep fiets parkeren markt school zwembad uitkering aanvraag formulier brief bezwaar termijn medewerker gemeente wijk buurt water riool"
).split()
BROKEN_EVERY = 500
"""Each of so many rows has a topic that the town does not have: the report must name exactly those."""


@proof("imports")
def imports(run: Run) -> Outcome:
    """A file of old questions by jobs of one worker, killed half-way; then again: counts, refusals, seconds."""
    rows = run.size(full=100_000, reduced=2000)
    with house(run) as given, given.app.app_context():
        text, broken = _file(rows, run.random)
        begun = time.monotonic()
        first = _take_over(given, text, kill_after=rows // 2000)
        seconds = time.monotonic() - begun
        run.say(f"{rows} rows in {seconds:.1f} s")
        facts = _facts(given)
        again = _take_over(given, text)
        whole = _whole(first, again, facts, rows, broken) and _facts(given) == facts
        control = _careless(given, rows, run.random)
    result = {
        "rows": rows, "seconds": round(seconds, 1), "rows_a_second": round(rows / seconds), "added": first["added"],
        "refused": first["refused"], "again_added": again["added"], "tickets": facts["ticket"], "contacts": facts["contact"],
    }  # fmt: skip
    holds = whole and seconds <= MOST_SECONDS
    return Outcome(rows, result, holds, control, bool(control["lost_or_doubled"]))


def _file(rows: int, chance: random.Random, prefix: str = "Z") -> tuple[str, int]:
    out = io.StringIO()
    out.write("Kenmerk;Onderwerp;Geopend;Gesloten;Kanaal;Vraag;Antwoord;Naam;Telefoon;E-mail\n")
    broken = 0
    for number in range(rows):
        wrong = number % BROKEN_EVERY == BROKEN_EVERY - 1
        broken += wrong
        day = f"20{chance.randrange(15, 25)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
        question, answer = (" ".join(chance.choices(WORDS, k=length)) for length in (14, 18))
        topic = "iets dat niet bestaat" if wrong else chance.choice(("paspoort", "Grofvuil laten ophalen"))
        out.write(
            f"{prefix}-{number};{topic};{day} 10:{number % 60:02};{day} 11:00;{chance.choice(('telefoon', 'balie', 'e-mail'))};{question};"
            f"{answer};Inwoner {number % 9973};06{10_000_000 + number % 9973};inwoner{number % 9973}@example.nl\n"
        )
    return out.getvalue(), broken


def _take_over(given: House, text: str, kill_after: int | None = None) -> dict[str, int]:
    """Bring and take over as an administrator and the worker do; the worker dies once in the middle of a chunk."""
    world = given.world
    with world.scope("administrator", Permission.SETUP_MANAGE) as actor:
        made = actions.bring_file(
            actor=actor, municipality_id=world.towns["Aalburg"], kind="tickets", name="oud.csv", data=text.encode()
        )
        run_id = made.id
        actions.begin(actor=actor, run_id=run_id, dry_run=False)
        db.session.commit()
    done = 0
    while True:
        job = jobs.claim()
        if job is None:
            break
        if kill_after is not None and done == kill_after:
            kill_after = None
            _die_in(given, job)
            continue
        assert jobs.run(job) == "done"
        done += 1
    with world.scope("administrator", Permission.SETUP_MANAGE):
        run = queries.run(run_id)
        assert run.state == "done"
        return {"added": run.added, "unchanged": run.unchanged, "refused": run.refused, "read": run.rows_read}


def _die_in(given: House, job: jobs.Claimed) -> None:
    """All of a chunk is done, and then the worker is gone: its transaction is lost, and its lease runs out."""
    with (
        mock.patch.object(actions, "enqueue_step", side_effect=MemoryError),
        mock.patch.object(jobs, "_fail", return_value="lost"),
    ):
        assert jobs.run(job) == "lost"
    with given.world.admin() as admin:
        admin.execute("update job set leased_until = now() - interval '1 second' where state = 'running'")


def _facts(given: House) -> dict[str, int]:
    with given.world.admin() as admin:
        tables = ("ticket", "contact", "involvement", "writing", "ticket_terms", "import_record")
        query = " union all ".join(f"select '{table}', count(*) from {table}" for table in tables)
        return dict(admin.execute(query.encode()).fetchall())  # type: ignore[arg-type]


def _whole(first: dict[str, int], again: dict[str, int], facts: dict[str, int], rows: int, broken: int) -> bool:
    good = rows - broken
    return (
        first == {"added": good, "unchanged": 0, "refused": broken, "read": rows}
        and again == {"added": 0, "unchanged": good, "refused": broken, "read": rows}
        and all(facts[table] == good for table in ("ticket", "contact", "involvement", "ticket_terms", "import_record"))
        and facts["writing"] == 3 * good
    )


def _careless(given: House, rows: int, chance: random.Random) -> dict[str, object]:
    """The control: each chunk begins a row too late, as a kernel would that lost its place."""
    given.world.empty()
    wanted = min(rows, 3000)
    text, broken = _file(wanted, chance, "C")
    real = actions_steps.rows_of

    def late(*args: object) -> object:
        found = real(*args)  # type: ignore[arg-type]
        return (RawRow(row.line, row.cells, row.next_place + 40, row.next_line) for row in found)

    with mock.patch.object(actions_steps, "rows_of", late):
        first = _take_over(given, text)
    facts = _facts(given)
    return {"added": first["added"], "wanted": wanted - broken, "lost_or_doubled": facts["ticket"] != wanted - broken}
