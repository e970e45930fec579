"""The national product list, from the real file and from broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kcc.core.csv_files import Imported
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope
from kcc.municipalities import actions
from kcc.municipalities.models import Product
from tests.support.world import World

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "upl" / "UPL-actueel.csv"
HEAD = "UniformeProductnaam,URI,Gemeente,Burger,Bedrijf,Grondslaglabel,Grondslaglink\n"
PASSPORT = "paspoort,http://example.org/paspoort,X,X,,Paspoortwet,https://example.org/wet\n"


def take_over(world: World, path: Path) -> Imported:
    with command_scope(world.app.config["SETTINGS"].platform_url, "noord", reason="test"):
        result = actions.import_products(actor=Actor.command(), path=path)
        db.session.commit()
    return result


@pytest.fixture
def file(tmp_path: Path, world: World) -> Path:
    with world.admin() as admin:
        admin.execute("delete from product")
    return tmp_path / "products.csv"


@pytest.mark.skipif(not REAL.exists(), reason="the national list is not on this machine")
def test_the_real_list_comes_in_whole_and_again_changes_nothing(world: World, file: Path) -> None:
    first = take_over(world, REAL)
    assert (first.added, first.refused) == (1017, [])
    again = take_over(world, REAL)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1017)


def test_rows_are_added_changed_and_refused_one_by_one(world: World, file: Path) -> None:
    file.write_text(
        HEAD + PASSPORT + ",http://example.org/x,X,,,,\nwoz,javascript:alert(1),X,,,,\n", encoding="utf-8-sig"
    )
    first = take_over(world, file)
    assert (first.added, [row.line for row in first.refused]) == (1, [3, 4])
    file.write_text(
        HEAD + PASSPORT.replace("X,X,", "X,X,X") + "rijbewijs,http://example.org/r,X,X,,,\n", encoding="utf-8"
    )
    second = take_over(world, file)
    assert (second.added, second.changed, second.unchanged) == (1, 1, 0)
    with command_scope(world.app.config["SETTINGS"].platform_url, "noord", reason="test"):
        passport = db.session.get_one(Product, "paspoort")
        assert (passport.for_citizen, passport.for_business, passport.law_label) == (True, True, "Paspoortwet")


def test_a_broken_file_changes_nothing(world: World, file: Path) -> None:
    file.write_bytes((HEAD + PASSPORT + "paspoort,X\n").encode())
    with pytest.raises(InvalidInput):
        take_over(world, file)
    with world.admin() as admin:
        assert admin.execute("select count(*) from product").fetchone() == (0,)
