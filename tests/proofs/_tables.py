"""The same question put to the tables themselves, as the application's role: what would SQL of one's own find?"""

from __future__ import annotations

import random
from typing import Any

import psycopg
import sqlalchemy as sa

from kcc.core.db import TenantMixin
from kcc.core.permissions import REVEALS, Permission
from tests.house.catalogue import models
from tests.proofs._house import House
from tests.proofs._lookalikes import Planter
from tests.proofs._probing import Visitor
from tests.support.world import DEPARTMENTS

SETTINGS = "select set_config('kcc.secret', %s, true), set_config('kcc.permission', %s, true)"
OWN = ("conversation", "draft")
"""Tables where one's own rows are also in sight."""


def breaches_in_tables(
    given: House, visitors: list[Visitor], size: int, chance: random.Random, planter: Planter, only: str | None = None
) -> tuple[int, list[str]]:
    """Read, change and delete rows of others in tables; returns how many trials, and which succeeded."""
    known = models()
    tables = [only] if only else [n for n, m in known.items() if "municipality_id" in m.__table__.columns]
    combinations = [(t, v, p) for t in tables for v in visitors for p in Permission]
    chance.shuffle(combinations)
    done, found = 0, []
    url = (
        sa.engine.make_url(given.urls["KCC_APP_URL"]).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    towns = {number: town for town, number in given.world.towns.items()}
    departments = {number: key for (_town, key), number in given.world.departments.items()}
    tickets = {
        ticket: DEPARTMENTS[place]
        for objects in planter.objects.values()
        for place, ticket in enumerate(objects["ticket"])
    }
    with psycopg.connect(url) as connection:
        for table, visitor, permission in combinations:
            if done >= size:
                break
            for way in (_read, _change, _remove):
                done += 1
                with connection.transaction(force_rollback=True):
                    connection.execute(SETTINGS, (visitor.secret, str(permission)))
                    rows = way(connection, table, known[table])
                wrong = [
                    r for r in rows if not _allowed(r, known[table], visitor, permission, towns, departments, tickets)
                ]
                if wrong:
                    found.append(f"{way.__name__[1:]} {table} by {visitor.name} under {permission}: {len(wrong)} rows")
    return done, found


def _read(connection: psycopg.Connection[Any], table: str, _model: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(f"select * from {table} limit 500".encode())
    return _as_dicts(cursor)


def _change(connection: psycopg.Connection[Any], table: str, _model: Any) -> list[dict[str, Any]]:
    return _tried(connection, f"update {table} set municipality_id = municipality_id returning *")


def _remove(connection: psycopg.Connection[Any], table: str, _model: Any) -> list[dict[str, Any]]:
    return _tried(connection, f"delete from {table} returning *")


def _tried(connection: psycopg.Connection[Any], statement: str) -> list[dict[str, Any]]:
    try:
        with connection.transaction():
            return _as_dicts(connection.execute(statement.encode()))
    except psycopg.errors.InsufficientPrivilege:
        return []
    except psycopg.errors.IntegrityError:
        return []  # somebody's own rows are referred to; those of others would not be counted here, but by _read


def _as_dicts(cursor: psycopg.Cursor[Any]) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _allowed(
    row: dict[str, Any], model: Any, visitor: Visitor, permission: Permission, towns: dict[int, str],
    departments: dict[int, str], tickets: dict[Any, str],
) -> bool:  # fmt: skip
    """Whether this row may be in sight: the towns, the class of data and the departments, worked out anew."""
    table = model.__tablename__
    if table in OWN and row.get("account_id") == visitor.account_id:
        return True
    town = towns.get(row["municipality_id"])
    if town is None:
        return not issubclass(model, TenantMixin)
    if town not in visitor.towns(permission) or model.__data_class__ not in REVEALS[permission]:
        return False
    if model.__policy__ not in ("ticket", "ticket_child", "task"):
        return True
    seen = visitor.departments(town, permission)
    if "department_id" in row and table == "internal_task":
        return departments[row["department_id"]] in seen
    ticket = row["id"] if table == "ticket" else row.get("ticket_id")
    return tickets.get(ticket, next(iter(seen), "")) in seen
