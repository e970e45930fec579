"""What may be typed about a task: too much is refused with a number, and kept."""

from __future__ import annotations

from flask import Flask

from kcc.backoffice.forms import LONGEST, ForwardForm, NoteForm, TalkForm


def test_too_long_a_text_is_refused_and_kept(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"told": "x" * (LONGEST + 3)}):
        form = TalkForm(meta={"csrf": False})
        assert not form.validate()
        assert "3 tekens te lang" in str(form.told.errors[0])
        assert form.told.data == "x" * (LONGEST + 3)


def test_a_note_and_a_reason_may_not_be_empty(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"note": "  ", "reason": "", "department_id": "1"}):
        assert "note" in _faults(NoteForm(meta={"csrf": False}))
        form = ForwardForm(meta={"csrf": False})
        form.department_id.choices = [(1, "Afval")]
        assert "reason" in _faults(form)


def _faults(form: NoteForm | ForwardForm) -> dict[str, object]:
    form.validate()
    return dict(form.errors)
