"""Every fault has a page of its own that says what happened."""

from __future__ import annotations

import pytest

from tests.support.world import World


@pytest.mark.parametrize("person", ["agent", None])
def test_an_unknown_address_has_a_page(world: World, person: str | None) -> None:
    page = world.page(person).get("/nothing-here", status=404)
    assert page.soup.select_one("h1") is not None


def test_too_much_at_once_is_refused_with_a_page(world: World) -> None:
    page = world.page("agent").get("/account/")
    form = page.soup.select_one("main form input[name=csrf_token]")
    assert form is not None
    page.post("/account/", {"csrf_token": str(form["value"]), "name": "x" * 10_000_000}, status=413)


def test_a_fragment_of_a_fault_is_a_fragment(world: World) -> None:
    page = world.page("agent").get("/tickets/00000000-0000-7000-8000-000000000000", status=404, fragment=True)
    assert "<html" not in page.text


def test_a_number_larger_than_any_id_is_an_unknown_id(world: World) -> None:
    page = world.page("agent").get("/knowledge/topics/99999999999999999999999", status=404)
    assert page.soup.select_one("h1") is not None
