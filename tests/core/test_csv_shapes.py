"""The shape of a CSV file: found out from its bytes, or refused with a reason and a line; never a fault of ours."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kcc.core.csv_shapes import decoded, rows_of, shape_of
from kcc.core.errors import InvalidInput

GOOD = 'naam;plaats\nJansen;"Den\nHelder"\nPieters;Brielle\n'
BROKEN: dict[str, tuple[bytes, str, int | None]] = {
    "nothing": (b"", "leeg", None),
    "blanks": (b" \n \n", "leeg", None),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "geen tekst", 3),
    "NUL": (GOOD.encode() + b"a;\x00\n", "geen tekst", 5),
    "a bell": (GOOD.encode() + b"a;\x07\n", "geen tekst", 5),
    "bytes of no letter": (GOOD.encode() + b"a;\x81\x8d\n", "onleesbaar", None),
    "half of UTF-16": (GOOD.encode("utf-16")[:-1], "onleesbaar", None),
    "no names": (b"12345678;a@b.nl\n1;2\n", "namen van de kolommen", 1),
    "an open quote": (GOOD.encode() + b'"Jansen;x\n', "aanhalingsteken", 5),
    "a huge cell": (GOOD.encode() + b"x" * 300_000 + b";y\n", "te lang", 5),
}


def read(data: bytes) -> list[tuple[int, tuple[str, ...] | None]]:
    shape = shape_of(data)
    return [(row.line, row.cells) for row in rows_of(decoded(data, shape.encoding), shape)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found(encoding: str, separator: str) -> None:
    data = GOOD.replace("Jansen", "Beëdigd").replace(";", separator).replace("\n", "\r\n").encode(encoding)
    assert read(data) == [(2, ("Beëdigd", "Den\nHelder")), (4, ("Pieters", "Brielle"))]


def test_a_spreadsheet_may_name_its_separator_and_an_old_one_end_lines_its_own_way() -> None:
    assert read(b"sep=|\na|b\n1|2\n") == [(3, ("1", "2"))]
    assert read(b"a;b\r1;2\r3;4\r") == [(2, ("1", "2")), (3, ("3", "4"))]


def test_columns_get_a_name_each() -> None:
    assert shape_of(b"a;a;;b;\n1;2;3;4\n").columns == ("a", "a (2)", "kolom 3", "b")


def test_a_row_of_another_width_is_handed_on_alone_and_empty_ones_are_left_out() -> None:
    assert read(b"a;b\n1\n\n1;2;\n1;2;3\n;\n4;5\n") == [(2, None), (4, ("1", "2")), (5, None), (7, ("4", "5"))]


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_is_no_list_is_refused_with_its_reason_and_line(kind: str) -> None:
    data, reason, line = BROKEN[kind]
    with pytest.raises(InvalidInput) as refusal:
        read(data)
    assert reason in refusal.value.message and refusal.value.field == "file"
    assert refusal.value.details.get("line") == line


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)] * 2),
        max_size=12,
    ),
    st.data(),
)
def test_reading_on_from_any_row_gives_the_same_rows(rows: list[tuple[str, str]], data: st.DataObject) -> None:
    quoted = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    content = ("naam;plaats\n" + "\n".join(quoted)).encode()
    shape = shape_of(content)
    text = decoded(content, shape.encoding)
    whole = list(rows_of(text, shape))
    assert [row.cells for row in whole] == [row for row in rows if any(row)]
    for at in {data.draw(st.integers(0, len(whole))) for _try in range(3)} - {0}:
        assert list(rows_of(text, shape, whole[at - 1].next_place, whole[at - 1].next_line)) == whole[at:]


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.sampled_from(["", "naam;plaats\n", "sep=,\na,b\n", '"a";"b"\r\n']))
@example(b"\xff\xfe", "")
@example(b"\xff\xfe\x00\xd8", "")
@example(b'"', "naam;plaats\n")
def test_any_bytes_are_read_or_refused(data: bytes, head: str) -> None:
    try:
        read(head.encode() + data)
    except InvalidInput:
        pass
