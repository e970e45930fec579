"""No file is longer than a reader can hold."""

from __future__ import annotations

from pathlib import Path

from tests.house.code import ROOT, place

MOST_LINES = 400
KINDS = {".py", ".html", ".js", ".css"}
PLACES = ("kcc", "templates", "static", "tests", "bin")
APART = ("static/vendor", "migrations", "tests/support/axe.min.js")


def test_no_file_is_over_400_lines() -> None:
    found = {}
    for path in (*ROOT.glob("*.py"), *(file for name in PLACES for file in (ROOT / name).rglob("*"))):
        if path.suffix not in KINDS or not path.is_file() or _is_apart(path):
            continue
        lines = len(path.read_text().splitlines())
        if lines > MOST_LINES:
            found[place(path)] = lines
    assert found == {}


def _is_apart(path: Path) -> bool:
    return place(path).startswith(APART)
