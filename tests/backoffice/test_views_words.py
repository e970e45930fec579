"""Terms in words, in a town's working time."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from flask import Flask

from kcc.backoffice import views_words as words
from kcc.municipalities.rules import Calendar

WEEK = Calendar("Europe/Amsterdam", {day: ((time(8, 30), time(17, 0)),) for day in range(5)})
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # ten o'clock in the morning there


@pytest.mark.parametrize(
    ("due_at", "short", "kind"),
    [
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "1 dag te laat", "late"),
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "1 u te laat", "late"),
        (datetime(2026, 11, 24, 8, 45, tzinfo=UTC), "15 m te laat", "late"),
        (datetime(2026, 11, 24, 10, 10, tzinfo=UTC), "nog 1 u 10 m", "soon"),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "vandaag 17:00", "soon"),
        (datetime(2026, 11, 26, 16, 0, tzinfo=UTC), "do 26 nov", "fine"),
    ],
)
def test_a_term_is_said_as_people_say_it(app: Flask, due_at: datetime, short: str, kind: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "nl"}):
        due = words.due_words(TUESDAY, due_at, WEEK, words.soon_until(TUESDAY, WEEK))
    assert (due.short, due.kind) == (short, kind)
