"""Every table has its Dutch word, and the glossary knows it."""

from __future__ import annotations

import re

from tests.house.catalogue import models
from tests.house.code import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"


def test_every_table_says_its_dutch_word() -> None:
    assert [name for name, model in models().items() if "Dutch:" not in (model.__doc__ or "")] == []


def test_the_glossary_names_every_table_with_that_word() -> None:
    rows = {match[1]: match[2] for match in re.finditer(r"^\| `(\w+)` \| ([^|]+) \|", GLOSSARY.read_text(), flags=re.M)}
    wrong = [
        model.__name__
        for model in models().values()
        if rows.get(model.__name__, "").strip() != dutch_word(model.__doc__ or "")
    ]
    assert wrong == []


def test_the_glossary_names_nothing_that_is_gone() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", GLOSSARY.read_text(), flags=re.M))
    assert named - {model.__name__ for model in models().values()} == set()


def dutch_word(text: str) -> str:
    """What stands after ``Dutch:`` in a docstring."""
    found = re.search(r"Dutch:\s*(.+?)\.?\s*(?:\n\n|$)", text, flags=re.S)
    return re.sub(r"\s+", " ", found[1]).strip().rstrip(".") if found else ""
