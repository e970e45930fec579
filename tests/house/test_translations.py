"""Everything on screen is also there in English."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from kcc.launch.translations import CATALOGUE, read_catalogue, said


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The English catalogue."""
    return read_catalogue()


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


def test_the_compiled_catalogue_is_that_of_the_text(english: Catalog) -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = read_mo(file)
    assert _as_pairs(compiled) == _as_pairs(english)


def _as_pairs(catalogue: Catalog) -> set[tuple[str, str]]:
    plain = [(tuple(m.id) if isinstance(m.id, list | tuple) else (m.id,), m.string) for m in catalogue if m.id]
    return {(key[0], repr(tuple(text) if isinstance(text, list | tuple) else (text,))) for key, text in plain}
