"""What is said of a department: open now, or from when, and why another answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from kcc.municipalities.rules_departments import Reach
from kcc.people import views_words as words

NOON = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)  # twelve o'clock there, a Wednesday


@pytest.mark.parametrize(
    ("found", "said", "brief"),
    [
        (Reach(True, datetime(2026, 11, 25, 16, tzinfo=UTC), None), "nu open, tot 17:00 uur", "nu open"),
        (
            Reach(False, None, datetime(2026, 11, 25, 12, 30, tzinfo=UTC)),
            "nu dicht, open vandaag vanaf 13:30 uur",
            "open vanaf 13:30",
        ),
        (
            Reach(False, None, datetime(2026, 11, 27, 8, tzinfo=UTC)),
            "nu dicht, weer open vrijdag 27 november 09:00 uur",
            "open vanaf vr 27 nov 09:00",
        ),
        (Reach(False, None, None), "nooit open", "nooit open"),
    ],
)
def test_opening_is_said_as_people_say_it(app: Flask, found: Reach, said: str, brief: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "nl"}):
        assert (words.reach_words(found, NOON), words.reach_word(found, NOON)) == (said, brief)


def test_every_reason_for_another_department_is_said(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "nl"}):
        said = words.passed_words([("Afval", "out_of_use"), ("Groen", "nobody")])
    assert said == "Afval is niet meer in gebruik, bij Groen werkt niemand"
