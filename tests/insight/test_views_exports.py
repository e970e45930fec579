"""Files: what a spreadsheet must read, and what it must not take for a formula."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from flask import Flask

from kcc.insight import views_exports
from kcc.insight.rules_figures import Figures, TownLine


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_every_line_is_as_long_as_the_head_and_ends_with_all_together(app: Flask) -> None:
    lines = [TownLine(name, Figures(questions=3, answered=1), Figures(), 80) for name in ("A", "B")]
    with app.test_request_context():
        table = views_exports.figures_table("oktober 2026", lines)
        text = rows_of(views_exports.to_csv([table]))
    assert {len(row) for row in table} == {len(table[0])}
    assert [row[1] for row in text] == ["Gemeente", "A", "B", "Samen"]
    assert text[3][3:6] == ["6", "2", "33,3"]
    assert "niet gemeten" in text[1]


@pytest.mark.parametrize("text", ["=1+1", "+31", "-2", "@x", "\t=1", "\r=1"])
def test_text_that_begins_like_a_formula_stays_text(app: Flask, text: str) -> None:
    with app.test_request_context():
        assert rows_of(views_exports.to_csv([[[text]]]))[0][0] == f"'{text}"
        book = zipfile.ZipFile(io.BytesIO(views_exports.to_xlsx([("Blad", [["kop", "kop"], [text, 1]])])))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and 't="s"' in sheet


def test_a_hidden_number_is_said_to_be_hidden(app: Flask) -> None:
    with app.test_request_context():
        table = views_exports.topics_table("p", ["Afval"], ["A", "B"], [[None, 7]])
    assert table[1] == ["p", "Afval", "verborgen (klein aantal)", 7]
