"""National lists as they are read: which town a postcode was of on a day, and what came after whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kcc.core.db import db
from kcc.municipalities.models import Municipality
from kcc.municipalities.models_national import MunicipalityRegister, MunicipalitySuccessor, PostcodeArea
from kcc.municipalities.rules_register import Entry, codes_on_day, successors_until, with_divided


@dataclass(frozen=True)
class PlaceOnDay:
    """A postcode on a day: its place, and the municipality (code and name) it was of; several when that is not certain."""

    pc4: str
    place: str
    towns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Proposal:
    """That by the national list a town of ours has a successor from a day on; ``ours`` when that is of the centre too."""

    municipality: Municipality
    successor_code: str
    successor_name: str
    on_day: date
    ours: Municipality | None
    applied: MunicipalitySuccessor | None


def place_on_day(pc4: str, day: date) -> PlaceOnDay | None:
    """Which town a postcode (four digits) is of on a day; None for a postcode that no list has."""
    area = db.session.scalar(
        sa.select(PostcodeArea)
        .where(
            PostcodeArea.pc4 == pc4,
            PostcodeArea.valid_from <= day,
            sa.or_(PostcodeArea.valid_to.is_(None), PostcodeArea.valid_to >= day),
        )
        .order_by(PostcodeArea.valid_from.desc())
        .limit(1)
    )
    if area is None:
        return None
    kin = register_around([area.cbs_code])
    codes = codes_on_day(kin, area.cbs_code, area.place, day)
    return PlaceOnDay(pc4, area.place, tuple((code, kin[code].name) for code in codes if code in kin))


def register_around(codes: Collection[str]) -> dict[str, Entry]:
    """Entries of the register that hang together with these codes: all before and all after them."""
    table = MunicipalityRegister.__table__
    kin = (
        sa.select(table.c.code, table.c.successor_code)
        .where(table.c.code.in_(with_divided(codes)))
        .cte("kin", recursive=True)
    )
    other = table.alias("other")
    kin = kin.union(
        sa.select(other.c.code, other.c.successor_code).where(
            sa.or_(other.c.successor_code == kin.c.code, other.c.code == kin.c.successor_code)
        )
    )
    return _entries(sa.select(MunicipalityRegister).where(MunicipalityRegister.code.in_(sa.select(kin.c.code))))


def whole_register() -> dict[str, Entry]:
    """Every entry of the register by code."""
    return _entries(sa.select(MunicipalityRegister))


def _entries(statement: sa.Select[tuple[MunicipalityRegister]]) -> dict[str, Entry]:
    rows = db.session.scalars(statement)
    return {row.code: Entry(row.code, row.name, row.began_on, row.ended_on, row.successor_code) for row in rows}


def proposals(until: date) -> list[Proposal]:
    """Towns of the scope that the register says came to an end up to a day, each with its last successor by then."""
    towns = list(db.session.scalars(sa.select(Municipality).order_by(Municipality.name)))
    kin = register_around([town.cbs_code for town in towns])
    applied = {row.municipality_id: row for row in applied_successors()}
    by_code = {town.cbs_code: town for town in towns}
    found = []
    for town in towns:
        steps = successors_until(kin, town.cbs_code, until)
        if steps:
            code, _day = steps[-1]
            name = kin[code].name if code in kin else code
            found.append(Proposal(town, code, name, steps[0][1], by_code.get(code), applied.get(town.id)))
    return found


def applied_successors() -> list[MunicipalitySuccessor]:
    """What administrators took over, for whoever prepares a merger."""
    return list(db.session.scalars(sa.select(MunicipalitySuccessor).order_by(MunicipalitySuccessor.municipality_id)))
