"""The health page and the daily round say that something hangs in the queue."""

from __future__ import annotations

from datetime import timedelta

from kcc.core.clock import now
from tests.routing.test_queries_stuck import put
from tests.support.world import World


def test_a_hanging_item_is_on_the_health_page_and_in_the_daily_round(world: World) -> None:
    page = world.page("supervisor")
    assert "niets blijft hangen" in page.get("/operations/health").text
    put(world, "mail", "waiting", now() - timedelta(days=8))
    put(world, "call", "waiting", now() - timedelta(hours=1))
    text = page.get("/operations/health").text
    assert "blijft hangen: Telefoon 1, E-mail 1" in text and "niets blijft hangen" not in text
    page.get("/operations/")
    assert "Gezondheid van het systeem" in page.text
