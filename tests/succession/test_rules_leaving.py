"""What a town that leaves is given: no table is forgotten, no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.succession import rules_leaving as rules
from tests.house.catalogue import models


def test_of_every_table_somebody_said_whether_it_goes_along() -> None:
    tables = {name: "municipality_id" in model.__table__.columns for name, model in models().items()}
    assert rules.unknown(tables) == []
    assert rules.unknown(tables | {"forgotten": False}) == ["forgotten"]
    assert set(rules.MAIN) <= set(rules.taken(tables))
    assert set(rules.NOT_ALONG) - {"alembic_version"} <= set(tables)


@settings(max_examples=50)
@given(st.text(max_size=20))
def test_no_cell_is_a_formula_and_text_comes_back(text: str) -> None:
    shown = rules.cell(text)
    assert shown.removeprefix("'") == text.removeprefix("'") or shown == f"'{text}"
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow([shown])
    assert shown[:1] not in ("=", "@", "\t", "\r")


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (-3, "-3"), ("-1,5", "'-1,5"), ("=1+1", "'=1+1"), ("+31612345678", "+31612345678")]
)
def test_numbers_stay_numbers(value: object, shown: str) -> None:
    assert rules.cell(value) == shown
