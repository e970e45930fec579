"""The way round for commands: a role of its own with a handful of functions, and a name that says it is one.

``tests/house/test_platform.py`` lists every use.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from kcc.core.errors import BadConfiguration, NotFound
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope


@contextmanager
def platform_connection(platform_url: str | None, *, reason: str) -> Iterator[sa.Connection]:
    """A connection as the platform's role, which may only make centres, accounts and command doors."""
    if not platform_url:
        raise BadConfiguration("KCC_PLATFORM_URL is needed for commands")
    if not reason:
        raise BadConfiguration("a platform connection needs a reason")
    engine = sa.create_engine(platform_url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection


@contextmanager
def command_scope(platform_url: str | None, centre_key: str, *, reason: str) -> Iterator[int]:
    """Do what follows as a command for one whole centre; gives its id. Raises NotFound for an unknown centre."""
    secret = secrets.token_urlsafe(32)
    with platform_connection(platform_url, reason=reason) as connection:
        centre_id = connection.scalar(
            sa.text("select kcc_open_command(:s, :c, :r)"), {"s": secret, "c": centre_key, "r": reason}
        )
    if centre_id is None:
        raise NotFound(f"no centre {centre_key}")
    with scope(secret, Permission.JOB_RUN):
        yield int(centre_id)
