"""Commands: ``flask --app wsgi worker`` and the like. Each room adds its own in ``commands.py``."""

from __future__ import annotations

import logging
import signal
import time

import click
import sqlalchemy as sa
from flask import Flask

from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.tenancy import doorless_scope

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
    def check() -> None:
        """Say everything that is wrong with roles and permissions in the database; nothing means all is well."""
        faults = check_database()
        for fault in faults:
            click.echo(fault)
        if faults:
            raise SystemExit(1)
        click.echo("ok")


def check_database() -> list[str]:
    """What is wrong with the role that the application uses."""
    faults = []
    with doorless_scope():
        role = db.session.execute(
            sa.text("select rolsuper, rolbypassrls, rolname from pg_roles where rolname = current_user")
        ).one()
        if role.rolsuper or role.rolbypassrls:
            faults.append(f"role {role.rolname} passes row policies")
        owned = db.session.scalar(sa.text("select count(*) from pg_class where relowner = current_user::regrole"))
        if owned:
            faults.append(f"role {role.rolname} owns {owned} tables")
        open_tables = db.session.scalars(
            sa.text(
                "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
                " and relname <> 'alembic_version' and not (relrowsecurity and relforcerowsecurity)"
            )
        ).all()
        faults += [f"table {name} is open" for name in open_tables]
    return faults


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
