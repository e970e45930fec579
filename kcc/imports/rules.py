"""Cells on paper: how each kind of value is read, why it is refused, and which column is meant by a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from kcc.core.cleaning import clean_text

ZONE = ZoneInfo("Europe/Amsterdam")
FIRST_YEAR, LAST_YEAR = 1800, 2100
_WEB = re.compile(r"https?://[^\s<>\"]{1,1990}", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DUTCH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_BARE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"[T ,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,6})?)?\s*(Z|[+-]\d{2}:?\d{2})?")


class Unreadable(Exception):
    """A cell that is refused; ``code`` is one of kcc.imports.views_words.REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Reader = Callable[[str], Any]


@dataclass(frozen=True)
class Field:
    """One thing that a row may say: its name of ours, how a cell is read, whether every row must say it, and the names that
    columns for it usually have."""

    key: str
    read: Reader
    wanted: bool = False
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``national``: a list of the country, the same for everyone. ``personal``: its rows tell of citizens,
    so it is only read by a job of that town and its file goes as soon as it was taken over. ``other_topic``: a topic may be
    chosen for rows whose own the town does not have."""

    key: str
    fields: tuple[Field, ...]
    chunk: int = 2000
    national: bool = False
    personal: bool = False
    other_topic: bool = False

    @property
    def by_key(self) -> dict[str, Field]:
        """Its fields by name."""
        return {field.key: field for field in self.fields}


def text(limit: int, *, multiline: bool = False) -> Reader:
    """Cleaned text of at most ``limit`` characters."""

    def read(cell: str) -> str:
        value = clean_text(cell, multiline=multiline)
        if len(value) > limit:
            raise Unreadable("too_long")
        return value

    return read


def matching(pattern: str, code: str) -> Reader:
    """Text that is wholly of a pattern."""
    compiled = re.compile(pattern)

    def read(cell: str) -> str:
        value = clean_text(cell, multiline=False)
        if not compiled.fullmatch(value):
            raise Unreadable(code)
        return value

    return read


def web_address(cell: str) -> str:
    """An address that begins with http:// or https://."""
    return str(matching(_WEB.pattern, "no_url")(cell))


def cross(cell: str) -> bool:
    """A cross (X) or a word for yes; empty or a word for no."""
    value = cell.strip().lower()
    if value in ("x", "ja", "j", "1", "waar", "true"):
        return True
    if value in ("", "nee", "n", "0", "onwaar", "false"):
        return False
    raise Unreadable("no_cross")


def municipality_code(cell: str) -> str:
    """A CBS code of four digits, with or without GM before it. The codes for unknown and for those abroad are none."""
    value = cell.strip().upper().removeprefix("GM")
    if not (value.isascii() and value.isdigit() and 1 <= len(value) <= 4):
        raise Unreadable("no_code")
    if value.zfill(4) in ("0000", "1999"):
        raise Unreadable("no_municipality")
    return value.zfill(4)


def day(cell: str) -> date:
    """A day as 2023-01-31, 31-1-2023 or 20230131."""
    value = cell.strip()
    found = _ISO.fullmatch(value) or _BARE.fullmatch(value)
    if found:
        return _date(found[1], found[2], found[3])
    if dutch := _DUTCH.fullmatch(value):
        return _date(dutch[3], dutch[2], dutch[1])
    raise Unreadable("no_date")


def moment(cell: str) -> datetime:
    """A day with or without a time; a time without zone is of the Netherlands. A day alone counts as noon."""
    value = cell.strip()
    split = _TIME.search(value)
    on = day(value[: split.start()] if split and split.end() == len(value) else value)
    if not split or split.end() != len(value):
        return datetime.combine(on, time(12), ZONE)
    try:
        at = time(int(split[1]), int(split[2]), int(split[3] or 0))
    except ValueError as error:
        raise Unreadable("no_date") from error
    if not split[4]:
        return datetime.combine(on, at, ZONE)
    try:
        return datetime.fromisoformat(f"{on.isoformat()}T{at.isoformat()}{split[4].replace('Z', '+00:00')}")
    except ValueError as error:
        raise Unreadable("no_date") from error


def recent_moment(cell: str) -> datetime:
    """As ``moment``, from the year 2000 on: references hold two digits of the year."""
    at = moment(cell)
    if not 2000 <= at.astimezone(ZONE).year <= 2099:
        raise Unreadable("too_old")
    return at


def one_of(words: Mapping[str, str]) -> Reader:
    """One of the given words (small letters), as the value it stands for."""

    def read(cell: str) -> str:
        found = words.get(clean_text(cell, multiline=False).lower())
        if found is None:
            raise Unreadable("no_choice")
        return found

    return read


def weekdays(cell: str) -> list[int]:
    """Working days such as "ma di do" or "ma-vr", as numbers from 0 (Monday)."""
    days = {name: number for number, name in enumerate(("ma", "di", "wo", "do", "vr", "za", "zo"))}
    found: set[int] = set()
    for word in re.split(r"[\s,;/]+", cell.strip().lower()):
        first, _, last = word.partition("-")
        if first[:2] not in days or (last and last[:2] not in days):
            raise Unreadable("no_weekdays")
        begin, end = days[first[:2]], days[last[:2] if last else first[:2]]
        if end < begin:
            raise Unreadable("no_weekdays")
        found.update(range(begin, end + 1))
    return sorted(found)


def refusing(read: Callable[[str], Any], code: str) -> Reader:
    """A reader of another room that raises a fault of ours, as one that refuses with ``code``."""

    def checked(cell: str) -> Any:
        try:
            value = read(cell)
        except Exception as error:
            raise Unreadable(code) from error
        return value

    return checked


def _date(year: str, month: str, day_of_month: str) -> date:
    try:
        found = date(int(year), int(month), int(day_of_month))
    except ValueError as error:
        raise Unreadable("no_date") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unreadable("no_date")
    return found


def plain(name: str) -> str:
    """A name of a column as it is compared: small letters and digits only."""
    return "".join(mark for mark in name.lower() if mark.isalnum())


def choose_columns(kind: Kind, columns: Sequence[str], remembered: Mapping[str, str]) -> dict[str, str]:
    """A column for each field: the one of last time when it is there, else one that is called like it. No column twice."""
    chosen: dict[str, str] = {}
    for field in kind.fields:
        names = {plain(name): name for name in columns if name not in chosen.values()}
        candidates = [remembered.get(field.key, ""), field.key, *field.known_as]
        found = next((names[plain(name)] for name in candidates if name and plain(name) in names), None)
        if found is not None:
            chosen[field.key] = found
    return chosen


def missing(kind: Kind, mapping: Mapping[str, str]) -> list[str]:
    """Fields that every row must say and for which no column was chosen."""
    return [field.key for field in kind.fields if field.wanted and field.key not in mapping]


def read_row(
    kind: Kind, cells: Sequence[str], places: Mapping[str, int]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of a row by field (None: says nothing), and for each cell that is refused its field and the code."""
    values: dict[str, Any] = {}
    faults: list[tuple[str, str]] = []
    for field in kind.fields:
        cell = cells[places[field.key]] if field.key in places else ""
        values[field.key] = None
        if not cell.strip():
            if field.wanted:
                faults.append((field.key, "missing"))
            continue
        try:
            values[field.key] = field.read(cell)
        except Unreadable as refused:
            faults.append((field.key, refused.code))
        if field.wanted and values[field.key] == "":
            faults.append((field.key, "missing"))
    return values, faults
