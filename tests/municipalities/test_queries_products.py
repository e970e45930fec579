"""The stored product list."""

from __future__ import annotations

from pathlib import Path

from kcc.core.permissions import Permission
from kcc.municipalities import queries_products
from tests.municipalities.test_actions import HEAD, PASSPORT, take_over
from tests.support.world import World


def test_products_come_as_plain_values_by_their_name(world: World, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text(HEAD + PASSPORT, encoding="utf-8")
    take_over(world, file)
    with world.scope("agent", Permission.DESK_USE):
        passport = queries_products.products()["paspoort"]
    assert (passport["uri"], passport["for_citizen"], passport["for_business"]) == (
        "http://example.org/paspoort",
        True,
        False,
    )
