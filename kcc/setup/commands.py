"""``flask --app wsgi centre add``: another centre in this installation, apart in everything, and its first administrator."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask import Blueprint, current_app

from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, KCCError
from kcc.core.permissions import Actor, Role
from kcc.core.platform import command_scope, platform_connection
from kcc.people import actions_accounts as accounts
from kcc.people import inviting, rules_accounts, welcome

centre = Blueprint("centre", __name__, cli_group="centre")
centre.cli.help = "The partnerships of municipalities in this installation."
GREETING = "Goedemorgen, gemeente {gemeente}, u spreekt met {naam}."


@centre.cli.command("list")
def show() -> None:
    """Name every centre, with how many municipalities it has."""
    with platform_connection(current_app.config["SETTINGS"].platform_url, reason="which centres are there") as platform:
        for key, towns in platform.execute(sa.text("select key, municipalities from kcc_centre_keys() order by key")):
            click.echo(f"{key}: {towns}")


@centre.cli.command("add")
@click.argument("key")
@click.argument("name")
@click.option("--town", required=True, help="Name of the first municipality.")
@click.option("--short-code", required=True, help="Its abbreviation, two to four letters.")
@click.option("--cbs-code", required=True, help="Its CBS code, four digits.")
@click.option("--admin-email", required=True, help="Address of the first administrator.")
@click.option("--admin-name", required=True, help="Name of the first administrator.")
def add(key: str, name: str, town: str, short_code: str, cbs_code: str, admin_email: str, admin_name: str) -> None:
    """Make a centre with its first municipality and administrator, and print the administrator's link.

    The link works once and for a week. The rest is done on the pages of the set-up. KEY is a short word for commands.
    """
    settings = current_app.config["SETTINGS"]
    try:
        account = _make(settings.platform_url, key, name, (town, short_code.upper(), cbs_code), admin_email, admin_name)
        with command_scope(settings.platform_url, key, reason="the first administrator"):
            link = _invite(account, settings.public_url.rstrip("/"))
            db.session.commit()
    except KCCError as fault:
        raise click.ClickException(fault.message) from fault
    click.echo(f"{name} is gemaakt. Geef deze link alleen aan {admin_name}:")
    click.echo(link)


def _make(url: str | None, key: str, name: str, town: tuple[str, str, str], email: str, person: str) -> object:
    """The rows that only the platform's role may make, all or none; gives the account's id. Raises InvalidInput."""
    address = rules_accounts.own_address(email)
    town_name, short_code, cbs_code = town
    if not (2 <= len(short_code) <= 4 and len(cbs_code) == 4 and cbs_code.isdecimal()):
        raise InvalidInput("De afkorting heeft twee tot vier letters, de CBS-code vier cijfers.")
    wanted = new_id()
    with platform_connection(url, reason="another centre") as platform:
        if platform.scalar(sa.text("select count(*) from kcc_centre_keys() where key = :k"), {"k": key}):
            raise InvalidInput("Er is al een samenwerkingsverband met deze sleutel.")
        number = platform.scalar(sa.text("select kcc_make_centre(:k, :n)"), {"k": key, "n": name})
        platform.execute(
            sa.text("select kcc_make_municipality(:c, :n, :s, :b, :g, :j)"),
            {
                "c": number, "n": town_name, "s": short_code, "b": cbs_code, "j": now().date(),
                "g": GREETING.replace("{gemeente}", town_name),
            },
        )  # fmt: skip
        made = platform.scalar(
            sa.text("select kcc_make_account(:i, :e, :n)"), {"i": wanted, "e": address, "n": person}
        )  # fmt: skip
        if made != wanted:  # known in another centre: two centres share nobody, and nothing of this stays
            raise InvalidInput("Dit e-mailadres kan hier niet worden gebruikt.")
    return made


def _invite(account: object, public_url: str) -> str:
    town = db.session.scalar(sa.text("select min(id) from municipality"))
    accounts.grant(
        actor=Actor.command(), account_id=account, municipality_id=town, role=Role.ADMINISTRATOR  # type: ignore[arg-type]
    )  # fmt: skip
    made = accounts.open_invitation(
        actor=Actor.command(), account_id=account, municipality_id=town  # type: ignore[arg-type]
    )  # fmt: skip
    letter = welcome.mint(made.id)
    if letter is None:
        raise InvalidInput("De uitnodiging kon niet worden gemaakt.")
    return inviting.link_of(public_url, letter.secret)
