"""A migrated database and the application on it, for a proof alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask

from kcc.app import create_app
from kcc.config import Settings
from kcc.core.db import db
from kcc.launch.places import VAR
from kcc.launch.proving import Run
from tests.support.databases import drop, migrated, plain
from tests.support.world import World, build_world


@dataclass
class House:
    """What a proof works in."""

    app: Flask
    world: World
    admin_url: str
    urls: dict[str, str] = field(repr=False)


@contextmanager
def house(run: Run, *, pool_size: int = 12, admin_url: str | None = None) -> Iterator[House]:
    """The small world of the tests in a fresh database, dropped afterwards."""
    server = admin_url or run.admin_url()
    name = f"kcc_proof_{secrets.token_hex(4)}"
    urls = migrated(server, name)
    inside = plain(server, database=name)
    app = make_app(urls, pool_size)
    try:
        yield House(app, build_world(app, inside), inside, urls)
    finally:
        with app.app_context():
            db.engine.dispose()
        drop(server, name)


def make_app(urls: dict[str, str], pool_size: int) -> Flask:
    """The application as the tests run it; tokens against foreign sites are left out, they are tried elsewhere."""
    settings = Settings(
        app_url=urls["KCC_APP_URL"],
        platform_url=urls["KCC_PLATFORM_URL"],
        owner_url=urls["KCC_OWNER_URL"],
        secret_key=secrets.token_hex(32),
        data_key=secrets.token_bytes(32),
        pool_size=pool_size,
        files_path=str(VAR / "proof-files"),
    )
    app = create_app(settings, testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    return app
