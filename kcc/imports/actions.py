"""What people do with an import: bring a file, choose its columns, try it, take it over, stop it, undo it. None commits."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from kcc.core import audit, jobs
from kcc.core.cleaning import clean_text
from kcc.core.clock import now
from kcc.core.csv_shapes import decoded, rows_of, shape_of
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.imports import queries, rules
from kcc.imports.models import ImportMapping, ImportRefusal, ImportRun
from kcc.imports.rules_kinds import KINDS
from kcc.integrations.file_store import FileStore
from kcc.municipalities import queries as municipalities

FOLDER = "imports"
FILE_KEPT = timedelta(days=14)
GRACE_SECONDS = 3600.0
BUSY = ("running", "undoing")


def store() -> FileStore:
    """Where the files of imports stand: beside those of tickets, so that nobody takes them for attachments."""
    return FileStore(Path(current_app.config["SETTINGS"].files_path) / FOLDER)


def bring_file(*, actor: Actor, municipality_id: int, kind: str, name: str, data: bytes) -> ImportRun:
    """Keep a file as a new run of a town; its columns are chosen by what they are called, or as last time.

    Raises InvalidInput (field ``file``, with the line) for a file that is no list of rows, NotFound for a town out of sight
    or a kind that does not exist.
    """
    town = municipalities.municipality(municipality_id)
    if kind not in KINDS:
        raise NotFound
    shape = shape_of(data)
    filled, total = [0] * len(shape.columns), 0
    for row in rows_of(decoded(data, shape.encoding), shape):
        total += 1
        for place, cell in enumerate(row.cells or ()):
            filled[place] += bool(cell and not cell.isspace())
    if not total:
        raise InvalidInput("In dit bestand staan geen regels onder de eerste.", field="file")
    remembered = queries.remembered(town.id, kind)
    mapping = rules.choose_columns(KINDS[kind], shape.columns, remembered)
    other_topic = remembered.get("other_topic")
    run = ImportRun(
        id=new_id(),
        municipality_id=town.id,
        kind=kind,
        state="new" if rules.missing(KINDS[kind], mapping) else "ready",
        file_name=clean_text(Path(name).name, multiline=False)[:120],
        sha256=hashlib.sha256(data).digest(),
        size=len(data),
        encoding=shape.encoding,
        separator=shape.separator,
        columns=list(shape.columns),
        filled=filled,
        start_place=shape.start,
        start_line=shape.line,
        mapping=mapping,
        options={"other_topic": int(other_topic)} if other_topic else {},
        rows_total=total,
        account_id=actor.account_id,
    )
    store().put(town.id, run.id, data)
    db.session.add(run)
    db.session.flush()
    _record(actor, run, "import.file_kept")
    return run


def choose_columns(
    *, actor: Actor, run_id: uuid.UUID, mapping: Mapping[str, str], other_topic: int | None = None
) -> ImportRun:
    """Say which column each field is in, and remember it for the town's next file of this kind; ``other_topic`` is for rows
    whose own topic the town does not have.

    Raises InvalidInput at ``other_topic`` for a topic that the town does not have, and at the field ``column_NAME`` for a wanted field without column, a column that is not there or is
    chosen twice; InvalidState while the run is busy or over.
    """
    run = _waiting(run_id)
    kind = KINDS[run.kind]
    chosen = {key: column for key, column in mapping.items() if column and key in kind.by_key}
    for key, column in chosen.items():
        if column not in run.columns:
            raise InvalidInput("Deze kolom staat niet in het bestand.", field=f"column_{key}")
        if list(chosen.values()).count(column) > 1:
            raise InvalidInput("Deze kolom is twee keer gekozen.", field=f"column_{key}")
    for key in rules.missing(kind, chosen):
        raise InvalidInput("Kies hier een kolom.", field=f"column_{key}")
    if other_topic is not None and other_topic not in {one.id for one in municipalities.topics_of(run.municipality_id)}:
        raise InvalidInput("De gemeente heeft dit onderwerp niet.", field="other_topic")
    run.mapping, run.state = chosen, "ready"
    run.options = {**run.options, "other_topic": other_topic}
    remembered = {**chosen, "other_topic": str(other_topic or "")}
    statement = insert(ImportMapping).values(municipality_id=run.municipality_id, kind=run.kind, mapping=remembered)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["municipality_id", "kind"], set_={"mapping": statement.excluded.mapping}
        )
    )
    db.session.flush()
    _record(actor, run, "import.columns_chosen", sorted(chosen))
    return run


def begin(*, actor: Actor, run_id: uuid.UUID, dry_run: bool, by_job: bool = True) -> ImportRun:
    """Start a pass over the file, a trial or a real one; ``by_job`` has the worker do it.

    Raises InvalidState while the run is busy, when it was taken over already, or its file is gone.
    """
    run = _waiting(run_id)
    if run.state == "new":
        raise InvalidState("Kies eerst de kolommen.")
    if not run.file_kept:
        raise InvalidState("Het bestand is niet bewaard. Lever het opnieuw aan.")
    run.state, run.dry_run, run.passes = "running", dry_run, run.passes + 1
    run.place, run.line = run.start_place, run.start_line
    for count in ("rows_read", "added", "changed", "unchanged", "joined", "kept", "refused", "removed", "left_behind"):
        setattr(run, count, 0)
    run.started_at, run.ended_at = now(), None
    _forget_refusals(run)
    db.session.flush()
    _record(actor, run, "import.trial_begun" if dry_run else "import.begun")
    if by_job:
        enqueue_step(run)
    return run


def stop(*, actor: Actor, run_id: uuid.UUID) -> ImportRun:
    """Stop a pass after the chunk that is being done. What was taken over stays, and can be undone. Raises InvalidState."""
    run = queries.run(run_id, locked=True)
    if run.state != "running":
        raise InvalidState("Deze import is niet bezig.")
    run.state, run.ended_at = "stopped", now()
    db.session.flush()
    _record(actor, run, "import.stopped")
    return run


def go_on(*, actor: Actor, run_id: uuid.UUID) -> ImportRun:
    """Go on with a pass that was stopped, at the row where it was. Raises InvalidState when it was not, or its file is gone."""
    run = queries.run(run_id, locked=True)
    if run.state != "stopped" or not run.file_kept:
        raise InvalidState("Deze import is niet gestopt, of het bestand is niet meer bewaard.")
    run.state, run.passes, run.ended_at = "running", run.passes + 1, None
    db.session.flush()
    _record(actor, run, "import.gone_on")
    enqueue_step(run)
    return run


def begin_undo(*, actor: Actor, run_id: uuid.UUID) -> ImportRun:
    """Have the worker remove what a run made, as far as nothing uses it. Raises InvalidState when there is nothing to undo."""
    run = queries.run(run_id, locked=True)
    if run.dry_run or run.state not in ("done", "stopped"):
        raise InvalidState("Er is niets om terug te draaien.")
    run.state, run.passes, run.removed, run.left_behind = "undoing", run.passes + 1, 0, 0
    _forget_refusals(run)
    run.options = {**run.options, "undo_after": ""}
    db.session.flush()
    _record(actor, run, "import.undo_begun")
    enqueue_step(run)
    return run


def enqueue_step(run: ImportRun) -> None:
    """Have the next chunk done; the pass and the place make it one job, however often this is asked."""
    at = run.options.get("undo_after", "") if run.state == "undoing" else run.place
    jobs.enqueue(
        "imports.step",
        municipality_id=run.municipality_id,
        key=f"{run.id}:{run.passes}:{hashlib.sha256(str(at).encode()).hexdigest()[:16]}",
        args={"run": str(run.id)},
    )


def tidy(*, actor: Actor, municipality_id: int, at: datetime, grace_seconds: float = GRACE_SECONDS) -> int:
    """Remove files of a town that nothing is to be done with: of runs two weeks old, and those without a run."""
    files, gone = store(), 0
    for run in queries.finished_files(municipality_id, at - FILE_KEPT):
        if run.state not in BUSY:
            drop_file(actor=actor, run=run)
            gone += 1
    known = queries.run_ids(municipality_id)
    for file_id in list(files.ids(municipality_id, older_than=grace_seconds)):
        if file_id not in known:
            files.remove(municipality_id, file_id)
            gone += 1
    db.session.flush()
    return gone


def tried_id(run: ImportRun) -> uuid.UUID:
    """Under which name what a trial of this run has met is kept beside its file."""
    return uuid.uuid5(run.id, "tried")


def forget_trial(run: ImportRun) -> None:
    """Remove what a trial had met."""
    store().remove(run.municipality_id, tried_id(run))


def drop_file(*, actor: Actor, run: ImportRun) -> None:
    """Remove the bytes of a run; what is known of them stays."""
    run.file_kept = False
    store().remove(run.municipality_id, run.id)
    forget_trial(run)
    _record(actor, run, "import.file_removed")


def _waiting(run_id: uuid.UUID) -> ImportRun:
    run = queries.run(run_id, locked=True)
    taken_over = run.state in ("done", "stopped") and not run.dry_run
    if run.state in BUSY or taken_over or run.state == "undone":
        raise InvalidState("Deze import is bezig of al gedaan.")
    return run


def _forget_refusals(run: ImportRun) -> None:
    db.session.execute(
        sa.delete(ImportRefusal).where(
            ImportRefusal.municipality_id == run.municipality_id, ImportRefusal.run_id == run.id
        )
    )


def _record(actor: Actor, run: ImportRun, verb: str, fields: list[str] | None = None) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="import_run",
        subject_id=run.id,
        municipality_id=run.municipality_id,
        fields=fields or [run.kind],
    )
