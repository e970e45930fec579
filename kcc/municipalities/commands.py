"""``flask --app wsgi import upl FILE``: the national product list."""

from __future__ import annotations

from pathlib import Path

import click
import sqlalchemy as sa
from flask import Blueprint, current_app

from kcc.core.csv_files import Imported
from kcc.core.db import db
from kcc.core.errors import KCCError, NotFound
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope, platform_connection
from kcc.municipalities import actions

imports = Blueprint("imports", __name__, cli_group="import")
imports.cli.help = "Take over files from outside."
REFUSED_SHOWN = 20


@imports.cli.command("upl")
@click.argument("file", type=click.Path(path_type=Path))
def import_upl(file: Path) -> None:
    """Take over the national list of products (UPL-actueel.csv), the same for every centre. May be repeated."""
    platform_url = current_app.config["SETTINGS"].platform_url
    try:
        with command_scope(platform_url, any_centre(platform_url), reason="import of products"):
            result = actions.import_products(actor=Actor.command(), path=file)
            db.session.commit()
    except KCCError as fault:
        raise refusal(fault) from fault
    tell(result)


def any_centre(platform_url: str | None) -> str:
    """The key of some centre, to act for while changing what is of none. Raises NotFound when there is no centre yet."""
    with platform_connection(platform_url, reason="import of products") as connection:
        key = connection.scalar(sa.text("select key from kcc_centre_keys() order by key limit 1"))
    if key is None:
        raise NotFound("Maak eerst een samenwerkingsverband.")
    return str(key)


def refusal(fault: KCCError) -> click.ClickException:
    """A fault as the command line tells it, with the line of the file where there is one."""
    line = fault.details.get("line")
    return click.ClickException(f"{fault.message} (regel {line})" if line else fault.message)


def tell(result: Imported) -> None:
    """Say what became of the rows, and why some were left out."""
    click.echo(f"{result.added} nieuw, {result.changed} gewijzigd, {result.unchanged} hetzelfde")
    if result.kept:
        click.echo(f"{result.kept} hier bewerkt en daarom zo gelaten")
    for row in result.refused[:REFUSED_SHOWN]:
        click.echo(f"regel {row.line} geweigerd: {row.reason}", err=True)
    if len(result.refused) > REFUSED_SHOWN:
        click.echo(f"en nog {len(result.refused) - REFUSED_SHOWN} regels geweigerd", err=True)
