"""Putting the export of a town, with its predecessors, into an empty installation, and comparing what stands there with what left.

By the administrator of a database, before anybody uses it: rows come with their own ids, past every lock.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from kcc.succession.exporting import check, read_table
from kcc.succession.rules_leaving import OF_THE_GUARD

NOT_COMPARED = frozenset({"article", "job", "audit_entry", "succession"})
"""Articles come with shared ones; the rest went on being written while it was exported."""
COLUMNS = """
    select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum"""


def reimport(admin: psycopg.Connection[Any], folder: Path) -> dict[str, int]:
    """Lay every table of the export; gives rows by table. One transaction: all of it or nothing.

    Raises ValueError when the export is not whole, when the installation is not empty, and when what stands there
    afterwards is not what left: by rows, by a sum over their content, or by a reference that leads nowhere.
    """
    manifest = check(folder)
    with admin.transaction():
        if admin.execute("select 1 from municipality limit 1").fetchone():
            raise ValueError("this installation is not empty")
        admin.execute("set local session_replication_role = replica")
        admin.execute("set local timezone = 'UTC'")
        for table in manifest["tables"]:
            _lay(admin, table, read_table(folder, table))
        admin.execute("set local session_replication_role = origin")
        _compare(admin, manifest)
    return {name: int(table["rows"]) for name, table in manifest["tables"].items()}


def _lay(admin: psycopg.Connection[Any], table: str, rows: list[dict[str, Any]]) -> None:
    schema = "guard" if table in OF_THE_GUARD else "public"
    names = [row[0] for row in admin.execute(COLUMNS, (f"{schema}.{table}",)).fetchall()]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL(
        "insert into {t} ({c}) overriding system value select {c} from jsonb_populate_recordset(null::{t}, %s::jsonb)"
    ).format(t=sql.Identifier(schema, table), c=columns)
    for start in range(0, len(rows), 5000):
        admin.execute(statement, (json.dumps(rows[start : start + 5000]),))


def _compare(admin: psycopg.Connection[Any], manifest: dict[str, Any]) -> None:
    row = admin.execute("select guard.checksum(array_agg(id)) from municipality").fetchone()
    here: dict[str, Any] = row[0] if row else {}
    sums = manifest.get("sums", {})
    wrong = [
        name
        for name, table in manifest["tables"].items()
        if name in here and name not in NOT_COMPARED and int(here[name][0]) != table["rows"]
    ]
    wrong += [name for name, each in sums.items() if name not in NOT_COMPARED and here.get(name) != each]
    if wrong:
        raise ValueError(f"not what left: {', '.join(sorted(set(wrong)))}")
    lost = _references_lost(admin)
    if lost:
        raise ValueError(f"references that lead nowhere: {', '.join(lost)}")


def _references_lost(admin: psycopg.Connection[Any]) -> list[str]:
    """References between tables of the town of which a row is missing."""
    references = admin.execute(
        "select child, parent, child_column, parent_column from guard.references_between()"
    ).fetchall()
    found = []
    for child, parent, column, other in references:
        statement = sql.SQL(
            "select 1 from {c} x where x.{a} is not null and not exists (select 1 from {p} y where y.{b} = x.{a}) limit 1"
        ).format(c=sql.Identifier(child), p=sql.Identifier(parent), a=sql.Identifier(column), b=sql.Identifier(other))
        if admin.execute(statement).fetchone():
            found.append(f"{child}.{column}")
    return found
