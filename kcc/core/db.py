"""The database handle, the base of every table, and the three kinds of table that exist.

A table is municipal (``TenantMixin``), of the centre (``CentreMixin``), or says why it is neither (``__shared__``).
A class that is none of these does not build: lock 1 of the isolation (docs/tenancy.md).
"""

from __future__ import annotations

import os
import time
import uuid
from typing import Any, ClassVar

import flask_sqlalchemy
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> uuid.UUID:
    """A time-ordered random id (UUID version 7, RFC 9562): index-friendly, and no counter that tells volumes."""
    milliseconds = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    number = (milliseconds << 80) | tail
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    number = (number & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=number)


class Base(DeclarativeBase):
    """Base of every table; refuses a class that does not say whose its rows are."""

    metadata = sa.MetaData(naming_convention=CONVENTION)

    __shared__: ClassVar[str | None] = None
    """Why rows belong to no municipality and no centre; None for municipal and centre tables."""
    __data_class__: ClassVar[str] = "setup"
    """What a permission must reveal to see rows: ``setup``, ``figures`` (facts) or ``person`` (personal data, free text)."""
    __policy__: ClassVar[str] = "municipal"
    """The name of the row policy in ``kcc/core/rls.py``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "__tablename__" in cls.__dict__ and not cls.__dict__.get("__shared__"):
            kinds = [base for base in cls.__mro__ if base.__name__ in ("TenantMixin", "CentreMixin")]
            if len(kinds) != 1:
                raise TypeError(
                    f"{cls.__name__} must be municipal (TenantMixin), of the centre (CentreMixin), or say __shared__ = 'why'"
                )
        super().__init_subclass__(**kwargs)


class TenantMixin:
    """A municipal table: each row is of one municipality, and is referred to together with it."""

    @declared_attr
    def municipality_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("municipality.id"), index=False)


class CentreMixin:
    """A table of the centre: rows that belong to no single municipality of it."""

    __policy__: ClassVar[str] = "centre"

    @declared_attr
    def centre_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("centre.id"))


def tenant_key(*extra: Any) -> tuple[Any, ...]:
    """Table arguments of a municipal table: the pair that other municipal tables refer to, and what else is given."""
    return (sa.UniqueConstraint("municipality_id", "id"), *extra)


def tenant_reference(column: str, target: str, **kwargs: Any) -> sa.ForeignKeyConstraint:
    """A foreign key to another municipal table, together with the municipality: lock 4.

    A plain foreign key would accept a row of another municipality, because reference checks see past row policies.
    """
    return sa.ForeignKeyConstraint(["municipality_id", column], [f"{target}.municipality_id", f"{target}.id"], **kwargs)


def centre_reference(column: str, target: str, **kwargs: Any) -> sa.ForeignKeyConstraint:
    """A foreign key to a table of the centre, together with the centre."""
    return sa.ForeignKeyConstraint(["centre_id", column], [f"{target}.centre_id", f"{target}.id"], **kwargs)


db = flask_sqlalchemy.SQLAlchemy(model_class=Base)
