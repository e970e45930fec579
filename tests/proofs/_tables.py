"""The same question put to the tables themselves, as the application's role: what would SQL of one's own find?"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa

from kcc.core.permissions import REVEALS, Permission
from tests.house.catalogue import models
from tests.proofs._house import House
from tests.proofs._lookalikes import Planter
from tests.proofs._probing import Visitor
from tests.support.world import DEPARTMENTS, TOWNS

SETTINGS = "select set_config('kcc.secret', %s, true), set_config('kcc.permission', %s, true)"
OWN = ("conversation", "draft", "agent_skill")
"""Tables where one's own rows are also in sight."""
BY_DEPARTMENT = ("ticket", "ticket_child", "task")
"""Policies under which departments matter."""


@dataclass(frozen=True)
class Truth:
    """Whose everything is, worked out apart from the product."""

    towns: dict[int, str]
    centres: dict[int, str]
    departments: dict[int, str]
    tickets: dict[Any, str]
    members: dict[uuid.UUID, set[str]]
    articles: dict[uuid.UUID, str | None]


def judged_tables() -> list[str]:
    """Every table with a policy that keeps somebody out."""
    return sorted(name for name, model in models().items() if model.__policy__ not in ("open", "national"))


def without_rows(given: House) -> list[str]:
    """Tables of which the planter puts nothing down: there nothing could be found, whatever the policy says."""
    with given.world.admin() as admin:
        return [t for t in judged_tables() if not admin.execute(f"select 1 from {t} limit 1".encode()).fetchone()]


def breaches_in_tables(
    given: House, visitors: list[Visitor], size: int, chance: random.Random, planter: Planter, only: str | None = None
) -> tuple[int, list[str]]:
    """Read, change and delete rows of others in tables; returns how many trials, and which succeeded."""
    known = models()
    combinations = [(t, v, p) for t in ([only] if only else judged_tables()) for v in visitors for p in Permission]
    chance.shuffle(combinations)
    done, found = 0, []
    url = (
        sa.engine.make_url(given.urls["KCC_APP_URL"]).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    truth = _truth(given, planter)
    with psycopg.connect(url) as connection:
        for table, visitor, permission in combinations:
            if done >= size:
                break
            for way in (_read, _change, _remove):
                done += 1
                with connection.transaction(force_rollback=True):
                    connection.execute(SETTINGS, (visitor.secret, str(permission)))
                    rows = way(connection, table, known[table])
                wrong = [r for r in rows if not _allowed(r, known[table], visitor, permission, truth)]
                if wrong:
                    found.append(f"{way.__name__[1:]} {table} by {visitor.name} under {permission}: {len(wrong)} rows")
    return done, found


def _truth(given: House, planter: Planter) -> Truth:
    towns = {number: town for town, number in given.world.towns.items()}
    with given.world.admin() as admin:
        articles = {row[0]: towns.get(row[1]) for row in admin.execute("select id, municipality_id from article")}
        members: dict[uuid.UUID, set[str]] = {}
        for account, town in admin.execute("select account_id, municipality_id from membership"):
            members.setdefault(account, set()).add(towns[town])
    return Truth(
        towns=towns,
        centres={number: key for key, number in given.world.centres.items()},
        departments={number: key for (_town, key), number in given.world.departments.items()},
        tickets={t: DEPARTMENTS[at] for made in planter.objects.values() for at, t in enumerate(made["ticket"])},
        members=members,
        articles=articles,
    )


def _read(connection: psycopg.Connection[Any], table: str, _model: Any) -> list[dict[str, Any]]:
    cursor = connection.execute(f"select * from {table} limit 500".encode())
    return _as_dicts(cursor)


def _change(connection: psycopg.Connection[Any], table: str, model: Any) -> list[dict[str, Any]]:
    columns = model.__table__.columns.keys()
    column = next(c for c in ("municipality_id", "centre_id", "account_id", "name", columns[-1]) if c in columns)
    return _tried(connection, f"update {table} set {column} = {column} returning *")


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


def _allowed(row: dict[str, Any], model: Any, visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    """Whether this row may be in sight: the towns, the class of data and the departments, worked out anew."""
    table = model.__tablename__
    if table in OWN and row.get("account_id") == visitor.account_id:
        return True
    if model.__policy__ in SHARED:
        return SHARED[model.__policy__](row, visitor, permission, truth)
    if "municipality_id" not in row:
        return _of_centre(row, visitor, permission, truth)
    town = truth.towns.get(row["municipality_id"])
    if town is None and model.__policy__ in ("mail", "mail_content"):
        return model.__data_class__ in REVEALS[permission] and _whole_of(row, visitor, permission, truth)
    if town is None:
        return model.__policy__ == "centre_or_town" and _of_centre(row, visitor, permission, truth)
    if town not in visitor.towns(permission) or model.__data_class__ not in REVEALS[permission]:
        return False
    seen = visitor.departments(town, permission)
    if model.__policy__ in ("routing_decision", "whole", "written_blind"):
        return seen == set(DEPARTMENTS)
    if model.__policy__ not in BY_DEPARTMENT:
        return True
    if "department_id" in row and table == "internal_task":
        return truth.departments[row["department_id"]] in seen
    ticket = row["id"] if table == "ticket" else row.get("ticket_id")
    return truth.tickets.get(ticket, next(iter(seen), "")) in seen


# -- tables that are of no single municipality ---------------------------------------------------------


def _of_centre(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    towns = TOWNS.get(truth.centres.get(row.get("centre_id", 0), ""), ())
    return bool(visitor.towns(permission) & set(towns))


def _centre(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    return _of_centre({"centre_id": row["id"]}, visitor, permission, truth)


def _municipality(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    return truth.towns[row["id"]] in visitor.towns(permission)


def _account(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    met = truth.members.get(row["id"], set()) & visitor.towns(permission)
    return row["id"] == visitor.account_id or bool(met)


def _own(row: dict[str, Any], visitor: Visitor, _permission: Permission, _truth: Truth) -> bool:
    return bool(row["account_id"] == visitor.account_id)


def _staff(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    """One's own, and of people with whom one shares a town in which one supervises."""
    supervised = visitor.towns(permission, whole=True) if "staff" in REVEALS[permission] else set()
    return _own(row, visitor, permission, truth) or bool(truth.members.get(row["account_id"], set()) & supervised)


def _whole_centre(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    towns = set(TOWNS.get(truth.centres.get(row["centre_id"], ""), ()))
    return towns <= visitor.towns(permission) and "figures" in REVEALS[permission]


def _whole_of(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    """Mail to an address that no town has: for who sees every town of the centre whole."""
    towns = set(TOWNS.get(truth.centres.get(row["centre_id"], ""), ()))
    return bool(towns) and towns <= visitor.towns(permission, whole=True)


def _article_part(row: dict[str, Any], visitor: Visitor, permission: Permission, truth: Truth) -> bool:
    town = truth.articles.get(row["article_id"])
    return _of_centre(row, visitor, permission, truth) and (town is None or town in visitor.towns(permission))


SHARED = {
    "centre_self": _centre,
    "municipality_self": _municipality,
    "account": _account,
    "own_account": _own,
    "own_draft": _own,
    "agent_state": _staff,
    "agent_history": _own,
    "article_child": _article_part,
    "whole_centre": _whole_centre,
    "crisis": _of_centre,
}
"""How rows of such a policy are judged. A policy that is new here is judged by the columns of its rows."""
