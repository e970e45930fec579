"""The changes that KCC knows by itself, against the lists of the country: table 33 of 2019, the municipalities of 2023."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from kcc.municipalities.rules_register import (
    BEGINNINGS,
    DIVIDED,
    LATER_CHANGES,
    Entry,
    bare_name,
    code_by_name,
    codes_on_day,
    successors_until,
)

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "gemeenten"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the national files are not on this machine")
NEW_NAMES = {
    "1979": "Eemsdelta", "1980": "Dijk en Waard", "1982": "Land van Cuijk", "1991": "Maashorst", "1992": "Voorne aan Zee",
}  # fmt: skip
NO_TOWNS = {"0000", "1999"}
"""Codes of the table that are no municipality: unknown, and those who live abroad."""
ABROAD = {"0997", "0998", "0999", "1055", "1204"}
"""Ended with nobody after them: registers of the state, and Elten and Tudderen, which became German in 1963."""
TODAY = date(2023, 6, 1)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.fixture(scope="module")
def table() -> dict[str, Entry]:
    """Table 33 as it is."""
    found = [[*row.values()][:5] for row in rows("Tabel33_Gemeententabel.csv")]
    return {code: Entry(code, name, day_of(begin), day_of(end), new or None) for code, name, new, begin, end in found}


@pytest.fixture(scope="module")
def present() -> dict[str, str]:
    """The municipalities of 2023: code and name."""
    return {row["gemcode"].removeprefix("GM"): row["naam"] for row in rows("gemeenten_cbs_2023.csv")}


@pytest.fixture(scope="module")
def register(table: dict[str, Entry], present: dict[str, str]) -> dict[str, Entry]:
    """The table with what KCC adds, as the import lays it."""
    found = {}
    for code, one in table.items():
        new, ended = LATER_CHANGES.get(code, (one.successor_code, one.ended_on))
        found[code] = Entry(code, one.name, one.began_on, ended, new)
    return found | {code: Entry(code, present[code], began) for code, began in BEGINNINGS.items()}


def test_what_ended_after_the_table_is_known_and_nothing_else(table: dict[str, Entry], present: dict[str, str]) -> None:
    still_there = {code for code, one in table.items() if one.ended_on is None} - NO_TOWNS
    assert set(LATER_CHANGES) == still_there - set(present)
    assert set(BEGINNINGS) == set(present) - set(table)
    assert {code: present[code] for code in BEGINNINGS} == NEW_NAMES
    assert not [code for code in present if code in table and table[code].ended_on]


def test_every_municipality_that_ever_was_leads_to_one_that_is(
    register: dict[str, Entry], present: dict[str, str]
) -> None:
    lost = {}
    for code in set(register) - NO_TOWNS - ABROAD:
        steps = successors_until(register, code, TODAY)
        last = steps[-1][0] if steps else code
        if not {last, *DIVIDED.get(last, {}).values()} & set(present):
            lost[code] = last
        assert set(DIVIDED.get(last, {}).values()) <= set(present)
    assert lost == {}
    assert not [code for code in ABROAD if register[code].successor_code]


def test_there_are_as_many_municipalities_on_each_day_as_statistics_say(register: dict[str, Entry]) -> None:
    """Of Statistics Netherlands: 355 in 2019, 352 in 2021, 345 in 2022, 344 from 24 March 2022, 342 in 2023."""
    days = {
        date(2019, 1, 1): 355, date(2020, 12, 31): 355, date(2021, 1, 1): 352, date(2021, 12, 31): 352, date(2022, 1, 1): 345,
        date(2022, 3, 23): 345, date(2022, 3, 24): 344, date(2022, 12, 31): 344, date(2023, 1, 1): 342,
    }  # fmt: skip
    towns = [one for one in register.values() if one.code not in NO_TOWNS]
    counted = {
        day: sum(
            (not one.began_on or one.began_on <= day) and (not one.ended_on or one.ended_on > day) for one in towns
        )
        for day in days
    }
    assert counted == days


def test_who_has_a_legal_number_is_there_or_went_on(table: dict[str, Entry], present: dict[str, str]) -> None:
    codes = {row["gemeenteCode"] for row in rows("RSIN.csv")}
    assert codes - set(present) == set(LATER_CHANGES)
    assert codes <= set(table)


def test_every_postcode_lies_in_a_municipality_that_is_there(
    register: dict[str, Entry], present: dict[str, str]
) -> None:
    known: dict[str, str] = {}
    elsewhere, moved = {}, set()
    for row in rows("pc4_plaats_gemeente.csv"):
        town = row["gemeente"]
        if town in ("", "NA"):
            continue
        code = known.setdefault(town, code_by_name(register.values(), town, date(2021, 6, 1)) or "")
        now = codes_on_day(register, code, row["plaats"], TODAY)
        if len(now) != 1 or now[0] not in present:
            elsewhere[row["postcode"]] = (town, now)
        if code in LATER_CHANGES:
            new, day = LATER_CHANGES[code]
            moved.add(code)
            assert now == (new or DIVIDED[code][bare_name(row["plaats"])],)
            assert (
                codes_on_day(register, now[0], row["plaats"], date(2019, 6, 1)) == (code,) or not new or new == now[0]
            )
            assert codes_on_day(register, code, row["plaats"], date.fromordinal(day.toordinal() - 1)) == (code,)
    assert elsewhere == {}
    # The list has the borders of 2021: Eemsdelta is there already, whoever ended later is there still, and so is Haaren.
    assert moved == set(LATER_CHANGES) - {"0003", "0010", "0024"}


@pytest.mark.parametrize(
    ("postcode", "before", "after"),
    [("5076", "Haaren", "Oisterwijk"), ("5268", "Haaren", "Vught"), ("5296", "Haaren", "Boxtel"), ("5074", "Haaren", "Tilburg"),
     ("1462", "Beemster", "Purmerend"), ("1381", "Weesp", "Amsterdam"), ("5361", "Grave", "Land van Cuijk"),
     ("3231", "Brielle", "Voorne aan Zee"), ("9901", "Appingedam", "Eemsdelta"), ("5411", "Landerd", "Maashorst")],
)  # fmt: skip
def test_a_postcode_goes_along_with_its_place(
    register: dict[str, Entry], postcode: str, before: str, after: str
) -> None:
    row = next(row for row in rows("pc4_plaats_gemeente.csv") if row["postcode"] == postcode)
    code = code_by_name(register.values(), row["gemeente"], date(2021, 6, 1)) or ""
    names = [
        [register[one].name for one in codes_on_day(register, code, row["plaats"], day)]
        for day in (date(2020, 12, 31), date(2023, 1, 1))
    ]
    assert names == [[before], [after]]
