"""Bringing a database up to date, as the owner of its tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


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
