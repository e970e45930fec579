"""The import of the product list as typed at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.municipalities.test_actions import HEAD, PASSPORT
from tests.support.world import World


def test_the_command_tells_what_it_did_and_why_it_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    with world.admin() as admin:
        admin.execute("delete from product")
    runner = world.app.test_cli_runner()
    file.write_text(HEAD + PASSPORT, encoding="utf-8")
    done = runner.invoke(args=["import", "upl", str(file)])
    assert (done.exit_code, done.output.strip()) == (0, "1 nieuw, 0 gewijzigd, 0 hetzelfde")
    file.write_text((HEAD + PASSPORT).replace(",", ";"), encoding="utf-8")
    refused = runner.invoke(args=["import", "upl", str(file)])
    assert refused.exit_code == 1 and "puntkomma" in refused.output
