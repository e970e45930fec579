"""``flask --app wsgi telephony ring``: calls to try with, when there is no exchange yet."""

from __future__ import annotations

import secrets

import click
import sqlalchemy as sa
from flask import current_app

from kcc.channels import actions_calls as calls
from kcc.channels import actions_deciding as deciding
from kcc.channels.commands_telephony import telephony
from kcc.channels.rules_calls import FROM_EXCHANGE, Verb
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.core.platform import command_scope, platform_connection


@telephony.cli.command("ring")
@click.option("--to", "dialled", required=True, help='The number that is dialled, such as "14 0189".')
@click.option("--from", "caller", default="", help="The caller's number; withheld when not given.")
@click.option("--centre", default="", help="Key of the centre; the first one when not given.")
def ring(dialled: str, caller: str, centre: str) -> None:
    """Let a telephone ring, as an exchange would report it, and say what KCC answers.

    The agent for whom it rings sees it at once. Afterwards: `telephony event CALL answered`, then `hung_up`.
    """
    name = f"proef-{secrets.token_hex(4)}"
    _report(centre, calls.Report(name, Verb.RINGING, f"{name}-ringing", now(), dialled=dialled, caller=caller))


@telephony.cli.command("event")
@click.argument("call")
@click.argument("event", type=click.Choice([str(verb) for verb in FROM_EXCHANGE]))
@click.option("--agent", default="", help="The telephone of the agent, for answered, transferred and agent_failed.")
@click.option("--centre", default="", help="Key of the centre; the first one when not given.")
def event(call: str, event: str, agent: str, centre: str) -> None:
    """Report what happens next to a call of `telephony ring`."""
    _report(centre, calls.Report(call, event, f"{call}-{secrets.token_hex(4)}", now(), agent_phone=agent))


def _report(centre: str, what: calls.Report) -> None:
    url = current_app.config["SETTINGS"].platform_url
    with command_scope(url, centre or _first_centre(url), reason="a call to try with"):
        actor = Actor.command()
        call = calls.report(actor=actor, exchange_id=None, what=what)
        decision = deciding.decide(actor=actor, call=call, look=what.verb == Verb.RINGING)
        db.session.commit()
    click.echo(f"{what.call}  {decision.does}  {', '.join(f'{k}={v}' for k, v in decision.detail.items() if v)}")


def _first_centre(url: str | None) -> str:
    with platform_connection(url, reason="a call to try with") as platform:
        key = platform.scalar(sa.text("select key from kcc_centre_keys() order by key limit 1"))
    if key is None:
        raise click.ClickException("Er is nog geen samenwerkingsverband.")
    return str(key)
