"""One chunk of an import: read, written, counted, and the place for the next, all in one transaction.

A worker that is killed leaves nothing of its chunk; the next one begins where that began. A trial goes the same way inside a
savepoint that is rolled back: it writes nothing but the report.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError

from kcc.core import audit
from kcc.core.clock import now
from kcc.core.csv_shapes import RawRow, Shape, decoded, rows_of
from kcc.core.db import db, new_id
from kcc.core.errors import NotAllowed
from kcc.core.permissions import Actor
from kcc.imports import actions, actions_national, actions_tickets, actions_town, actions_trying, queries, rules
from kcc.imports.actions_writing import WRITERS, Batch, Row, Writer
from kcc.imports.models import ImportRecord, ImportRefusal, ImportRun
from kcc.imports.rules_kinds import KINDS

__all__ = ["actions_national", "actions_tickets", "actions_town"]
logger = logging.getLogger(__name__)
COUNTS = ("added", "changed", "unchanged", "joined", "kept")
UNDO_CHUNK = 1000


def take_step(*, actor: Actor, run_id: uuid.UUID) -> bool:
    """Do the next chunk of a run; returns whether there is more to do. A run that was stopped or is over: nothing is done.

    Raises NotAllowed for rows about citizens by anybody but a job, which sees that one town only.
    """
    run = queries.run(run_id, locked=True)
    if KINDS[run.kind].personal and actor.kind != "job":
        raise NotAllowed
    if run.state == "undoing":
        return _undo_step(actor, run)
    if run.state != "running":
        return False
    kind = KINDS[run.kind]
    shape = Shape(run.encoding, run.separator, tuple(run.columns), run.start_place, run.start_line)
    try:
        text = decoded(actions.store().read(run.municipality_id, run.id), run.encoding)
    except FileNotFoundError:
        return _give_up(actor, run)
    raw, begins = list(islice(rows_of(text, shape, run.place, run.line), kind.chunk)), run.line
    batch = _written(run, _readable(run, raw))
    if run.dry_run:
        # What stands beside the rows of a kind ("~") is counted by nobody.
        names = batch.named or [key for key, _subject in batch.made if key[:1] != "~"]
        again = actions_trying.met_again(run, names, begins)
        batch.added, batch.joined = batch.added - again, batch.joined + again
    if raw:
        run.place, run.line = raw[-1].next_place, raw[-1].next_line
    run.rows_read += len(raw)
    for count in COUNTS:
        setattr(run, count, getattr(run, count) + getattr(batch, count))
    run.refused += len({line for line, _field, _code in batch.refusals})
    _keep_refusals(run, batch.refusals)
    if len(raw) == kind.chunk:
        db.session.flush()
        return True
    _finish(actor, run)
    return False


def _readable(run: ImportRun, raw: Sequence[RawRow]) -> Batch:
    kind = KINDS[run.kind]
    places = {key: run.columns.index(column) for key, column in run.mapping.items() if column in run.columns}
    rows: list[Row] = []
    refusals: list[tuple[int, str, str]] = []
    for each in raw:
        if each.cells is None:
            refusals.append((each.line, "", "columns"))
            continue
        values, faults = rules.read_row(kind, each.cells, places)
        refusals += [(each.line, field, code) for field, code in faults]
        if not faults:
            rows.append(Row(each.line, values))
    return Batch(run, rows, refusals=refusals)


def _written(run: ImportRun, batch: Batch) -> Batch:
    """Write the rows together; when the database refuses one, each alone, so that only that one is left out."""
    dry, unread = run.dry_run, batch.refusals
    together = Batch(run, batch.rows)
    if _within(lambda: _write(together), keep=not dry):
        together.refusals += unread
        return together
    result = Batch(run, batch.rows, refusals=list(unread))
    for row in batch.rows:
        alone = Batch(run, [row])
        if not _within(lambda alone=alone: _write(alone), keep=not dry):  # type: ignore[misc]
            result.refuse(row, "", "database")
            continue
        result.refusals += alone.refusals
        result.made += alone.made
        result.named += alone.named
        for count in COUNTS:
            setattr(result, count, getattr(result, count) + getattr(alone, count))
    return result


def _write(batch: Batch) -> None:
    if batch.rows:
        WRITERS[batch.run.kind].write(batch)
    if batch.made:
        rows = [
            {
                "municipality_id": batch.town_id,
                "kind": batch.run.kind,
                "key": key,
                "run_id": batch.run.id,
                "subject": subject,
            }
            for key, subject in batch.made
        ]
        statement = insert(ImportRecord)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["municipality_id", "kind", "key"],
                set_={"run_id": statement.excluded.run_id, "subject": statement.excluded.subject},
            ),
            rows,
        )
    db.session.flush()


def _within(work: Callable[[], Any], *, keep: bool) -> bool:
    """Do something in a savepoint, to be kept or only tried; returns whether the database accepted it."""
    db.session.flush()
    try:
        with db.session.begin_nested() as savepoint:
            work()
            if not keep:
                savepoint.rollback()
    except (IntegrityError, DataError):
        return False
    return True


def _keep_refusals(run: ImportRun, refusals: Sequence[tuple[int, str, str]]) -> None:
    if refusals:
        rows = [
            {
                "id": new_id(),
                "municipality_id": run.municipality_id,
                "run_id": run.id,
                "line": line,
                "field": field,
                "code": code,
            }
            for line, field, code in sorted(refusals)
        ]
        db.session.execute(sa.insert(ImportRefusal), rows)


def _give_up(actor: Actor, run: ImportRun) -> bool:
    """The bytes are not where they were put: people see a run that stopped, and bring the file again."""
    logger.error("import without its file", extra={"run_id": str(run.id)})
    run.state, run.file_kept, run.ended_at = "stopped", False, now()
    db.session.flush()
    audit.record(
        actor=actor, verb="import.file_missing", subject_type="import_run", subject_id=run.id, municipality_id=run.municipality_id
    )  # fmt: skip
    return False


def _finish(actor: Actor, run: ImportRun) -> None:
    run.state, run.ended_at = "done", now()
    actions.forget_trial(run)
    if not run.dry_run and KINDS[run.kind].personal:
        actions.drop_file(actor=actor, run=run)
    db.session.flush()
    audit.record(
        actor=actor,
        verb="import.tried" if run.dry_run else "import.done",
        subject_type="import_run",
        subject_id=run.id,
        municipality_id=run.municipality_id,
        fields=[f"{name}:{getattr(run, name)}" for name in (*COUNTS, "refused")],
    )
    db.session.flush()


def _undo_step(actor: Actor, run: ImportRun) -> bool:
    found = queries.records_of(run, UNDO_CHUNK, str(run.options.get("undo_after", "")))
    left = _removed(run, WRITERS[run.kind], found)
    gone = [record.key for record in found if record.key not in left]
    db.session.execute(
        sa.delete(ImportRecord)
        .where(
            ImportRecord.municipality_id == run.municipality_id,
            ImportRecord.kind == run.kind,
            ImportRecord.key.in_(gone),
        )
        .execution_options(synchronize_session=False)
    )
    run.removed += len(gone)
    run.left_behind += len(left)
    _keep_refusals(run, [(0, "", "in_use")] * len(left))
    if found:
        run.options = {**run.options, "undo_after": found[-1].key}
    if len(found) == UNDO_CHUNK:
        db.session.flush()
        return True
    run.state, run.undone_at = "undone", now()
    audit.record(
        actor=actor,
        verb="import.undone",
        subject_type="import_run",
        subject_id=run.id,
        municipality_id=run.municipality_id,
        fields=[f"removed:{run.removed}", f"left_behind:{run.left_behind}"],
    )
    db.session.flush()
    return False


def _removed(run: ImportRun, writer: Writer, records: Sequence[ImportRecord]) -> set[str]:
    """Remove what the records name, together or else each alone; returns the keys of what stayed."""
    subjects = {record.key: record.subject for record in records}
    kept: set[str] = set()

    def remove(keys: Sequence[str]) -> None:
        stays = writer.remove(run, [subjects[key] for key in keys])
        kept.update(key for key in keys if subjects[key] in stays)

    if not subjects or _within(lambda: remove(list(subjects)), keep=True):
        return kept
    kept.clear()
    for key in subjects:
        if not _within(lambda key=key: remove([key]), keep=True):  # type: ignore[misc]
            kept.add(key)
    return kept
