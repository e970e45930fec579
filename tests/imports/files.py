"""Files to import, and the two ways to have them done: by command, and by the worker for a town."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from kcc.core import jobs
from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.imports import actions, queries
from kcc.imports.models import ImportRun
from tests.support.world import World

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HISTORY = (
    '"92.10 Gemeentecode","92.11 Omschrijving","92.12 Nieuwe code","99.98 Datum ingang","99.99 Datum einde",\n'
    '"0000","Onbekend","","","",\n'
    '"0501","Brielle","","","",\n"0530","Hellevoetsluis","","","",\n"0614","Westvoorne","","","",\n'
    '"0568","Bernisse","1930","19800101","20150101",\n"0612","Spijkenisse","1930","","20150101",\n'
    '"1930","Nissewaard","","20150101","",\n'
    '"0282","Ubbergen","0241","","20150101",\n"0265","Millingen aan de Rijn","0241","19550101","20150101",\n'
    '"0241","Groesbeek","1945","","20160101",\n"1945","Berg en Dal","","20160101","",\n'
)
PRESENT = "gemcode,naam,vrcode\nGM1930,Nissewaard,VR17\nGM1992,Voorne aan Zee,VR17\n"
POSTCODES = (
    "postcode,inwoners,plaats,gemeente\n3231,9000.0,Brielle,Brielle\n3221,1.0,Hellevoetsluis,Hellevoetsluis\n"
    "3201,2.0,Spijkenisse,Nissewaard\n3214,3.0,Zuidland,Nissewaard\n9999,4.0,Nergens,Nergenshuizen\n12,5.0,Kort,Brielle\n"
)
PRODUCTS = (
    "UniformeProductnaam,URI,Gemeente,Burger,Bedrijf,Grondslaglabel,Grondslaglink\n"
    "paspoort,http://example.org/paspoort,X,X,,Paspoortwet,https://example.org/wet\n"
)


def by_command(world: World, kind: str, text: str | bytes, folder: Path, *options: str) -> dict[str, Any]:
    """Import a file at the command line; returns what it told."""
    file = folder / f"{kind}.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    done = world.app.test_cli_runner().invoke(args=["import", kind, str(file), "--json", *options])
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.output)
    return told


def bring(world: World, kind: str, text: str, *, person: str = "administrator", town: str = "Aalburg") -> uuid.UUID:
    """Bring a file as a person of a town."""
    with world.scope(person, Permission.SETUP_MANAGE) as actor:
        run = actions.bring_file(
            actor=actor, municipality_id=world.towns[town], kind=kind, name="bestand.csv", data=text.encode()
        )
        db.session.commit()
        return run.id


def begin(world: World, run_id: uuid.UUID, *, dry_run: bool = False, person: str = "administrator") -> None:
    """Start a pass and let the worker do it."""
    with world.scope(person, Permission.SETUP_MANAGE) as actor:
        actions.begin(actor=actor, run_id=run_id, dry_run=dry_run)
        db.session.commit()
    work(world)


def undo(world: World, run_id: uuid.UUID, *, person: str = "administrator") -> None:
    """Undo a run and let the worker do it."""
    with world.scope(person, Permission.SETUP_MANAGE) as actor:
        actions.begin_undo(actor=actor, run_id=run_id)
        db.session.commit()
    work(world)


def work(world: World, most: int = 100) -> list[str]:
    """Do what waits, as the worker; returns the names of the jobs."""
    done = []
    while len(done) < most and (job := jobs.claim()) is not None:
        done.append(job.name)
        assert jobs.run(job) == "done", job.name
    return done


def run_of(world: World, run_id: uuid.UUID, person: str = "administrator") -> ImportRun:
    """The run as it stands."""
    with world.scope(person, Permission.SETUP_MANAGE):
        run = queries.run(run_id)
        db.session.expunge(run)
        return run


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """New, changed, the same, refused."""
    return run.added, run.changed, run.unchanged, run.refused


def amount(world: World, table: str) -> int:
    """Rows of a table."""
    with world.admin() as admin:
        row = admin.execute(f"select count(*) from {table}".encode()).fetchone()
        assert row is not None
        return int(row[0])
