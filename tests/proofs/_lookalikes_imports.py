"""Imports of every town, as look-alikes: a run that is ready, one that refused a row, and what is remembered."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa

from kcc.imports import models as imports
from kcc.municipalities import models_national as national

Put = Callable[..., Any]
COLUMNS = ["gemeenteCode", "rsin"]


def plant_register(connection: sa.Connection) -> None:
    """A municipality that came to an end and the one after it: lists of the country, the same for everyone."""
    table = national.MunicipalityRegister.__table__
    if connection.scalar(sa.select(sa.func.count()).select_from(table)):
        return
    rows = [{"code": "9001", "name": "Nieuwstad", "ended_on": None, "successor_code": None}]
    rows.append({"code": "9000", "name": "Oudstad", "ended_on": date(2026, 1, 1), "successor_code": "9001"})  # type: ignore[dict-item]
    connection.execute(sa.insert(table), rows)


def plant_town(put: Put, town: str, account: uuid.UUID, word: str, run_id: uuid.UUID) -> None:
    """A run of this town with a refusal, a record and a remembered choice of columns."""
    run = put(
        town, imports.ImportRun, id=run_id, kind="rsin", state="ready", file_name=f"{word}.csv", sha256=b"x", size=1, encoding="utf-8-sig",
        separator=",", columns=COLUMNS, filled=[1, 1], start_place=0, start_line=2, rows_total=1, passes=1, refused=1,
        mapping={"code": COLUMNS[0], "rsin": COLUMNS[1]}, account_id=account,
    )  # fmt: skip
    put(town, imports.ImportRefusal, run_id=run, line=2, field="code", code=word)
    put(town, imports.ImportRecord, kind="rsin", key=word, run_id=run, subject=word)
    put(town, imports.ImportMapping, kind="upl", mapping={"code": word})
    put(town, national.MunicipalitySuccessor, successor_code="9001", on_day=date(2026, 1, 1), account_id=account)
