"""Cells on paper: what is read, and what is refused with which code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.imports import rules
from kcc.imports.rules import Unreadable
from kcc.imports.rules_kinds import KINDS, MUNICIPALITIES, PRODUCTS
from kcc.imports.views_words import FIELD_WORDS, KIND_WORDS

READ: list[tuple[Callable[[str], Any], str, Any]] = [
    (rules.day, "2023-01-31", date(2023, 1, 31)),
    (rules.day, "31-1-2023", date(2023, 1, 31)),
    (rules.day, "31/01/2023", date(2023, 1, 31)),
    (rules.day, "20230131", date(2023, 1, 31)),
    (rules.moment, "31-01-2023 9:05", datetime(2023, 1, 31, 9, 5, tzinfo=rules.ZONE)),
    (rules.moment, "2023-07-31T09:05:30Z", datetime.fromisoformat("2023-07-31T09:05:30+00:00")),
    (rules.moment, "2023-07-31 09:05:30.123", datetime(2023, 7, 31, 9, 5, 30, tzinfo=rules.ZONE)),
    (rules.moment, "2023-07-31", datetime(2023, 7, 31, 12, tzinfo=rules.ZONE)),
    (rules.municipality_code, "GM1992", "1992"),
    (rules.municipality_code, "3", "0003"),
    (rules.cross, "X", True),
    (rules.cross, "nee", False),
    (rules.text(5), "  a\x00 b ", "a b"),
    (rules.web_address, "https://x.example/a", "https://x.example/a"),
]
REFUSED: list[tuple[Callable[[str], Any], str, str]] = [
    (rules.day, "30-2-2023", "no_date"),
    (rules.day, "0001-01-01", "no_date"),
    (rules.day, "gisteren", "no_date"),
    (rules.moment, "31-01-2023 25:00", "no_date"),
    (rules.moment, "x 12:00", "no_date"),
    (rules.municipality_code, "0000", "no_municipality"),
    (rules.municipality_code, "٣", "no_code"),
    (rules.cross, "misschien", "no_cross"),
    (rules.text(2), "abc", "too_long"),
    (rules.web_address, "javascript:alert(1)", "no_url"),
    (rules.one_of({"a": "b"}), "c", "no_choice"),
    (rules.refusing(int, "no_number"), "x", "no_number"),
]


@pytest.mark.parametrize(("read", "cell", "value"), READ)
def test_a_cell_is_read(read: Callable[[str], Any], cell: str, value: Any) -> None:
    assert read(cell) == value


@pytest.mark.parametrize(("read", "cell", "code"), REFUSED)
def test_a_cell_is_refused_with_its_code(read: Callable[[str], Any], cell: str, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(cell)
    assert refusal.value.code == code


@settings(max_examples=50)
@given(st.dates(date(1800, 1, 1), date(2100, 12, 31)))
def test_every_way_of_writing_a_day_is_the_same_day(day: date) -> None:
    written = (day.isoformat(), f"{day:%d-%m-%Y}", f"{day.day}.{day.month}.{day.year}", f"{day:%Y%m%d}")
    assert {rules.day(one) for one in written} == {day}
    assert rules.moment(day.isoformat()).date() == day and rules.moment(f"{day} 23:59") - rules.moment(
        f"{day} 00:00"
    ) < timedelta(days=1, hours=1)


@settings(max_examples=100)
@given(st.sampled_from(sorted(KINDS)), st.lists(st.text(max_size=30), min_size=8, max_size=8))
def test_any_cells_are_read_or_refused(kind: str, cells: list[str]) -> None:
    fields = KINDS[kind].fields
    values, faults = rules.read_row(KINDS[kind], cells, {field.key: n for n, field in enumerate(fields) if n < 8})
    assert set(values) == {field.key for field in fields}
    assert all(
        values[field.key] not in (None, "") or any(name == field.key for name, _code in faults)
        for field in fields
        if field.wanted
    )


def test_columns_are_found_by_last_time_then_by_name_and_none_twice() -> None:
    assert rules.choose_columns(MUNICIPALITIES, ["naam", "gemcode"], {}) == {"code": "gemcode", "name": "naam"}
    assert rules.choose_columns(MUNICIPALITIES, ["Gem code", "x"], {"name": "x", "code": "weg"}) == {
        "code": "Gem code",
        "name": "x",
    }
    assert rules.missing(PRODUCTS, {"upn": "a"}) == ["uri"]


def test_every_kind_and_field_has_its_word() -> None:
    assert set(KIND_WORDS) == set(KINDS)
    assert {field.key for kind in KINDS.values() for field in kind.fields} <= set(FIELD_WORDS)
