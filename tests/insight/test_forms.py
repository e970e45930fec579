"""Periods as they are chosen, named and written in addresses."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from kcc.core.errors import InvalidInput
from kcc.insight import forms
from kcc.insight.rules import Period

TODAY = date(2026, 1, 2)


def form_of(**values: str) -> forms.SelectionForm:
    form = forms.SelectionForm(MultiDict(values))
    forms.fill_choices(form, TODAY, ["Afval"])
    return form


@pytest.mark.parametrize(
    ("values", "first", "last"),
    [
        ({}, "2026-01-01", "2026-01-31"),
        ({"period": "2025-12"}, "2025-12-01", "2025-12-31"),
        ({"period": "2026-W01"}, "2025-12-29", "2026-01-04"),
        ({"period": "2025-Q4"}, "2025-10-01", "2025-12-31"),
        ({"period": "own", "first": "2025-11-03", "last": "2025-11-04"}, "2025-11-03", "2025-11-04"),
        ({"period": "own"}, "2026-01-01", "2026-01-02"),
    ],
)
def test_a_period_is_read_from_an_address(app: Flask, values: dict[str, str], first: str, last: str) -> None:
    with app.test_request_context():
        form = form_of(**values)
        form.validate()
        period = forms.read_period(form, TODAY)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize("code", ["2026-13", "2026-Q5", "2026-W54", "0000-01", "9999-12", "x", "2026-W53-1", "٢٠٢٦-01"])
def test_a_period_that_does_not_exist_is_refused(app: Flask, code: str) -> None:
    with app.test_request_context(), pytest.raises(InvalidInput):
        forms.read_period(form_of(period=code), TODAY)


def test_every_period_in_the_list_reads_back_as_itself(app: Flask) -> None:
    with app.test_request_context():
        choices = [code for group in form_of().period.choices.values() for code, _name in group if code != forms.OWN]
        assert len(choices) == len(set(choices)) == forms.MONTHS + forms.WEEKS + forms.QUARTERS
        for code in choices:
            assert forms.code_of(forms.read_period(form_of(period=code), TODAY)) == code


def test_periods_are_named_in_dutch(app: Flask) -> None:
    with app.test_request_context():
        assert forms.name_of(Period.month(2026, 10)) == "oktober 2026"
        assert forms.name_of(Period.week(2026, 41)) == "week 41 (5 oktober t/m 11 oktober)"
        assert forms.name_of(Period.quarter(2026, 4)) == "4e kwartaal 2026"


def test_a_choice_outside_the_list_is_refused(app: Flask) -> None:
    with app.test_request_context():
        assert forms.read_choice(form_of(group="Afval"), "group") == "Afval"
        assert forms.read_choice(form_of(), "channel") is None
        with pytest.raises(InvalidInput):
            forms.read_choice(form_of(channel="fax"), "channel")
