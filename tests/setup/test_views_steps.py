"""Every step has its words and its page."""

from __future__ import annotations

from flask import Flask

from kcc.municipalities.rules_readiness import State, Step
from kcc.setup.views_steps import ADVICE, STATES, STEPS


def test_every_step_has_words_a_page_and_advice(app: Flask) -> None:
    assert list(STEPS) == list(Step) and set(STATES) == set(State)
    assert set(ADVICE) == set(Step) - {Step.IDENTITY}
    assert all(endpoint in app.view_functions for _label, endpoint in STEPS.values())
