"""Commands: ``flask --app wsgi worker`` and the like. Each room adds its own in ``commands.py``."""

from __future__ import annotations

import json
import logging
import signal
import time

import click
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.tenancy import doorless_scope
from kcc.setup import checking

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.5


def register_commands(app: Flask) -> None:
    """Add the commands that belong to no room."""

    @app.cli.command("worker")
    @click.option("--once", is_flag=True, help="Stop when nothing is due.")
    def worker(once: bool) -> None:
        """Do jobs as they come due, until stopped."""
        work(once)

    @app.cli.command("check")
    @click.option("--json", "as_json", is_flag=True, help="One JSON list of everything that needs attention.")
    def check(as_json: bool) -> None:
        """Say everything that is wrong with the configuration at once; exit code 1 when something is wrong."""
        with app.test_request_context(), force_locale("nl"):
            lines = list(checking.everything(app.config["SETTINGS"]))
        if as_json:
            click.echo(json.dumps([line.as_dict() for line in lines], ensure_ascii=False, indent=1))
        else:
            for line in sorted(lines, key=lambda each: each.level != "wrong"):
                word = "FOUT  " if line.level == "wrong" else "let op"
                click.echo(f"{word} {line.where}: {line.subject}: {line.seen}. {line.advice}".rstrip())
        if any(line.level == "wrong" for line in lines):
            raise SystemExit(1)
        if not lines:
            click.echo("ok")


def maintenance() -> str | None:
    """The message of the maintenance that is going on, if any."""
    with doorless_scope():
        return db.session.scalar(sa.text("select kcc_maintenance()"))


def work(once: bool) -> None:
    """Tick and do jobs until asked to stop; with ``once`` until nothing is due. A lost database is waited for."""
    stop = {"asked": False}
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.update(asked=True))
    last_tick = 0.0
    while not stop["asked"]:
        try:
            if time.monotonic() - last_tick > 1:
                jobs.tick(now())
                last_tick = time.monotonic()
            job = None if maintenance() else jobs.claim()
            if job is not None:
                jobs.run(job)
            elif once:
                return
            else:
                time.sleep(IDLE_SECONDS)
        except sa.exc.OperationalError:
            db.session.remove()
            logger.warning("database out of reach")
            time.sleep(2)
