"""Findings as sentences."""

from __future__ import annotations

from typing import get_args

import pytest
from flask import Flask

from kcc.insight import views_words
from kcc.insight.queries_measures import MEASURES
from kcc.insight.rules_figures import Finding, Kind


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_finding_has_its_sentence(app: Flask, kind: Kind) -> None:
    with app.test_request_context():
        said = views_words.sentence(Finding(kind, ("Brielle", "Bernisse"), (2, 1)), 4)
    assert said.endswith(".") and "%(" not in said


def test_towns_are_named_with_their_gap(app: Flask) -> None:
    with app.test_request_context():
        said = views_words.sentence(Finding("missed", ("Brielle", "Bernisse"), (2, 1)), 4)
    assert (
        said == "Onder de afspraak voor terugbellen, meer dan de onzekerheid: Brielle (2 punten) en Bernisse (1 punt)."
    )


def test_names_stand_in_a_row(app: Flask) -> None:
    with app.test_request_context():
        assert views_words.names(["A", "B", "C"]) == "A, B en C"
        assert views_words.names(["A"]) == "A" and views_words.names([]) == ""


def test_every_measure_has_its_words() -> None:
    assert set(views_words.MEASURES) == set(MEASURES)
