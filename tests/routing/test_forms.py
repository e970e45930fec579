"""What may be chosen when work is given by hand."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask

from kcc.routing.actions_offers import ASSIGN_REASONS
from kcc.routing.forms import AssignForm, TakeBackForm

AGENT = uuid.UUID("00000000-0000-7000-8000-0000000000a1")


@pytest.mark.parametrize(
    ("account", "reason", "is_good"),
    [(str(AGENT), "skill", True), ("00000000-0000-7000-8000-0000000000b2", "skill", False), (str(AGENT), "zomaar", False), ("niemand", "skill", False)],
)  # fmt: skip
def test_work_goes_to_an_agent_who_is_there_with_a_reason_from_the_list(
    app: Flask, account: str, reason: str, is_good: bool
) -> None:
    with app.test_request_context(method="POST", data={"account_id": account, "reason": reason}):
        form = AssignForm(meta={"csrf": False})
        form.account_id.choices = [(AGENT, "Agent")]
        assert form.validate() is is_good


def test_both_forms_offer_the_reasons_that_the_action_knows(app: Flask) -> None:
    with app.test_request_context():
        for form in (AssignForm(meta={"csrf": False}), TakeBackForm(meta={"csrf": False})):
            assert {key for key, _word in form.reason.choices} == ASSIGN_REASONS
