"""CSV files from outside: read strictly, or refused with a reason and a line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.csv_files import read_csv, read_csv_file
from kcc.core.errors import InvalidInput

HEAD = "naam,plaats,extra\n"
GOOD = HEAD + 'Jansen,"Den\nHelder",x\n'
COLUMNS = ("naam", "plaats")

BROKEN: dict[str, tuple[bytes, str, int | None]] = {
    "utf-16": (GOOD.encode("utf-16"), "UTF-16", 1),
    "latin-1": ((GOOD + "Beëdigd,Brielle,\n").encode("latin-1"), "geen UTF-8", 4),
    "semicolons": (GOOD.replace(",", ";").encode(), "puntkomma", 1),
    "tabs": (GOOD.replace(",", "\t").encode(), "tab", 1),
    "NUL": ((GOOD + "pas\x00poort,x,\n").encode(), "geen tekst", 4),
    "a line of 10 MB": ((GOOD + "x" * 10_000_000 + ",x,\n").encode(), "te lang", 4),
    "an open quote": ((GOOD + '"Jansen,x,\n').encode(), "aanhalingsteken", 4),
    "a row too short": ((GOOD + "Jansen\n").encode(), "aantal kolommen", 4),
    "no such column": (b"naam,adres\nx,y\n", "kolom plaats", 1),
    "nothing": (b"", "leeg", None),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "geen tekst", 3),
}


def test_rows_come_with_the_line_on_which_they_start() -> None:
    for data in (GOOD.encode(), GOOD.encode("utf-8-sig"), GOOD.replace("\n", "\r\n").encode()):
        rows = read_csv(data + b"Pieters,Brielle,\n", COLUMNS)
        assert [(row.line, row["naam"]) for row in rows] == [(2, "Jansen"), (4, "Pieters")]
        assert set(rows[0].values) == set(COLUMNS)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_is_refused_whole_with_its_reason_and_line(kind: str) -> None:
    data, reason, line = BROKEN[kind]
    with pytest.raises(InvalidInput) as refusal:
        read_csv(data, COLUMNS)
    assert reason in refusal.value.message and refusal.value.field == "file"
    assert refusal.value.details.get("line") == line


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(InvalidInput):
            read_csv_file(path, COLUMNS)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_csv(HEAD.encode() + data, COLUMNS)
    except InvalidInput:
        pass
