"""Forms of the set-up carry what was typed to the right field."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from kcc.core.errors import InvalidInput
from kcc.setup.forms import DatedForm, HoursForm


def test_a_day_to_come_is_asked_for_and_a_day_gone_by_refused(app: Flask) -> None:
    with app.test_request_context():
        form, today = DatedForm(formdata=None), date(2026, 11, 25)
        assert form.day(today) is None
        form.effective_on.data = "2026-12-01"
        assert form.day(today) == date(2026, 12, 1)
        for typed in ("2026-11-24", "morgen"):
            form.effective_on.data = typed
            with pytest.raises(InvalidInput) as refused:
                form.day(today)
            assert refused.value.field == "effective_on"


def test_a_week_names_its_day_when_it_is_wrong(app: Flask) -> None:
    with app.test_request_context():
        form = HoursForm(formdata=None)
        form.fill({"0": [["08:30", "12:00"]]})
        assert form.week()["0"] == [["08:30", "12:00"]] and form.week()["6"] == []
        form.sunday.data = "altijd"
        with pytest.raises(InvalidInput) as refused:
            form.week()
        assert refused.value.field == "sunday"
