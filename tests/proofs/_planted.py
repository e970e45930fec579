"""Rows that were planted once, laid again by the database itself: a proof needs them anew after every write it tries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

COLUMNS = (
    "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
    " where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''"
)


def keep(admin: psycopg.Connection[Any], tables: Sequence[str]) -> None:
    """Copy the rows of these tables aside, and make ``planted.again()``, which puts them all back and takes others away."""
    admin.execute("drop schema if exists planted cascade; create schema planted")
    steps = []
    for number, table in enumerate(tables):
        steps.append(f"if exists (select 1 from {table}) then delete from {table}; end if;")
        if admin.execute(sql.SQL("select 1 from {} limit 1").format(sql.SQL(table))).fetchone():  # type: ignore[arg-type]
            (columns,) = admin.execute(COLUMNS, (table,)).fetchone() or ("",)
            admin.execute(f"create table planted.t{number} as table {table}".encode())
            steps.append(
                f"insert into {table} ({columns}) overriding system value select {columns} from planted.t{number};"
            )
    # As a replica, so that no reference stands in the way of the order.
    admin.execute(
        "create function planted.again() returns void language plpgsql set session_replication_role = replica"
        f" as $again$ #variable_conflict use_column\n begin {' '.join(steps)} end $again$".encode()
    )


def lay_again(admin: psycopg.Connection[Any]) -> None:
    """Make the tables as they were when kept."""
    admin.execute("select planted.again()")
