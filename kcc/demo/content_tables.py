"""Reading content files value by value, so that every mistake is told with its file and key."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

CONTENT_FOLDER = Path(__file__).parent / "content"


class ContentError(ValueError):
    """A content file is wrong; the message names the file and the key."""


@dataclass(frozen=True)
class Table:
    """A table of a content file together with where it stands, so that every complaint can say so."""

    values: dict[str, Any]
    where: str

    def take(self, key: str, kind: type, default: Any = ...) -> Any:
        """Return a value of this kind; without a default the key must be there."""
        value = self.values.get(key, default)
        if value is ...:
            raise ContentError(f"{self.where}: key '{key}' is missing")
        if key in self.values and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise ContentError(f"{self.where}: key '{key}' must be {kind.__name__}, found {value!r}")
        return value

    def texts(self, key: str, default: Any = ...) -> tuple[str, ...]:
        """Return a list of texts, none of them empty."""
        value = self.take(key, list, default)
        if any(not isinstance(text, str) or not text.strip() for text in value):
            raise ContentError(f"{self.where}: key '{key}' must hold texts that are not empty")
        return tuple(value)

    def table(self, key: str, default: Any = ...) -> "Table":
        """Return the table under this key."""
        return Table(self.take(key, dict, default), f"{self.where}: {key}")

    def tables(self, key: str, default: Any = ...) -> "list[Table]":
        """Return the array of tables under this key, each named by its key, name or number."""
        found = self.take(key, list, default)
        if any(not isinstance(row, dict) for row in found):
            raise ContentError(f"{self.where}: key '{key}' must be an array of tables")
        return [
            Table(row, f"{self.where}: {key} '{row.get('key') or row.get('name') or number}'")
            for number, row in enumerate(found, 1)
        ]

    def one_of(self, key: str, allowed: Iterable[str], default: Any = ...) -> str:
        """Return a text that must be one of the allowed ones."""
        value: str = self.take(key, str, default)
        if value not in allowed:
            raise ContentError(f"{self.where}: key '{key}' is '{value}', not one of {', '.join(allowed)}")
        return value

    def clock(self, key: str) -> time | None:
        """Return a time of day like "12:30", or None when the key is absent."""
        return read_time(self.take(key, str), f"{self.where}: {key}") if key in self.values else None


def read_time(text: str, where: str) -> time:
    """Read "08:30"; raise `ContentError` otherwise."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise ContentError(f"{where}: '{text}' is no time") from error


def read_toml(path: Path) -> Table:
    """Read one TOML file of the content folder; raise `ContentError` when it is absent or is not TOML."""
    where = str(path.relative_to(CONTENT_FOLDER))
    try:
        return Table(tomllib.loads(path.read_text(encoding="utf-8")), where)
    except FileNotFoundError as error:
        raise ContentError(f"{where}: the file is missing") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{where}: {error}") from error


def read_front_matter(path: Path) -> tuple[Table, str]:
    """Split an article into the TOML between its `+++` lines and its Markdown body."""
    where = str(path.relative_to(CONTENT_FOLDER))
    parts = path.read_text(encoding="utf-8").split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip() or not parts[2].strip():
        raise ContentError(f"{where}: an article is front matter between two +++ lines, then a body")
    try:
        return Table(tomllib.loads(parts[1]), where), parts[2].strip() + "\n"
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{where}: {error}") from error
