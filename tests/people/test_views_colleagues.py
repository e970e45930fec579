"""The colleague finder, as a browser meets it."""

from __future__ import annotations

import pytest

from tests.support.world import World


def test_a_colleague_is_found_by_name_and_department(world: World) -> None:
    page = world.page("agent").get("/colleagues/")
    page.submit(text="handler burger")
    names = [row.select_one("td").text for row in page.soup.select("tbody tr")]  # type: ignore[union-attr]
    assert names == ["Handler", "Handler Bergen", "Handler Second"]


def test_the_search_can_be_narrowed_to_a_town(world: World) -> None:
    page = world.page("agent").get("/colleagues/")
    page.submit(text="handler", municipality_id=str(world.towns["Bergen"]))
    assert [row.select_one("td").text for row in page.soup.select("tbody tr")] == ["Handler Bergen"]  # type: ignore[union-attr]


def test_a_town_out_of_sight_cannot_be_chosen(world: World) -> None:
    page = world.page("agent").get("/colleagues/")
    page.submit(text="", municipality_id=str(world.towns["Cadzand"]), status=422)


@pytest.mark.parametrize("text", ["%", "_", "\\", "qqqq"])
def test_signs_mean_themselves(world: World, text: str) -> None:
    page = world.page("agent").get("/colleagues/")
    page.submit(text=text)
    assert "Niemand gevonden" in page.text


def test_those_without_the_right_do_not_see_colleagues(world: World) -> None:
    world.page("contract_manager").get("/colleagues/", status=403)
