"""The index of the set-up and the towns."""

from __future__ import annotations

from tests.support.world import World


def test_who_sets_up_finds_the_towns_from_the_bar(world: World) -> None:
    page = world.page("administrator").get("/setup/")
    assert page.by_testid("setup-setup-towns")["href"] == "/setup/towns"
    page.get("/setup/towns")
    assert "Aalburg" in page.text and "Bergen" not in page.text
    assert "Inrichting" not in world.page("agent").get("/").soup.select_one("nav").text  # type: ignore[union-attr]
    world.page("agent").get("/setup/", status=403)
