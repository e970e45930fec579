"""Imports as typed at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.imports.files import HISTORY, POSTCODES, PRESENT, PRODUCTS, amount, by_command
from tests.knowledge.test_actions_import import HEAD, row
from tests.support.world import World


def test_a_command_tells_what_it_did_and_why_it_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    runner = world.app.test_cli_runner()
    file.write_text(PRODUCTS.replace(",", ";") + ";x\n", encoding="cp1252")
    done = runner.invoke(args=["import", "upl", str(file)])
    assert done.exit_code == 0 and done.output.startswith(
        "1 nieuw, 0 gewijzigd, 0 hetzelfde\n1 geweigerd\nregel 3 geweigerd"
    )
    assert runner.invoke(args=["import", "upl", str(file)]).output.startswith("0 nieuw, 0 gewijzigd, 1 hetzelfde")
    assert by_command(world, "upl", PRODUCTS.replace("paspoort,", "woz,"), tmp_path, "--dry-run")["added"] == 1
    assert amount(world, "product") == 1
    file.write_text("naam,adres\nx,y\n", encoding="utf-8")
    refused = runner.invoke(args=["import", "upl", str(file)])
    assert refused.exit_code == 1 and "ontbreekt de kolom UniformeProductnaam, URI" in refused.output
    assert runner.invoke(args=["import", "upl", str(tmp_path / "weg.csv")]).exit_code == 1
    assert "gemeente" in runner.invoke(args=["import", "upl", str(file), "--town", "Nergens"]).output


def test_a_command_says_which_town_a_postcode_is_of(world: World, tmp_path: Path) -> None:
    for kind, text in (("municipality_history", HISTORY), ("municipalities", PRESENT), ("postcodes", POSTCODES)):
        by_command(world, kind, text, tmp_path)
    runner = world.app.test_cli_runner()
    assert runner.invoke(args=["import", "town-of", "3231", "2022-12-31"]).output == "Brielle (0501)\n"
    assert runner.invoke(args=["import", "town-of", "3231GE", "2023-01-01"]).output == "Voorne aan Zee (1992)\n"
    assert runner.invoke(args=["import", "town-of", "1000", "2023-01-01"]).exit_code == 1


def test_shared_articles_are_taken_over_for_a_centre(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(HEAD + row(), encoding="utf-8")
    runner = world.app.test_cli_runner()
    refused = runner.invoke(args=["import", "vacs", str(file), "--centre", "nergens"])
    assert refused.exit_code == 1 and "nergens" in refused.output
    assert "1 nieuw" in runner.invoke(args=["import", "vacs", str(file), "--centre", "noord"]).output
