"""CSV files from outside: read whole and strictly, or refused with the reason and the line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kcc.core.errors import InvalidInput

LARGEST_FILE = 50_000_000
LONGEST_FIELD = 200_000
SEPARATORS = {";": "een puntkomma", "\t": "een tab", "|": "een streep"}


@dataclass(frozen=True)
class Refused:
    """A row that was left out: the line of the file on which it starts, and why, in Dutch."""

    line: int
    reason: str


@dataclass
class Imported:
    """What became of the rows of a file. ``kept``: changed here by a person since, and so left as it is."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class CsvRow:
    """A row of a file: the line on which it starts, and its values by column."""

    line: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def read_csv_file(path: Path, columns: tuple[str, ...]) -> list[CsvRow]:
    """The rows of a comma-separated UTF-8 file (with or without BOM) that has at least these columns.

    Raises InvalidInput, in Dutch and with the line in its details, for a file that is absent, too large, of another
    encoding or separator, binary, without these columns, or broken half-way: nothing of such a file is used.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_FILE else b""
    except OSError as error:
        raise InvalidInput("Dit bestand is er niet of is niet te lezen.", field="file") from error
    if size > LARGEST_FILE:
        raise InvalidInput("Dit bestand is te groot.", field="file")
    return read_csv(data, columns)


def read_csv(data: bytes, columns: tuple[str, ...]) -> list[CsvRow]:
    """As ``read_csv_file``, for a file that is in memory already."""
    text = _decoded(data)
    if not text.strip():
        raise InvalidInput("Dit bestand is leeg.", field="file")
    _check_head(text, columns)
    return list(_rows(text, columns))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput("Dit bestand is UTF-16. Bewaar het als CSV in UTF-8.", field="file", line=1)
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise InvalidInput("Dit bestand bevat tekens die geen tekst zijn.", field="file", line=line)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidInput(
            "Dit bestand is geen UTF-8. Bewaar het als CSV in UTF-8.", field="file", line=line
        ) from error


def _check_head(text: str, columns: tuple[str, ...]) -> None:
    head = text.splitlines()[0][:LONGEST_FIELD]
    names = [name.strip() for name in _head_of(head)]
    missing = [column for column in columns if column not in names]
    if not missing:
        return
    for separator in SEPARATORS:
        if set(columns) <= {name.strip().strip('"') for name in head.split(separator)}:
            message = f"De kolommen zijn gescheiden door {SEPARATORS[separator]}. Verwacht wordt een komma."
            raise InvalidInput(message, field="file", line=1)
    raise InvalidInput(f"In dit bestand ontbreekt de kolom {missing[0]}.", field="file", line=1)


def _head_of(line: str) -> list[str]:
    csv.field_size_limit(LONGEST_FIELD)
    try:
        return next(csv.reader(io.StringIO(line, newline=""), strict=True), [])
    except csv.Error:
        return []


def _rows(text: str, columns: tuple[str, ...]) -> Iterator[CsvRow]:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        head = [name.strip() for name in next(reader)]
        before = reader.line_num
        for values in reader:
            line, before = before + 1, reader.line_num
            if not values:
                continue
            if len(values) != len(head):
                raise InvalidInput("Deze regel heeft een ander aantal kolommen dan de eerste.", field="file", line=line)
            yield CsvRow(line, {name: value for name, value in zip(head, values, strict=True) if name in columns})
    except csv.Error as error:
        message = "Een waarde is te lang." if "field larger" in str(error) else "Een aanhalingsteken staat verkeerd."
        raise InvalidInput(message, field="file", line=before + 1) from error
