"""``flask --app wsgi import KIND FILE``: the same imports at the command line, for whoever runs the installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Blueprint, current_app

from kcc.core.csv_files import Imported
from kcc.core.db import db
from kcc.core.errors import InvalidInput, KCCError, NotFound
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope, platform_connection
from kcc.imports import actions, actions_steps, queries
from kcc.imports.models import ImportRun
from kcc.imports.rules import Kind, missing
from kcc.imports.rules_kinds import KINDS
from kcc.knowledge import actions_import
from kcc.municipalities import queries as municipalities
from kcc.municipalities import queries_national
from kcc.municipalities.models import Municipality

import_commands = Blueprint("import_commands", __name__, cli_group="import")
import_commands.cli.help = "Take over files from outside."
REFUSED_SHOWN = 20
FACTS = ("rows_read", "added", "changed", "unchanged", "joined", "kept", "refused")


def _add_command(kind: Kind) -> None:
    @import_commands.cli.command(kind.key, help=f"Take over a file of the kind {kind.key}. May be repeated.")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--centre", "centre_key", help="The key of the centre; any for a list of the country.")
    @click.option(
        "--town", "town_name", help="Name or short code of the town; the first of the centre for a list of the country."
    )
    @click.option("--dry-run", is_flag=True, help="Report what would happen, and write nothing.")
    @click.option("--json", "as_json", is_flag=True, help="Tell it as JSON, every refused row included.")
    def take_over(file: Path, centre_key: str | None, town_name: str | None, dry_run: bool, as_json: bool) -> None:
        _take_over(kind, file, centre_key, town_name, dry_run, as_json)


for _kind in KINDS.values():
    _add_command(_kind)


def _take_over(
    kind: Kind, file: Path, centre_key: str | None, town_name: str | None, dry_run: bool, as_json: bool
) -> None:
    url = current_app.config["SETTINGS"].platform_url
    try:
        with command_scope(url, centre_key or _any_centre(url), reason=f"import of {kind.key}"):
            run = _bring(kind, _town(kind, town_name), _read(file))
            run_id = run.id
            actions.begin(actor=Actor.command(), run_id=run_id, dry_run=dry_run, by_job=kind.personal)
            db.session.commit()
            while not kind.personal and actions_steps.take_step(actor=Actor.command(), run_id=run_id):
                db.session.commit()
            db.session.commit()
            _tell(queries.run(run_id), kind, as_json)
    except KCCError as fault:
        raise _refusal(fault) from fault


def _bring(kind: Kind, town: Municipality, data: tuple[str, bytes]) -> ImportRun:
    name, content = data
    run = actions.bring_file(
        actor=Actor.command(), municipality_id=town.id, kind=kind.key, name=name, data=content
    )  # fmt: skip
    if run.state == "new":
        wanted = {field.key: field for field in kind.fields}
        fields = [wanted[key] for key in missing(kind, run.mapping)]
        names = ", ".join((*field.known_as, field.key)[0] for field in fields)
        raise InvalidInput(f"In dit bestand ontbreekt de kolom {names}.", field="file", line=1)
    return run


def _read(file: Path) -> tuple[str, bytes]:
    try:
        return file.name, file.read_bytes()
    except OSError as error:
        raise InvalidInput("Dit bestand is er niet of is niet te lezen.", field="file") from error


def _town(kind: Kind, asked: str | None) -> Municipality:
    towns = municipalities.visible_municipalities()
    if asked is None and kind.national and towns:
        return towns[0]
    found = [town for town in towns if asked and asked.lower() in (town.name.lower(), town.short_code.lower())]
    if not found:
        raise NotFound("Zeg met --town om welke gemeente het gaat; zonder gemeente kan er niets worden overgenomen.")
    return found[0]


def _any_centre(platform_url: str | None) -> str:
    with platform_connection(platform_url, reason="import of a list of the country") as connection:
        key = connection.scalar(sa.text("select key from kcc_centre_keys() order by municipalities = 0, key limit 1"))
    if key is None:
        raise NotFound("Maak eerst een samenwerkingsverband.")
    return str(key)


def _refusal(fault: KCCError) -> click.ClickException:
    line = fault.details.get("line")
    return click.ClickException(f"{fault.message} (regel {line})" if line else fault.message)


def _tell(run: ImportRun, kind: Kind, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {"run": str(run.id), "kind": run.kind, "state": run.state, "dry_run": run.dry_run}
        told |= {name: getattr(run, name) for name in FACTS}
        told["refusals"] = [
            {"line": row.line, "field": row.field, "code": row.code} for row in queries.all_refusals(run)
        ]
        click.echo(json.dumps(told))
        return
    if kind.personal:
        click.echo(f"klaargezet: de werker doet het, volg {run.id} bij Imports")
        return
    click.echo(f"{run.added} nieuw, {run.changed} gewijzigd, {run.unchanged} hetzelfde")
    if run.refused:
        click.echo(f"{run.refused} geweigerd", err=True)
    for row in queries.refusals(run, REFUSED_SHOWN):
        click.echo(f"regel {row.line} geweigerd: {row.field} {row.code}", err=True)


@import_commands.cli.command("vacs")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--centre", "centre_key", required=True, help="The key of the centre whose municipalities share them.")
def import_vacs(file: Path, centre_key: str) -> None:
    """Take over question-answer pairs as articles that all municipalities of a centre share. May be repeated."""
    url = current_app.config["SETTINGS"].platform_url
    try:
        with command_scope(url, centre_key, reason="import of question-answer pairs") as centre_id:
            result = actions_import.import_question_answers(actor=Actor.command(), centre_id=centre_id, path=file)
            db.session.commit()
    except KCCError as fault:
        raise _refusal(fault) from fault
    _tell_shared(result)


def _tell_shared(result: Imported) -> None:
    click.echo(f"{result.added} nieuw, {result.changed} gewijzigd, {result.unchanged} hetzelfde")
    if result.kept:
        click.echo(f"{result.kept} hier bewerkt en daarom zo gelaten")
    for row in result.refused[:REFUSED_SHOWN]:
        click.echo(f"regel {row.line} geweigerd: {row.reason}", err=True)


@import_commands.cli.command("town-of")
@click.argument("postcode")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
def town_of(postcode: str, day: Any) -> None:
    """Say which town a postcode (four digits) was or is of on a DAY such as 2022-12-31."""
    url = current_app.config["SETTINGS"].platform_url
    with command_scope(url, _any_centre(url), reason="which town a postcode is of"):
        found = queries_national.place_on_day(postcode[:4], day.date())
    if found is None:
        raise click.ClickException("Deze postcode staat niet in de lijst.")
    click.echo(", ".join(f"{name} ({code})" for code, name in found.towns))
