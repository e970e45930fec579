"""What a writer is given and gives back: rows that could be read, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.core.db import db
from kcc.imports import queries_stored
from kcc.imports.models import ImportRun


@dataclass(frozen=True)
class Row:
    """A row that could be read: its line in the file and its values by field."""

    line: int
    values: dict[str, Any]


@dataclass
class Batch:
    """Rows to be written in one transaction, and what became of them.

    ``made``: key of the source and what was made of it; ``named``: what a trial knows such rows again by, where no key does.
    """

    run: ImportRun
    rows: Sequence[Row]
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    joined: int = 0
    kept: int = 0
    refusals: list[tuple[int, str, str]] = field(default_factory=list)
    made: list[tuple[str, str]] = field(default_factory=list)
    named: list[str] = field(default_factory=list)

    @property
    def town_id(self) -> int:
        """The town whose run it is."""
        return self.run.municipality_id

    def refuse(self, row: Row, name: str, code: str) -> None:
        """Leave a row out, because of a field."""
        self.refusals.append((row.line, name, code))

    def once(self, key: Callable[[Row], Any]) -> list[Row]:
        """The first row of each key; later ones are counted as joined."""
        found: dict[Any, Row] = {}
        for row in self.rows:
            if key(row) in found:
                self.joined += 1
            else:
                found[key(row)] = row
        return list(found.values())


@dataclass(frozen=True)
class Writer:
    """How rows of a kind are written, and how what was made is removed: ``remove`` gets subjects, and a reference in use
    raises IntegrityError, upon which the kernel tries them one by one. It returns those it will not remove."""

    write: Callable[[Batch], None]
    remove: Callable[[ImportRun, Sequence[str]], set[str]]


WRITERS: dict[str, Writer] = {}


def keep_rows(batch: Batch, model: type[Any], keys: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Add or change rows of a table that is known by its natural key; counts them and notes what was made."""
    wanted = {tuple(row[key] for key in keys): row for row in rows}
    if not wanted:
        return
    stored = queries_stored.rows_by_key(model, keys, wanted)
    new = {key: row for key, row in wanted.items() if key not in stored}
    changed = [
        row for key, row in wanted.items() if key in stored and any(stored[key][name] != row[name] for name in row)
    ]
    batch.added += len(new)
    batch.changed += len(changed)
    batch.unchanged += len(wanted) - len(new) - len(changed)
    for rows_put in (list(new.values()), changed):
        if rows_put:
            _put(model, keys, rows_put)
    subjects = ("|".join(str(part) for part in key) for key in new)
    batch.made += [(subject, subject) for subject in subjects]


def _put(model: type[Any], keys: Sequence[str], rows: list[dict[str, Any]]) -> None:
    statement = insert(model)
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if others:
        db.session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=others), rows)
    else:
        db.session.execute(statement.on_conflict_do_nothing(), rows)


def remove_rows(model: type[Any], keys: Sequence[str], subjects: Sequence[str]) -> None:
    """Remove rows by their natural key, as ``keep_rows`` wrote it down."""
    columns = [sa.cast(getattr(model, key), sa.Text) for key in keys]
    values = [tuple(subject.split("|", len(keys) - 1)) for subject in subjects]
    db.session.execute(
        sa.delete(model).where(sa.tuple_(*columns).in_(values)).execution_options(synchronize_session=False)
    )
