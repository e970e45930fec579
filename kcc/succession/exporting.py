"""Writing what a town that leaves is given: JSON of every table, CSV of the main ones, files, a readable index, a manifest.

A folder is whole or not there: it is written beside its place, read back and compared, and only then named.
"""

from __future__ import annotations

import csv
import hashlib
import html
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from kcc.succession import rules_leaving as rules

FORMAT = 1
HALF = ".half"
PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><title>Overdracht {town}</title>
<style>body{{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}table{{border-collapse:collapse}}
td,th{{text-align:left;padding:.25rem 1rem .25rem 0;border-bottom:1px solid #ccc}}</style>
<h1>Overdracht van {town}</h1>{before}<p>Gemaakt op {at}. Van elke tabel staan alle regels in <code>data/</code> (JSON); de meest
gebruikte staan ook in <code>csv/</code>. Bijlagen staan in <code>files/</code> onder hun nummer; <code>csv/bijlagen.csv</code>
zegt hoe ze heten en bij welke vraag ze horen. <code>manifest.json</code> noemt van elk bestand de controlesom (SHA-256).</p>
<table><thead><tr><th>Tabel<th>Regels<th>JSON<th>CSV</thead><tbody>
{rows}</tbody></table><p>Bijlagen: {files}.</p></html>
"""
BEFORE = """<p>Met alles wat werd bewaard van de gemeenten die erin opgingen: {towns}. <code>municipality.json</code> zegt welk
nummer van welke gemeente is, <code>succession_map.json</code> wat bij de samenvoeging wat werd.</p>
"""


class Package:
    """The folder of one export while it is written."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.half = place.with_name(place.name + HALF)
        shutil.rmtree(self.half, ignore_errors=True)
        for name in ("data", "csv", "files"):
            (self.half / name).mkdir(parents=True, mode=0o700)
        self.tables: dict[str, dict[str, Any]] = {}
        self.sums: dict[str, str] = {}

    def add_table(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write all rows of a table, one on a line."""
        kept = list(rows)
        path = self.half / "data" / f"{name}.json"
        with path.open("w", encoding="utf-8") as file:
            file.write("[")
            for number, row in enumerate(kept):
                file.write(("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False))
            file.write("\n]\n")
        self.tables[name] = {"rows": len(kept)}
        title = {**rules.MAIN, "attachment": "bijlagen"}.get(name)
        if title:
            self._add_csv(title, kept)
            self.tables[name]["csv"] = f"csv/{title}.csv"

    def _add_csv(self, title: str, rows: list[Mapping[str, Any]]) -> None:
        columns = rules.columns_of(rows)
        with (self.half / "csv" / f"{title}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(columns)
            writer.writerows([rules.cell(row.get(column)) for column in columns] for row in rows)

    def add_file(self, source: Path) -> None:
        """Take the bytes of an attachment along under its own number."""
        shutil.copyfile(source, self.half / "files" / source.name)

    def finish(self, towns: Sequence[str], at: datetime) -> dict[str, Any]:
        """Write index and manifest, read everything back, and give the folder its name. Gives the manifest.

        ``towns`` are the names of the town that leaves, and of its predecessors.

        Raises ValueError when what was read back is not what was written.
        """
        files = sorted((self.half / "files").iterdir())
        lines = "\n".join(
            f'<tr><td>{html.escape(name)}<td>{table["rows"]}<td><a href="data/{name}.json">JSON</a>'
            + (f'<td><a href="{table["csv"]}">CSV</a>' if "csv" in table else "<td>")
            for name, table in sorted(self.tables.items())
        )
        names = [html.escape(name) for name in towns]
        before = BEFORE.format(towns=", ".join(names[1:])) if names[1:] else ""
        page = PAGE.format(town=names[0], before=before, at=f"{at:%d-%m-%Y %H:%M} UTC", rows=lines, files=len(files))
        (self.half / "index.html").write_text(page, encoding="utf-8")
        manifest = {
            "format": FORMAT, "town": towns[0], "towns": [*towns], "made_at": at.isoformat(), "tables": self.tables, "files": len(files),
            "sha256": {str(path.relative_to(self.half)): sha256_of(path) for path in all_files(self.half)},
        }  # fmt: skip
        (self.half / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        check(self.half)
        shutil.rmtree(self.place, ignore_errors=True)
        self.half.rename(self.place)
        return manifest


def all_files(folder: Path) -> Iterator[Path]:
    """Every file of an export but its manifest, in order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            yield path


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_table(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of a table of an export."""
    rows: list[dict[str, Any]] = json.loads((folder / "data" / f"{name}.json").read_text(encoding="utf-8"))
    return rows


def check(folder: Path) -> dict[str, Any]:
    """Compare an export with its manifest; gives the manifest.

    Raises ValueError naming what is missing, too much, changed, or has another number of rows.
    """
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    there = {str(path.relative_to(folder)): sha256_of(path) for path in all_files(folder)}
    wrong = sorted({*there, *manifest["sha256"]} - {k for k, v in there.items() if manifest["sha256"].get(k) == v})
    wrong += [
        name
        for name, table in manifest["tables"].items()
        if f"data/{name}.json" not in there or len(read_table(folder, name)) != table["rows"]
    ]
    if wrong:
        raise ValueError(f"not as the manifest says: {', '.join(wrong)}")
    return manifest
