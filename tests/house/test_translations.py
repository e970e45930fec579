"""Everything on screen is also there in English."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.house.code import ROOT

CATALOGUE = ROOT / "kcc" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
REFUSALS = ("InvalidInput", "InvalidState", "NotAllowed", "NotFound", "Conflict", "CalendarError", "CalendarNeverOpens")
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
KEYWORDS |= dict.fromkeys(REFUSALS)
SOURCES = {"kcc": [("**.py", "python")], "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")]}


def said() -> dict[str | tuple[str, ...], str]:
    """Every message id in the code and the templates, with the first file that says it."""
    found: dict[str | tuple[str, ...], str] = {}
    for folder, method_map in SOURCES.items():
        for name, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder),
            method_map=method_map,
            keywords=KEYWORDS,  # type: ignore[arg-type]
        ):
            found.setdefault(message, f"{folder}/{name}")
    return found


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The English catalogue."""
    assert CATALOGUE.exists(), "there is no English catalogue yet"
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def test_every_message_has_an_english_translation(english: Catalog) -> None:
    missing = []
    for message, name in said().items():
        entry = english.get(message if isinstance(message, str) else message[0])
        words = [] if entry is None else [entry.string] if isinstance(entry.string, str) else list(entry.string)
        if not words or not all(words):
            missing.append(f"{name}: {message}")
    assert missing == [], f"{len(missing)} missing"


def test_translations_keep_the_places_for_values(english: Catalog) -> None:
    assert [(message.id, str(fault)) for message in english for fault in message.check()] == []
