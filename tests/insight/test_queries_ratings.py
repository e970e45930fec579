"""Marks per municipality, in the period, for who may see figures."""

from __future__ import annotations

from tests.channels.citizens import asked, look, work
from tests.channels.test_views_status import answer, rate
from tests.support.world import World


def rated(world: World, town: str, *scores: int) -> None:
    for number, score in enumerate(scores):
        reference, code = asked(world, town, question=f"Vraag {number} uit {town}")
        answer(world, reference, close=True)
        rate(look(world, reference, code), score)
        work(world)


def test_a_supervisor_sees_marks_per_town_and_no_mean_of_a_few(world: World) -> None:
    rated(world, "Aalburg", 5, 4, 4, 5, 3)
    rated(world, "Bergen", 1)
    table = world.page("supervisor").get("/statistics/").by_testid("ratings")
    rows = {row.select_one("th").text.strip(): row.text for row in table.select("tbody tr")}  # type: ignore[union-attr]
    assert any("4,2" in text for name, text in rows.items() if "Aalburg" in name)
    assert any("te weinig" in text and "1,0" not in text for name, text in rows.items() if "Bergen" in name)


def test_marks_of_another_period_or_channel_are_left_out(world: World) -> None:
    rated(world, "Aalburg", 5)
    assert world.page("supervisor").get("/statistics/?channel=phone").soup.select_one('[data-testid="ratings"]') is None
    with world.admin() as admin:
        admin.execute("update rating set rated_at = rated_at - interval '400 days'")
    assert world.page("supervisor").get("/statistics/").soup.select_one('[data-testid="ratings"]') is None
