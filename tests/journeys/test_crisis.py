"""A supervisor turns the crisis switch on; an agent at work sees it at once, and sees it go."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Centre, axe_violations
from tests.journeys.test_call_to_closed_task import at_testid


def test_an_agent_at_work_sees_a_crisis_without_doing_anything(centre: Centre, sign_in: Callable[..., Page]) -> None:
    agent = sign_in(centre.account("agent", "BRI"))
    agent.goto("/desk/")
    expect(agent.locator(".live--on")).to_be_visible()
    supervisor = sign_in(centre.account("supervisor"))
    supervisor.goto("/tuning/crisis")
    at_testid(supervisor, "crisis-message").fill("Brand bij de haven. Ramen en deuren dicht.")
    at_testid(supervisor, "crisis-on-button").click()
    bar = at_testid(agent, "crisis-bar")
    expect(bar).to_contain_text("Brand bij de haven.")
    assert axe_violations(agent) == [] and axe_violations(supervisor) == []
    at_testid(supervisor, "crisis-off").click()
    expect(bar).to_have_count(0)
