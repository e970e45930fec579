"""The queue's page."""

from __future__ import annotations

from tests.factories.routing import make_item
from tests.support.world import World


def test_the_page_lets_an_agent_claim_and_finish(world: World) -> None:
    make_item(world)
    page = world.page("agent").get("/queue/")
    page.submit('form[action*="/claim"]')
    page.get("/queue/").submit('form[action*="/done"]')
    assert "De wachtrij is leeg" in page.text
    world.page("handler").get("/queue/", status=403)
