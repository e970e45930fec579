"""A fresh migrated database within a third of a second: the migrations run once for each server, then are copied."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from kcc.core import migrating, roles

PASSWORDS = dict.fromkeys(("KCC_OWNER_PASSWORD", "KCC_APP_PASSWORD", "KCC_PLATFORM_PASSWORD"), "test-only-password")
TEMPLATE_LOCK = 20110102


def plain(url: str, **changes: object) -> str:
    """A URL as psycopg wants it."""
    return make_url(url).set(drivername="postgresql", **changes).render_as_string(hide_password=False)


def migrated(admin_url: str, name: str) -> dict[str, str]:
    """Make the database ``name`` with the whole schema; gives the URLs of its roles, as ``roles.prepare`` does."""
    template = f"kcc_template_{_schema_digest()}"
    with psycopg.connect(plain(admin_url), autocommit=True) as admin:
        # Two workers at once: the second waits until the first has migrated.
        admin.execute("select pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
        if not admin.execute("select 1 from pg_database where datname = %s", (template,)).fetchone():
            _make_template(admin, admin_url, template)
        admin.execute(
            sql.SQL("create database {} template {} owner kcc_owner").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return roles.prepare(admin_url, PASSWORDS, name)


def drop(admin_url: str, name: str) -> None:
    """Take a database away, whoever is still connected."""
    with psycopg.connect(plain(admin_url), autocommit=True) as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _make_template(admin: psycopg.Connection, admin_url: str, template: str) -> None:
    """Migrate under a passing name, so that an interrupted run leaves no half template."""
    making = f"{template}_making"
    drop(admin_url, making)
    urls = roles.prepare(admin_url, PASSWORDS, making)
    migrating.upgrade(urls["KCC_OWNER_URL"])
    with suppress(psycopg.errors.DuplicateDatabase):
        admin.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(making), sql.Identifier(template))
        )


@cache
def _schema_digest() -> str:
    """Of every migration and of what they are written with: another branch on the same server is another template."""
    digest = hashlib.sha256()
    core = Path(migrating.__file__).parent
    for path in (*sorted(migrating.MIGRATIONS.rglob("*")), *sorted(core.glob("*.py"))):
        if path.suffix in (".py", ".sql"):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
