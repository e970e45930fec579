"""Times and numbers the Dutch way, in the municipality's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from kcc.web import filters


@pytest.fixture(autouse=True)
def dutch(app: Flask):  # type: ignore[no-untyped-def]
    """A request in Dutch."""
    with app.test_request_context("/", headers={"Accept-Language": "nl"}):
        yield


def test_a_moment_is_said_in_the_towns_zone_in_winter_and_summer() -> None:
    assert "17:00" in filters.moment(datetime(2026, 12, 2, 16, tzinfo=UTC)).replace(".", ":")
    assert "17:00" in filters.moment(datetime(2026, 7, 1, 15, tzinfo=UTC)).replace(".", ":")
    assert filters.moment(datetime(2026, 12, 2, 16, tzinfo=UTC)).startswith("woensdag 2 december")


def test_nothing_is_shown_for_nothing() -> None:
    assert filters.moment(None) == filters.day(None) == filters.iso(None) == ""


def test_days_and_durations() -> None:
    assert filters.day(date(2026, 12, 2)) == "2 december 2026"
    assert [filters.duration(s) for s in (0, 59, 292, None)] == ["0:00", "0:59", "4:52", "–"]
