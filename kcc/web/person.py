"""The person at the other end of a request, as the database knows them from their session."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import g
from flask_login import UserMixin

from kcc.core.db import db
from kcc.core.permissions import Actor, Permission


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]
    """Who is signed in, and what they may do somewhere."""

    account_id: uuid.UUID
    name: str
    email: str
    locale: str
    shortcuts_on: bool
    door_id: uuid.UUID
    seen_at: datetime
    centre_name: str
    permissions: frozenset[str]
    roles: frozenset[str]
    maintenance: str | None = None
    is_crisis: bool = False

    def get_id(self) -> str:
        """The account's id, as Flask-Login asks for it."""
        return str(self.account_id)

    @property
    def initials(self) -> str:
        """First letters of the first and last word of the name."""
        words = self.name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"

    @property
    def actor(self) -> Actor:
        """This person as actions want to know them."""
        return Actor(self.account_id)

    def may(self, permission: Permission | str) -> bool:
        """Whether they hold the permission in at least one municipality."""
        return str(permission) in self.permissions


def read_person() -> Person | None:
    """Who stands at this scope's door; None when the account is gone or was switched off."""
    row = (
        db.session.execute(
            sa.text(
                "select w.*, kcc_maintenance() as maintenance,"
                " exists (select 1 from crisis where ended_at is null) as is_crisis from kcc_who() w"
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    values = dict(row)
    values["permissions"] = frozenset(values["permissions"] or ())
    values["roles"] = frozenset(values["roles"] or ())
    values["centre_name"] = values["centre_name"] or "KCC"
    return Person(**values)


def current_person() -> Person:
    """The signed-in person of this request; only for views that require a permission."""
    person: Person = g.person
    return person


def actor() -> Actor:
    """The signed-in person as an actor."""
    return current_person().actor
