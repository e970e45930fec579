"""Putting many rows in at once, within the row policies: COPY to a temporary table, then one INSERT … SELECT.

COPY itself is refused on tables with row policies; the INSERT is checked like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import sql

from kcc.core.db import db


def bulk_insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows into a table; dicts become JSON. Returns how many were inserted."""
    connection: Any = db.session.connection().connection.dbapi_connection
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    loading, target = sql.Identifier(f"load_{table}"), sql.Identifier(table)
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("create temp table {} on commit drop as select {} from {} limit 0").format(loading, names, target)
        )
        with cursor.copy(sql.SQL("copy {} ({}) from stdin").format(loading, names)) as copy:
            for row in rows:
                copy.write_row([json.dumps(value) if isinstance(value, dict) else value for value in row])
                count += 1
        cursor.execute(sql.SQL("insert into {} ({}) select {} from {}").format(target, names, names, loading))
        cursor.execute(sql.SQL("drop table {}").format(loading))
    return count
