"""A municipality leaves: planned and signed as a merger, closed on its day, exported whole, removed, certified."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kcc.core import audit, jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, KCCError
from kcc.core.permissions import Actor
from kcc.integrations import file_store
from kcc.municipalities import queries as municipalities
from kcc.parties import actions as parties
from kcc.succession import actions, queries
from kcc.succession import rules_leaving as rules
from kcc.succession.exporting import Package
from kcc.succession.models import Succession

EXPORTS = "departures"
NO_LIMIT = sa.text("set local statement_timeout = 0")


def plan_leaving(*, actor: Actor, municipality_id: int, on_day: date) -> Succession:
    """Note that a municipality leaves on a day. Nothing happens yet.

    Raises NotFound for a town out of sight, InvalidInput for one that is gone or has a plan.
    """
    town = municipalities.municipality(municipality_id)
    if town.left_on is not None:
        raise InvalidInput("Deze gemeente is er niet meer.", field="municipality_id")
    actions.refuse_second(town)
    begun = queries.begun()
    if any(known.successor_id == town.id and not begun.get(known.id) for known in queries.successions()):
        raise InvalidInput("Er gaat nog een andere gemeente in deze gemeente op.", field="municipality_id")
    made = Succession(
        municipality_id=town.id, centre_id=town.centre_id, kind="leaving", on_day=on_day, made_by_id=actor.account_id
    )
    db.session.add(made)
    db.session.flush()
    actions.record(actor, "succession.planned", made, ["on_day"])
    actions.ask_compare(actor=actor, which=made)
    return made


def folder_of(which: Succession) -> Path:
    """Where the export of a departure stands, beside the files of the towns: handed over by who runs the machine."""
    return file_store.store().root / EXPORTS / str(which.id)


def step(*, actor: Actor, which: Succession, key: bytes) -> str:
    """Do the next step and have the one after it done: close, export, empty one table after another."""
    db.session.execute(NO_LIMIT)
    place = db.session.scalar(sa.text("select kcc_start_departure(:id)"), {"id": which.id})
    if place == "export":
        export(actor=actor, which=which, key=key)
    elif place == "remove":
        towns, folder = queries.towns_of(which), file_store.store().root
        place = db.session.scalar(sa.text("select kcc_remove_next(:id)"), {"id": which.id})
        if place == "done":
            for town_id in map(str, towns):
                for gone in (folder / town_id, folder / "apart" / town_id, folder / "imports" / town_id):
                    shutil.rmtree(gone, ignore_errors=True)
            return "done"
    if place == "done":
        return "done"
    jobs.enqueue(
        actions.RUN, municipality_id=which.municipality_id, key=str(uuid.uuid4()), args={"succession": which.id}
    )
    return str(place)


def export(*, actor: Actor, which: Succession, key: bytes) -> dict[str, Any]:
    """Write everything of the town, and what its predecessors kept, to its folder; gives the manifest.

    The database compares it with what stands there.

    Raises KCCError for a table that is on no list.
    """
    found = db.session.execute(sa.text("select name, municipal from kcc_export_tables(:id)"), {"id": which.id})
    tables = {row.name: bool(row.municipal) for row in found}
    if unknown := rules.unknown(tables):
        raise KCCError(f"Van deze tabellen zegt niemand of ze meegaan: {', '.join(unknown)}")
    towns = queries.towns_of(which)
    package, accounts = Package(folder_of(which)), []
    for name in rules.taken(tables):
        rows = [dict(row) for row in _rows(which, name)]
        if name == "party_identifier":
            rows = [_readable(row, key) for row in rows]
        if name == "account":
            accounts = [{"id": row["id"]} for row in rows]
        package.add_table(name, rows)
    store = file_store.store()
    for town_id in towns:
        for file_id in store.ids(town_id):
            package.add_file(store.path(town_id, file_id))
    manifest = package.finish(list(towns.values()), now())
    statement = sa.text("select kcc_export_done(:id, cast(:manifest as jsonb))").bindparams(
        sa.bindparam("manifest", type_=sa.JSON)
    )
    db.session.execute(statement, {"id": which.id, "manifest": {**manifest, "accounts": accounts}})
    audit.record(
        actor=actor, verb="succession.exported", subject_type="succession", subject_id=which.id,
        municipality_id=which.municipality_id,
    )  # fmt: skip
    return manifest


def _rows(which: Succession, table: str) -> Iterator[dict[str, Any]]:
    return iter(
        db.session.scalars(
            sa.text("select r from kcc_export_rows(:id, :table) r"), {"id": which.id, "table": table}
        ).all()
    )


def _readable(row: dict[str, Any], key: bytes) -> dict[str, Any]:
    """The number itself beside its sealed form, which only this installation can open."""
    sealed = bytes.fromhex(str(row["ciphertext"]).removeprefix("\\x"))
    return {**row, "number": parties.unsealed(sealed, party_id=uuid.UUID(str(row["party_id"])), key=key)}


def bury(*, actor: Actor) -> int:
    """Take the last of towns that left, and of their predecessors, out of the list of towns; under the lease of another one."""
    gone = int(db.session.scalar(sa.text("select kcc_bury_departed()")) or 0)
    if gone:
        audit.record(
            actor=actor, verb="succession.buried", subject_type="municipality", subject_id=gone, municipality_id=None
        )
    return gone
