"""What a CSV file from outside looks like, found out from its bytes: encoding, separator, columns; and its rows from any place on.

A file that is broken as a whole (binary, an open quote, no names of columns) is refused with its line. A row with another
number of columns is handed on without cells: one bad row is no reason to refuse the others.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from kcc.core.cleaning import clean_text
from kcc.core.csv_files import LARGEST_FILE, LONGEST_FIELD
from kcc.core.errors import InvalidInput

SEPARATORS = (";", ",", "\t", "|")
MOST_COLUMNS = 200
LONGEST_NAME = 100
SAMPLE = 50
FEWEST_DIGITS = 6
"""So many digits in the first line are a number of somebody, no name of a column."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class Shape:
    """How a file is read. ``start`` and ``line`` (from 1) are where its first row begins; ``start`` counts characters."""

    encoding: str
    separator: str
    columns: tuple[str, ...]
    start: int
    line: int


@dataclass(frozen=True)
class RawRow:
    """A row as it stands: the line on which it begins, its cells (None: another number than the file has columns), and the
    place and line at which the next one begins."""

    line: int
    cells: tuple[str, ...] | None
    next_place: int
    next_line: int


def shape_of(data: bytes) -> Shape:
    """What the file looks like; raises InvalidInput (field ``file``, with the line) when it cannot be a list of rows."""
    if len(data) > LARGEST_FILE:
        raise InvalidInput("Dit bestand is te groot.", field="file")
    encoding = _encoding_of(data)
    text = decoded(data, encoding)
    if not text.strip():
        raise InvalidInput("Dit bestand is leeg.", field="file")
    start, line = _after_hint(text)
    separator = text[4] if start else _separator_of(text)
    head = next(_raw(text, separator, start, line), None)
    names = _names(head.cells if head and head.cells else ())
    return Shape(encoding, separator, names, head.next_place if head else start, head.next_line if head else line)


def decoded(data: bytes, encoding: str) -> str:
    """The text of a file in an encoding that ``shape_of`` found, with line feeds at the ends of its lines."""
    text = data.decode(encoding)
    return text.replace("\r", "\n") if "\n" not in text else text


def rows_of(text: str, shape: Shape, place: int | None = None, line: int | None = None) -> Iterator[RawRow]:
    """The rows from a place on (from the first row when not given); empty lines are left out.

    Raises InvalidInput with the line for a quote that stands wrong or a cell over 200,000 characters.
    """
    begin = shape.start if place is None else place
    for row in _raw(text, shape.separator, begin, shape.line if line is None else line):
        cells = row.cells or ()
        surplus = cells[len(shape.columns) :]
        if not any(cells):
            continue
        whole = len(cells) >= len(shape.columns) and not any(surplus)
        yield RawRow(row.line, cells[: len(shape.columns)] if whole else None, row.next_place, row.next_line)


def _encoding_of(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "cp1252"]
        if b"\x00" in data:
            raise _no_text(data.count(b"\n", 0, data.index(b"\x00")) + 1)
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if found := _CONTROL.search(text):
            raise _no_text(text.count("\n", 0, found.start()) + 1)
        return encoding
    raise InvalidInput("De tekens van dit bestand zijn onleesbaar. Bewaar het als CSV in UTF-8.", field="file")


def _no_text(line: int) -> InvalidInput:
    return InvalidInput("Dit bestand bevat tekens die geen tekst zijn.", field="file", line=line)


def _after_hint(text: str) -> tuple[int, int]:
    """Behind the line ``sep=;`` by which a spreadsheet says its separator."""
    first = text[:8].lower()
    if first.startswith("sep=") and len(text) > 5 and text[4] in SEPARATORS:
        return text.find("\n") + 1 or len(text), 2
    return 0, 1


def _separator_of(text: str) -> str:
    """The separator that most rows of the beginning agree on, and of several the one that makes most columns."""
    best, found = (0, 0), ","
    for separator in SEPARATORS:
        try:
            widths = [len(row.cells or ()) for row in islice(_raw(text, separator, 0, 1), SAMPLE)]
        except InvalidInput:
            continue
        if not widths or widths[0] < 2:
            continue
        score = (sum(width >= widths[0] for width in widths), widths[0])
        if score > best:
            best, found = score, separator
    return found


def _names(cells: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if not cells or len(cells) > MOST_COLUMNS:
        raise InvalidInput("De eerste regel moet de namen van de kolommen bevatten.", field="file", line=1)
    for number, cell in enumerate(cells, 1):
        name = clean_text(cell, multiline=False)[:LONGEST_NAME] or f"kolom {number}"
        if "@" in name or sum(mark.isdigit() for mark in name) >= FEWEST_DIGITS:
            raise InvalidInput("De eerste regel moet de namen van de kolommen bevatten.", field="file", line=1)
        found.append(name if name not in found else f"{name} ({number})")
    return tuple(found)


class _Lines:
    """The lines of a text from a place on; remembers where the next begins."""

    def __init__(self, text: str, place: int) -> None:
        self.text, self.place = text, place

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.place >= len(self.text):
            raise StopIteration
        end = self.text.find("\n", self.place) + 1 or len(self.text)
        line, self.place = self.text[self.place : end], end
        # A lone carriage return inside a line is no end of it.
        return line if "\r" not in line else line.replace("\r\n", "\n").replace("\r", " ")


def _raw(text: str, separator: str, place: int, line: int) -> Iterator[RawRow]:
    csv.field_size_limit(LONGEST_FIELD)
    lines = _Lines(text, place)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            yield RawRow(line + before, tuple(cells), lines.place, line + reader.line_num)
            before = reader.line_num
    except csv.Error as error:
        message = "Een waarde is te lang." if "field larger" in str(error) else "Een aanhalingsteken staat verkeerd."
        raise InvalidInput(message, field="file", line=line + before) from error
