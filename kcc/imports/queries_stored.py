"""What stands in the tables already under the keys of a chunk of rows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from kcc.core.db import db
from kcc.knowledge.models import Article
from kcc.municipalities.models import Department, Product
from kcc.municipalities.models_national import MunicipalityRegister
from kcc.people.models import Account, DepartmentMember, Membership


def rows_by_key(
    model: type[Any], keys: Sequence[str], wanted: Collection[tuple[Any, ...]]
) -> dict[tuple[Any, ...], Any]:
    """Rows of a table as they are stored (mappings by column), by the values of these columns."""
    columns = [getattr(model, key) for key in keys]
    asked = sa.select(*model.__table__.columns).where(sa.tuple_(*columns).in_(list(wanted)))
    return {tuple(row[key] for key in keys): row for row in db.session.execute(asked).mappings()}


def products_known(upns: Collection[str]) -> set[str]:
    """Which of these names of products the list of products has."""
    return set(db.session.scalars(sa.select(Product.upn).where(Product.upn.in_(upns))))


def register_by_code(codes: Collection[str]) -> dict[str, MunicipalityRegister]:
    """Municipalities of the register by code, present and past."""
    found = db.session.scalars(sa.select(MunicipalityRegister).where(MunicipalityRegister.code.in_(codes)))
    return {row.code: row for row in found}


def departments_by_word(municipality_id: int) -> dict[str, Department]:
    """A town's departments by name and by key, in small letters."""
    rows = db.session.scalars(sa.select(Department).where(Department.municipality_id == municipality_id)).all()
    return {name.lower(): row for row in rows for name in (row.name, row.key)}


def accounts_by_email(municipality_id: int) -> dict[str, uuid.UUID]:
    """Whoever has a role in a town, by e-mail address in small letters."""
    people = db.session.execute(
        sa.select(Account.email, Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.municipality_id == municipality_id)
    )
    return {row.email.lower(): row.id for row in people}


def place_in_department(municipality_id: int, account_id: uuid.UUID, department_id: int) -> DepartmentMember | None:
    """Somebody's place in a department, if they have one."""
    return db.session.scalar(
        sa.select(DepartmentMember).where(
            DepartmentMember.municipality_id == municipality_id,
            DepartmentMember.account_id == account_id,
            DepartmentMember.department_id == department_id,
        )
    )


def articles_with(article_ids: Collection[uuid.UUID]) -> list[Article]:
    """Articles by id."""
    return list(db.session.scalars(sa.select(Article).where(Article.id.in_(article_ids))))
