"""The folder that a town is given: whole or not there, and anybody can check it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kcc.succession.exporting import Package, check

AT = datetime(2026, 11, 25, tzinfo=UTC)


def written(place: Path) -> Path:
    package = Package(place)
    package.add_table("ticket", [{"id": "1", "reference": "=1+1"}, {"id": "2", "reference": None}])
    package.add_table("rating", [])
    (place.parent / "bijlage").write_bytes(b"inhoud")
    package.add_file(place.parent / "bijlage")
    package.finish(["Voorne aan Zee", "Brielle"], AT)
    return place


def test_what_was_written_is_there_and_readable(tmp_path: Path) -> None:
    folder = written(tmp_path / "out")
    manifest = check(folder)
    assert manifest["tables"]["ticket"] == {"rows": 2, "csv": "csv/vragen.csv"} and manifest["files"] == 1
    assert json.loads((folder / "data" / "ticket.json").read_text())[1]["id"] == "2"
    assert "'=1+1" in (folder / "csv" / "vragen.csv").read_text("utf-8-sig")
    assert manifest["town"] == "Voorne aan Zee" and manifest["towns"] == ["Voorne aan Zee", "Brielle"]
    assert "gemeenten die erin opgingen: Brielle" in (folder / "index.html").read_text()
    written(folder)  # a second time takes its place
    assert not folder.with_name("out.half").exists()


@pytest.mark.parametrize("spoil", ["changed", "gone", "more"])
def test_an_export_that_is_not_whole_is_found(tmp_path: Path, spoil: str) -> None:
    folder = written(tmp_path / "out")
    if spoil == "changed":
        (folder / "files" / "bijlage").write_bytes(b"anders")
    if spoil == "gone":
        (folder / "data" / "rating.json").unlink()
    if spoil == "more":
        (folder / "data" / "extra.json").write_text("[]")
    with pytest.raises(ValueError, match="not as the manifest says"):
        check(folder)
