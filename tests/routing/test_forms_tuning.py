"""Numbers as people type them."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from kcc.routing.forms_tuning import NumberField, ParametersForm
from kcc.routing.forms_tuning_words import GROUPS, HINTS, LABELS, UNITS
from kcc.routing.rules_parameters import BOUNDS, NAMES


@pytest.mark.parametrize(("typed", "read"), [("8", 8.0), ("0,5", 0.5), ("0.5", 0.5), (" 12 ", 12.0)])
def test_commas_points_and_spaces_are_read(app: Flask, typed: str, read: float) -> None:
    with app.test_request_context("/"):
        form = ParametersForm(MultiDict({"kappa": typed}))
        assert form["kappa"].data == read and form["kappa"]._value() == typed.strip()


@pytest.mark.parametrize("typed", ["", "veel", "1e999", "nan", "--1", "8 8"])
def test_what_is_no_number_is_refused_and_kept_as_typed(app: Flask, typed: str) -> None:
    with app.test_request_context("/"):
        form = ParametersForm(MultiDict({"kappa": typed}))
        assert not form.validate()
        assert form["kappa"].errors and form["kappa"]._value() == typed


def test_every_setting_has_words_a_group_and_a_unit(app: Flask) -> None:
    assert set(LABELS) == set(HINTS) == set(NAMES)
    assert {bound.group for bound in BOUNDS} == set(GROUPS)
    assert {bound.unit for bound in BOUNDS} <= {*UNITS, ""}
    with app.test_request_context("/"):
        form = ParametersForm(formdata=None)
        shown = [field.name for group in GROUPS for field in form.of_group(group)]
        assert sorted(shown) == sorted(NAMES)
        assert all(isinstance(form[bound.name], NumberField) for bound in BOUNDS)
