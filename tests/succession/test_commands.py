"""Commands that check an export, as who runs a machine uses them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from tests.succession.test_exporting import written


def test_an_export_is_checked_in_words(app: Flask, tmp_path: Path) -> None:
    folder = written(tmp_path / "out")
    good = app.test_cli_runner().invoke(args=["succession", "check", str(folder)])
    assert "volledig" in good.output and good.exit_code == 0
    (folder / "index.html").unlink()
    bad = app.test_cli_runner().invoke(args=["succession", "check", str(folder)])
    assert bad.exit_code == 1 and "index.html" in bad.output
    refused = app.test_cli_runner().invoke(args=["succession", "reimport", str(folder), "--url", "postgresql:///none"])
    assert refused.exit_code == 1
