"""``flask --app wsgi telephony``: give an exchange its key, take it away, say which there are."""

from __future__ import annotations

import base64
import json
import secrets

import click
import sqlalchemy as sa
from flask import Blueprint, current_app

from kcc.core.platform import platform_connection

telephony = Blueprint("telephony_commands", __name__, cli_group="telephony")
telephony.cli.help = "Telephone exchanges: their keys, and a call to try with."


@telephony.cli.command("add-exchange")
@click.option("--centre", required=True, help="Key of the centre, as `demo load` or your own set-up named it.")
@click.option("--label", default="telefooncentrale", help="What people call this exchange.")
@click.option("--json", "as_json", is_flag=True, help="For a script: one line of JSON.")
def add_exchange(centre: str, label: str, as_json: bool) -> None:
    """Make a key for a telephone exchange of one centre. The secret is shown once and cannot be shown again."""
    key, secret = f"kcc-{secrets.token_hex(6)}", secrets.token_bytes(32)
    with platform_connection(current_app.config["SETTINGS"].platform_url, reason="a key for an exchange") as platform:
        made = platform.scalar(
            sa.text("select kcc_add_exchange(:c, :k, :s, :l)"), {"c": centre, "k": key, "s": secret, "l": label}
        )
    if made is None:
        raise click.ClickException(f"Er is geen samenwerkingsverband met de sleutel {centre}.")
    shown = {"key": key, "secret": base64.b64encode(secret).decode(), "label": label}
    if as_json:
        click.echo(json.dumps(shown))
    else:
        click.echo(f"sleutel  {shown['key']}\ngeheim   {shown['secret']}  (base64, wordt maar één keer getoond)")


@telephony.cli.command("revoke")
@click.argument("key")
def revoke(key: str) -> None:
    """Take a key away. Requests signed with it are refused from now on."""
    with platform_connection(current_app.config["SETTINGS"].platform_url, reason="an exchange is switched off") as it:
        done = it.scalar(sa.text("select kcc_revoke_exchange(:k)"), {"k": key})
    if not done:
        raise click.ClickException("Deze sleutel bestaat niet of is al ingetrokken.")
    click.echo(f"{key} is ingetrokken")


@telephony.cli.command("exchanges")
def exchanges() -> None:
    """Say which exchanges have a key, and when each was last used."""
    with platform_connection(current_app.config["SETTINGS"].platform_url, reason="which exchanges are there") as it:
        for row in it.execute(sa.text("select * from kcc_exchanges()")):
            used = f"gebruikt {row.used_at:%d-%m-%Y %H:%M}" if row.used_at else "nog niet gebruikt"
            state = "ingetrokken" if row.revoked_at else used
            click.echo(f"{row.key_id}  {row.centre_key}  {row.label}  {state}")
