"""Forms of things of which a town has several."""

from __future__ import annotations

from flask import Flask

from kcc.setup.forms_rows import RouteForm, whole


def test_questions_are_lines_and_a_term_needs_an_amount(app: Flask) -> None:
    with app.test_request_context():
        form = RouteForm(formdata=None)
        form.questions.data, form.department_id.data = " Waar? \n\nWanneer?", 3
        assert form.values()["questions"] == ["Waar?", "Wanneer?"] and form.values()["term_unit"] is None
    assert [whole(each) for each in ("7", "", None, "x", "٣", "99999999999")] == [7, 0, 0, 0, 0, 0]
