"""``flask --app wsgi maintenance on|off``: the switch for maintenance, for whoever runs the installation."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import Blueprint, current_app

from kcc.core.platform import platform_connection

maintenance = Blueprint("maintenance", __name__, cli_group="maintenance")
maintenance.cli.help = "Stop and allow again what people write."
STANDARD = "Er is onderhoud. U kunt lezen; opslaan kan straks weer. Laat uw scherm open: wat u typt, blijft staan."


@maintenance.cli.command("on")
@click.option("--message", default=STANDARD, show_default=True, help="What people read meanwhile.")
def on(message: str) -> None:
    """People may read but not write; drafts wait on their screens, and the worker rests."""
    _set(message)
    click.echo("onderhoud staat aan")


@maintenance.cli.command("off")
def off() -> None:
    """All goes on as before."""
    _set(None)
    click.echo("onderhoud staat uit")


def _set(message: str | None) -> None:
    url = current_app.config["SETTINGS"].platform_url
    with platform_connection(url, reason="maintenance") as connection:
        connection.execute(sa.text("select kcc_set_maintenance(:message)"), {"message": message})
