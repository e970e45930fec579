"""``flask --app wsgi succession …``: what is handed over to a town that left, and taking it in elsewhere."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg
from flask import Blueprint

from kcc.succession.exporting import check
from kcc.succession.reimporting import reimport

bp_commands = Blueprint("succession_commands", __name__, cli_group="succession")
bp_commands.cli.help = "Exports of municipalities that left."


@bp_commands.cli.command("check")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def check_export(folder: Path) -> None:
    """Compare an export with its manifest."""
    try:
        manifest = check(folder)
    except ValueError as fault:
        raise click.ClickException(str(fault)) from fault
    rows = sum(int(table["rows"]) for table in manifest["tables"].values())
    click.echo(
        f"{manifest['town']}: {len(manifest['tables'])} tabellen, {rows} regels, {manifest['files']} bijlagen: volledig"
    )


@bp_commands.cli.command("reimport")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--url", envvar="KCC_ADMIN_URL", required=True, help="The administrator's URL of an empty installation.")
def reimport_export(folder: Path, url: str) -> None:
    """Put an export into an empty installation and compare: same rows, same content, no reference lost."""
    try:
        with psycopg.connect(url, autocommit=True) as admin:
            rows = reimport(admin, folder)
    except ValueError as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(f"{len(rows)} tabellen, {sum(rows.values())} regels: gelijk aan wat vertrok")
