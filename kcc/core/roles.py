"""The database's roles, made once by an administrator: owner, application, platform, and the guard.

The application's role owns nothing and passes no row policy. The guard cannot log in; it owns the functions that derive
scopes and the tables they stand on. Run again, it changes nothing but the passwords.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

EXTENSIONS = ("pg_trgm",)


def prepare(admin_url: str, passwords: Mapping[str, str], database: str = "kcc") -> dict[str, str]:
    """Make roles and the database, and return the URLs of the owner, the application and the platform.

    ``passwords`` has KCC_OWNER_PASSWORD, KCC_APP_PASSWORD and KCC_PLATFORM_PASSWORD. Raises psycopg.Error when the
    administrator may not do this.
    """
    url = make_url(admin_url).set(drivername="postgresql")
    logins = {"kcc_owner": "KCC_OWNER_PASSWORD", "kcc_app": "KCC_APP_PASSWORD", "kcc_platform": "KCC_PLATFORM_PASSWORD"}
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as admin:
        # Roles are of the whole server: two preparations at once would trip over each other.
        admin.execute("select pg_advisory_lock(20110101)")
        for role, name in logins.items():
            _make_role(admin, role, passwords[name])
        _make_role(admin, "kcc_guard", None)
        admin.execute("grant kcc_guard to kcc_owner")
        if not admin.execute("select 1 from pg_database where datname = %s", (database,)).fetchone():
            admin.execute(sql.SQL("create database {} owner kcc_owner").format(sql.Identifier(database)))
    inside = url.set(database=database)
    with psycopg.connect(inside.render_as_string(hide_password=False), autocommit=True) as admin:
        for extension in EXTENSIONS:
            admin.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
        admin.execute("revoke create on schema public from public")
        admin.execute("grant usage on schema public to kcc_app, kcc_platform")
        admin.execute("grant create, usage on schema public to kcc_owner, kcc_guard")
        admin.execute("create schema if not exists guard authorization kcc_guard")
    return {
        key: inside.set(drivername="postgresql+psycopg", username=role, password=passwords[name]).render_as_string(
            hide_password=False
        )
        for key, role, name in (
            ("KCC_OWNER_URL", "kcc_owner", "KCC_OWNER_PASSWORD"),
            ("KCC_APP_URL", "kcc_app", "KCC_APP_PASSWORD"),
            ("KCC_PLATFORM_URL", "kcc_platform", "KCC_PLATFORM_PASSWORD"),
        )
    }


def _make_role(admin: psycopg.Connection, role: str, password: str | None) -> None:
    if not admin.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone():
        admin.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    if password is not None:
        admin.execute(
            sql.SQL("alter role {} login nosuperuser nobypassrls password {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
        )
