"""Bringing a database up to date, as the owner of its tables."""

from __future__ import annotations

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
HEAD = MIGRATIONS / ".current-head"


def is_current(owner_url: str) -> bool:
    """Whether every migration has been run: one question, where Alembic would first read all tables and files."""
    url = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, connect_timeout=5) as connection:
        if connection.execute("select to_regclass('public.alembic_version')").fetchone() == (None,):
            return False
        found = connection.execute("select version_num from public.alembic_version").fetchall()
    return found == [(HEAD.read_text().strip(),)]


def alembic_config(owner_url: str) -> Config:
    """Alembic's settings for the database at ``owner_url``."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = owner_url
    return config


def upgrade(owner_url: str, to: str = "head") -> None:
    """Run every migration that is still to be run."""
    command.upgrade(alembic_config(owner_url), to)


def downgrade(owner_url: str, to: str) -> None:
    """Undo migrations down to ``to``."""
    command.downgrade(alembic_config(owner_url), to)
