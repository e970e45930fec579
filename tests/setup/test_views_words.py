"""Every field that can change has a word."""

from __future__ import annotations

from kcc.municipalities.actions_subjects import SUBJECTS
from kcc.municipalities.rules_setup import ACCENTS, CHANNELS, CHECKS, ENTRANCE_KINDS, LIBERATION_DAYS, UNITS
from kcc.setup import views_words as words


def test_every_kind_and_field_and_choice_has_a_word() -> None:
    assert set(words.KINDS) == set(SUBJECTS)
    assert {field for checks in CHECKS.values() for field in checks} <= set(words.FIELDS)
    assert set(words.CHANNELS) == set(CHANNELS) and set(words.ENTRANCES) == set(ENTRANCE_KINDS)
    assert set(words.UNITS) == set(UNITS) and set(words.LIBERATION) == set(LIBERATION_DAYS)
    assert set(words.COLOURS) == set(ACCENTS)
