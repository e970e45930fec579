"""``flask --app wsgi mail …``: take mail in by LMTP, fetch it by IMAP, feed a folder of it, and set a mailbox up."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import time
from pathlib import Path

import click
import sqlalchemy as sa
from flask import Blueprint, current_app

from kcc.channels import commands_ringing, feeding, fetching, receiving
from kcc.channels.commands_telephony import telephony
from kcc.config import Settings
from kcc.core.errors import KCCError
from kcc.core.permissions import Actor
from kcc.integrations import lmtp

__all__ = ["commands_ringing", "mail", "telephony"]

logger = logging.getLogger(__name__)
mail = Blueprint("mail_commands", __name__, cli_group="mail")
mail.cli.help = "Mail from citizens."


@mail.cli.command("lmtp")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8024, show_default=True)
@click.option("--smtp", is_flag=True, help="Speak SMTP instead of LMTP.")
def take_mail(host: str, port: int, smtp: bool) -> None:
    """Take mail from the organisation's own mail server, until stopped."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def known(address: str) -> bool:
        with app.app_context():
            return receiving.is_known(address) is not None

    def keep(address: str, raw: bytes, sender: str) -> bool:
        with app.app_context():
            source = "smtp" if smtp else "lmtp"
            return receiving.keep(address, raw, source=source, envelope_from=sender) is not None

    async def serve() -> None:
        stopped, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        server = await lmtp.listen(host, port, known, keep, smtp=smtp)
        await stopped.wait()
        server.close()

    asyncio.run(serve())


@mail.cli.command("fetch")
@click.option("--once", is_flag=True, help="Look once into every mailbox and stop.")
@click.option("--every", default=20, show_default=True, help="Seconds between two looks.")
def fetch_mail(once: bool, every: int) -> None:
    """Fetch mail from the IMAP mailboxes of all municipalities, until stopped."""
    settings: Settings = current_app.config["SETTINGS"]
    stop = {"asked": False}
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.update(asked=True))
    while not stop["asked"]:
        try:
            kept = fetching.fetch_all(settings.data_key)
            if once:
                click.echo(f"{kept} mails")
                return
        except sa.exc.OperationalError:
            if once:
                raise
            logger.warning("database out of reach")
        until = time.monotonic() + every
        while not stop["asked"] and time.monotonic() < until:
            time.sleep(0.2)


@mail.cli.command("feed")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else.")
@click.option("--to", "address", default="", help="The mailbox that the mails are for (else the first there is).")
def feed(folder: Path, as_json: bool, address: str) -> None:
    """Feed every file below FOLDER through the intake, as if it had come by LMTP, and say what became of each.

    Exit code 0: every file was read, kept with an equal hash and decided about. 1: not so. 2: it could not begin.
    """
    settings: Settings = current_app.config["SETTINGS"]
    say = (lambda _line: None) if as_json else click.echo
    try:
        outcome = feeding.feed(folder, address, settings, say=lambda line: say(line.in_words()))
    except KCCError as fault:
        click.echo(f"Error: {fault.message}", err=True)
        raise SystemExit(2) from fault
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1, sort_keys=True))
    else:
        click.echo(outcome.in_words())
    raise SystemExit(0 if outcome.is_whole else 1)


@mail.cli.command("mailbox")
@click.argument("address")
@click.option("--imap", "url", help="imaps://user:password@host")
@click.option("--folder", help="Where new post stands (INBOX).")
@click.option("--done-folder", help="Where it is moved once it was taken in.")
@click.option("--no-imap", is_flag=True, help="Fetch no more: the post is delivered here.")
@click.option("--sender-name", help="The name that citizens see.")
@click.option("--receipt/--no-receipt", default=None, help="Tell citizens that their mail came in.")
def set_mailbox(
    address: str, url: str | None, folder: str | None, done_folder: str | None, no_imap: bool, sender_name: str | None,
    receipt: bool | None,
) -> None:  # fmt: skip
    """Set up the mailbox ADDRESS of a municipality."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        fetching.set_up(
            actor=Actor.command(), settings=settings, address=address, url=url, folder=folder, done_folder=done_folder,
            forget=no_imap, sender_name=sender_name, receipt=receipt,
        )  # fmt: skip
    except KCCError as fault:
        raise click.ClickException(fault.message) from fault
    click.echo("ok")
