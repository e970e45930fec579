"""The index of the set-up and the towns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kcc.people import rules_accounts
from tests.support.world import World


def test_who_sets_up_finds_the_towns_from_the_bar(world: World) -> None:
    page = world.page("administrator").get("/setup/")
    assert page.by_testid("setup-setup-towns")["href"] == "/setup/towns"
    page.get("/setup/towns")
    assert "Aalburg" in page.text and "Bergen" not in page.text
    assert "Inrichting" not in world.page("agent").get("/").soup.select_one("nav").text  # type: ignore[union-attr]
    world.page("agent").get("/setup/", status=403)


@pytest.mark.parametrize(("days", "kind"), [(-1, "late"), (1, "warn")])
def test_a_review_that_waits_is_marked_on_the_index(
    world: World, monkeypatch: pytest.MonkeyPatch, days: int, kind: str
) -> None:
    monkeypatch.setattr(rules_accounts, "review_due", lambda _quarter: date.today() + timedelta(days=2 * days))
    page = world.page("administrator").get("/setup/")
    mark = page.by_testid("mark-setup-reviews")
    assert (
        mark.select_one(f".tag--{kind}") is not None
        and "rol" in mark.text
        and ("te laat" in mark.text) == (kind == "late")
    )


def test_nothing_is_marked_when_every_role_was_looked_at(world: World) -> None:
    with world.admin() as admin:
        admin.execute("update membership set valid_from = now()")
    assert not world.page("administrator").get("/setup/").soup.select("[data-testid^=mark-]")
