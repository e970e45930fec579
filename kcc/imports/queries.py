"""Imports as they are read: runs, what was refused, what is remembered."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator
from datetime import datetime

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.imports.models import ImportMapping, ImportRecord, ImportRefusal, ImportRun

Place = tuple[datetime, uuid.UUID]


def run(run_id: uuid.UUID, *, locked: bool = False) -> ImportRun:
    """One run of a town in sight; ``locked`` until the transaction ends. Raises NotFound."""
    asked = sa.select(ImportRun).where(ImportRun.id == run_id)
    if locked:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(asked)
    if found is None:
        raise NotFound
    return found


def runs(most: int, before: Place | None = None) -> list[ImportRun]:
    """Runs of the towns in sight, newest first, from a place in that order on."""
    asked = sa.select(ImportRun).order_by(ImportRun.made_at.desc(), ImportRun.id.desc()).limit(most)
    if before is not None:
        asked = asked.where(sa.tuple_(ImportRun.made_at, ImportRun.id) < sa.tuple_(*map(sa.literal, before)))
    return list(db.session.scalars(asked))


def refusals(of: ImportRun, most: int, after: tuple[int, uuid.UUID] | None = None) -> list[ImportRefusal]:
    """What a run refused, by line, from a place in that order on."""
    asked = (
        sa.select(ImportRefusal)
        .where(ImportRefusal.municipality_id == of.municipality_id, ImportRefusal.run_id == of.id)
        .order_by(ImportRefusal.line, ImportRefusal.id)
        .limit(most)
    )
    if after is not None:
        asked = asked.where(
            sa.tuple_(ImportRefusal.line, ImportRefusal.id) > sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        )
    return list(db.session.scalars(asked))


def all_refusals(of: ImportRun) -> Iterator[ImportRefusal]:
    """Everything that a run refused, by line, a thousand at a time."""
    after: tuple[int, uuid.UUID] | None = None
    while True:
        found = refusals(of, 1000, after)
        yield from found
        if len(found) < 1000:
            return
        after = (found[-1].line, found[-1].id)


def reasons(of: ImportRun) -> list[tuple[str, str, int]]:
    """How often each reason (field, code) came up, the most frequent first."""
    rows = db.session.execute(
        sa.select(ImportRefusal.field, ImportRefusal.code, sa.func.count())
        .where(ImportRefusal.municipality_id == of.municipality_id, ImportRefusal.run_id == of.id)
        .group_by(ImportRefusal.field, ImportRefusal.code)
        .order_by(sa.func.count().desc(), ImportRefusal.field, ImportRefusal.code)
        .limit(50)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def remembered(municipality_id: int, kind: str) -> dict[str, str]:
    """The columns that this town chose last time for a kind."""
    found = db.session.get(ImportMapping, (municipality_id, kind))
    return dict(found.mapping) if found else {}


def records(municipality_id: int, kind: str, keys: Collection[str]) -> dict[str, ImportRecord]:
    """What earlier runs made of these keys of a source."""
    rows = db.session.scalars(
        sa.select(ImportRecord).where(
            ImportRecord.municipality_id == municipality_id, ImportRecord.kind == kind, ImportRecord.key.in_(keys)
        )
    )
    return {row.key: row for row in rows}


def records_of(of: ImportRun, most: int, after: str) -> list[ImportRecord]:
    """What a run made, by key, after a key."""
    return list(
        db.session.scalars(
            sa.select(ImportRecord)
            .where(
                ImportRecord.municipality_id == of.municipality_id,
                ImportRecord.run_id == of.id,
                ImportRecord.key > after,
            )
            .order_by(ImportRecord.key)
            .limit(most)
        )
    )


def finished_files(municipality_id: int, before: datetime) -> list[ImportRun]:
    """Runs of a town that were last used before a moment and whose file is still kept."""
    return list(
        db.session.scalars(
            sa.select(ImportRun).where(
                ImportRun.municipality_id == municipality_id, ImportRun.file_kept, ImportRun.made_at < before
            )
        )
    )


def run_ids(municipality_id: int) -> set[uuid.UUID]:
    """Every run of a town."""
    return set(db.session.scalars(sa.select(ImportRun.id).where(ImportRun.municipality_id == municipality_id)))
