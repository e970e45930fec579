"""Scopes: what the current transaction may see, and on whose word. Locks 2 and 3 of the isolation (docs/tenancy.md).

The application never says *which* municipalities it may see. It passes the secret of the door through which the work
came in (a session, a job's lease, a command) and the permission which the route requires; functions in the database
look the secret's hash up in a table that the application cannot read, and derive the municipalities from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kcc.core.db import db
from kcc.core.errors import ScopeMissing
from kcc.core.permissions import Permission


@dataclass(frozen=True)
class Scope:
    """The door's secret, the permission for which it is used, and whether the transaction may write."""

    secret: str = field(repr=False)
    permission: str
    read_only: bool = False


_current: ContextVar[Scope | None] = ContextVar("kcc_scope", default=None)

SETTINGS = sa.text(
    "select set_config('kcc.secret', :secret, true), set_config('kcc.permission', :permission, true),"
    " set_config('transaction_read_only', :read_only, true)"
)


def current_scope() -> Scope | None:
    """The scope that the next transaction of this context will carry, if any."""
    return _current.get()


@contextmanager
def scope(secret: str, permission: Permission | str, *, read_only: bool = False) -> Iterator[Scope]:
    """Carry out what follows within what the door ``secret`` may see under ``permission``.

    Refused while a transaction is open: its settings were fixed when it began, so it would keep the old scope. What only
    reads sees one moment from beginning to end: the figures of a page add up while others go on writing.
    """
    if db.session().in_transaction():
        raise ScopeMissing("a scope cannot be entered while a transaction is open")
    entered = Scope(secret, str(permission), read_only)
    token = _current.set(entered)
    try:
        if read_only:
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield entered
    finally:
        db.session.rollback()
        _current.reset(token)


@contextmanager
def doorless_scope() -> Iterator[Scope]:
    """A scope that reveals nothing: for pages before sign-in, which only call functions meant for strangers."""
    with scope("", "none") as entered:
        yield entered


def _write_settings(session: Session, transaction: Any, connection: sa.Connection) -> None:
    entered = _current.get()
    if entered is None:
        raise ScopeMissing("SQL outside a scope")
    connection.execute(
        SETTINGS,
        {
            "secret": entered.secret,
            "permission": entered.permission,
            "read_only": "on" if entered.read_only else "off",
        },
    )


def install(session_class: type[Session] = Session) -> None:
    """Have every session write its scope when a transaction begins; done once, when the application is made."""
    if not sa.event.contains(session_class, "after_begin", _write_settings):
        sa.event.listen(session_class, "after_begin", _write_settings)
