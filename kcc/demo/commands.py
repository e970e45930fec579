"""``flask demo``: load a demonstration centre."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from flask import Flask

from kcc.demo.content_files import CENTRE_KEYS
from kcc.demo.load import load_demo

ACCOUNTS = Path(
    os.environ.get("KCC_DEMO_ACCOUNTS") or Path(__file__).resolve().parents[2] / "var" / "demo-accounts.json"
)


def register_commands(app: Flask) -> None:
    """Add the group ``demo``."""
    settings = app.config["SETTINGS"]

    @app.cli.group("demo")
    def demo() -> None:
        """The demonstration centres."""

    @demo.command("load")
    @click.option("--centre", type=click.Choice(CENTRE_KEYS), default=CENTRE_KEYS[0])
    def load(centre: str) -> None:
        """Load a centre into an empty installation and write its accounts to var/demo-accounts.json."""
        accounts = load_demo(centre, settings, click.echo)
        ACCOUNTS.parent.mkdir(exist_ok=True)
        with open(os.open(ACCOUNTS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(accounts, file, ensure_ascii=False, indent=1)
