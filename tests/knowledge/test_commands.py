"""The import of question-answer pairs as typed at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.knowledge.test_actions_import import HEAD, row
from tests.support.world import World


def test_the_command_names_an_unknown_centre(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(HEAD + row(), encoding="utf-8")
    runner = world.app.test_cli_runner()
    refused = runner.invoke(args=["import", "vacs", str(file), "--centre", "nergens"])
    assert refused.exit_code == 1 and "nergens" in refused.output
    assert "1 nieuw" in runner.invoke(args=["import", "vacs", str(file), "--centre", "noord"]).output
