"""Lists of the country, from the real files and from small ones: safe to repeat, refused row by row, undone as far as unused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kcc.core.permissions import Permission
from kcc.municipalities import queries_national
from tests.imports.files import (
    DATA,
    HISTORY,
    POSTCODES,
    PRESENT,
    PRODUCTS,
    amount,
    begin,
    bring,
    by_command,
    counts,
    run_of,
    undo,
)
from tests.support.world import World

real = pytest.mark.skipif(not DATA.exists(), reason="the national files are not on this machine")


def town_on(world: World, pc4: str, year: int, month: int, day: int) -> list[str]:
    with world.scope("administrator", Permission.SETUP_MANAGE):
        found = queries_national.place_on_day(pc4, date(year, month, day))
    return [name for _code, name in found.towns] if found else []


@real
def test_the_real_files_come_in_whole_and_again_change_nothing(world: World, tmp_path: Path) -> None:
    files = {
        "upl": ("upl/UPL-actueel.csv", 1017), "product_areas": ("upl/UPL-SDG-Informatiegebied.csv", 296),
        "municipality_history": ("gemeenten/Tabel33_Gemeententabel.csv", 1472), "municipalities": ("gemeenten/gemeenten_cbs_2023.csv", 5),
        "rsin": ("gemeenten/RSIN.csv", 0), "postcodes": ("gemeenten/pc4_plaats_gemeente.csv", 4053),
    }  # fmt: skip
    told = {kind: by_command(world, kind, (DATA / name).read_bytes(), tmp_path) for kind, (name, _n) in files.items()}
    assert {kind: one["added"] for kind, one in told.items()} == {
        kind: number for kind, (_name, number) in files.items()
    }
    assert told["rsin"]["changed"] == 320
    # The codes for unknown and for those abroad; postcodes of which the list names no municipality.
    assert {kind: one["refused"] for kind, one in told.items() if one["refused"]} == {
        "municipality_history": 2,
        "postcodes": 21,
        "product_areas": 3,
    }
    again = {kind: by_command(world, kind, (DATA / name).read_bytes(), tmp_path) for kind, (name, _n) in files.items()}
    assert [(one["added"], one["changed"]) for one in again.values()] == [(0, 0)] * len(files)
    assert town_on(world, "3231", 2022, 12, 31) == ["Brielle"]
    assert town_on(world, "3231", 2023, 1, 1) == town_on(world, "3221", 2023, 1, 1) == ["Voorne aan Zee"]
    assert town_on(world, "3235", 2023, 1, 1) == ["Voorne aan Zee"]
    assert town_on(world, "5268", 2020, 12, 31) == ["Haaren"] and town_on(world, "5268", 2021, 1, 1) == ["Vught"]
    days = [(2014, 12, 31), (2015, 1, 1), (2016, 1, 1)]
    assert [town_on(world, "6574", *day) for day in days] == [["Ubbergen"], ["Groesbeek"], ["Berg en Dal"]]


def test_a_postcode_follows_its_town_through_mergers(world: World, tmp_path: Path) -> None:
    by_command(world, "municipality_history", HISTORY, tmp_path)
    by_command(world, "municipalities", PRESENT, tmp_path)
    told = by_command(world, "postcodes", POSTCODES, tmp_path)
    assert (told["added"], told["refused"]) == (4, 2)
    assert [(row["line"], row["field"], row["code"]) for row in told["refusals"]] == [
        (6, "municipality", "unknown_municipality"), (7, "pc4", "no_postcode"),
    ]  # fmt: skip
    assert town_on(world, "3231", 2022, 12, 31) == ["Brielle"]
    assert town_on(world, "3231", 2023, 1, 1) == ["Voorne aan Zee"]
    assert town_on(world, "3201", 2014, 12, 31) == ["Spijkenisse"]
    assert town_on(world, "3201", 2015, 1, 1) == ["Nissewaard"]
    assert town_on(world, "3214", 2014, 12, 31) == ["Bernisse", "Spijkenisse"]  # Zuidland: the list does not say which


def test_what_a_run_made_is_undone_unless_it_is_used(world: World, tmp_path: Path) -> None:
    run_id = bring(world, "upl", PRODUCTS + "woz,http://example.org/woz,X,X,,,\n")
    begin(world, run_id)
    assert counts(run_of(world, run_id)) == (2, 0, 0, 0)
    with world.admin() as admin:
        admin.execute("update topic set upn = 'paspoort' where key = 'paspoort'")
    undo(world, run_id)
    run = run_of(world, run_id)
    assert (run.state, run.removed, run.left_behind) == ("undone", 1, 1)
    with world.admin() as admin:
        assert [row[0] for row in admin.execute("select upn from product")] == ["paspoort"]


def test_marks_of_a_product_add_up_and_its_first_ground_counts(world: World, tmp_path: Path) -> None:
    told = by_command(world, "upl", PRODUCTS + "paspoort,http://example.org/paspoort,,,X,Andere wet,\n", tmp_path)
    assert (told["added"], told["joined"]) == (1, 1)
    with world.admin() as admin:
        row = admin.execute("select for_citizen, for_business, law_label from product").fetchone()
    assert row == (True, True, "Paspoortwet")


def test_areas_are_undone_after_the_products_in_them(world: World, tmp_path: Path) -> None:
    by_command(world, "upl", PRODUCTS, tmp_path)
    head = "UniformeProductnaam,URI,SDG_Code,SDG_Informatiegebied,SDG_Thema\n"
    run_id = bring(world, "product_areas", head + "paspoort,u,G1,Burgerrechten,thema\nniets,u,G1,Burgerrechten,thema\n")
    begin(world, run_id)
    assert counts(run_of(world, run_id)) == (1, 0, 0, 1)
    undo(world, run_id)
    assert amount(world, "product_area") == amount(world, "information_area") == 0
