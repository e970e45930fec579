"""What is read of departments as those who pass work on need it: who answers, is it open now, who is away.

Departments stand in the room of municipalities and who works for them in this one, so both come together here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import BY_DEPARTMENT
from kcc.municipalities import rules_departments as rules
from kcc.municipalities.models import Department, Municipality
from kcc.people import rules_absence
from kcc.people.models import Account, DepartmentMember, Membership


@dataclass(frozen=True)
class Departments:
    """All departments of one municipality, those out of use included, and how each stands."""

    by_id: Mapping[int, Department]
    standings: Mapping[int, rules.Standing]

    @property
    def in_use(self) -> list[Department]:
        """The ones to choose from, by name."""
        return [each for each in self.by_id.values() if each.active]

    def answering(self, department_id: int) -> rules.Answering:
        """Which one answers for a department; raises NotFound for one that the municipality does not have."""
        if department_id not in self.by_id:
            raise NotFound
        return rules.who_answers(department_id, self.standings)


@dataclass(frozen=True)
class MemberOfDepartment:
    """Somebody of a department. ``may_work`` says whether a role lets them take its work on now, ``absent_until`` is
    there only while they are away."""

    account_id: uuid.UUID
    name: str
    may_work: bool
    absent_until: date | None
    deputy_id: uuid.UUID | None


def departments_with_people(municipality_id: int) -> Departments:
    """All departments of one municipality by name, with whether anybody works for each. One query."""
    rows = db.session.execute(
        sa.select(Department, _has_people(Department))
        .where(Department.municipality_id == municipality_id)
        .order_by(Department.name, Department.id)
    ).all()
    return Departments(
        {row[0].id: row[0] for row in rows},
        {row[0].id: rules.Standing(row[0].active, row[1], row[0].fallback_id) for row in rows},
    )


def members_with_absence(municipality_id: int, department_id: int) -> list[MemberOfDepartment]:
    """Everybody of a department by name, with who may work and who is away today. One query."""
    rows = db.session.execute(
        sa.select(DepartmentMember, Account.name, Municipality.zone, sa.and_(*_may_work()))
        .join(Account, Account.id == DepartmentMember.account_id)
        .join(Municipality, Municipality.id == DepartmentMember.municipality_id)
        .where(DepartmentMember.municipality_id == municipality_id, DepartmentMember.department_id == department_id)
        .order_by(Account.name, Account.id)
    )
    return [
        MemberOfDepartment(
            member.account_id, name, may_work, _while_away(member.absent_until, _today(zone)), member.deputy_id
        )
        for member, name, zone, may_work in rows
    ]


def stand_in_for(account_id: uuid.UUID, members: Sequence[MemberOfDepartment]) -> uuid.UUID | None:
    """Who of a department takes over from one of its members: their deputy, or the deputy of that one; None when none
    of them is there."""
    return rules_absence.stand_in(
        account_id,
        {each.account_id: each.deputy_id for each in members},
        {each.account_id for each in members if each.may_work and each.absent_until is None},
    )


def deputy_mail_when_all_away(municipality_id: int, department_id: int) -> str | None:
    """The mail address of a department's deputy while all others of it are away; None as long as one of them is there,
    or when the deputy is away too or works in this town no more."""
    chief = db.session.execute(
        sa.select(Department.deputy_id, Account.email, Municipality.zone)
        .join(Account, Account.id == Department.deputy_id)
        .join(Municipality, Municipality.id == Department.municipality_id)
        .where(
            Department.municipality_id == municipality_id,
            Department.id == department_id,
            Account.active,
            _holds_role(Department.deputy_id, Department.municipality_id),
        )
    ).first()
    if chief is None or _is_away_somewhere(municipality_id, chief.deputy_id, _today(chief.zone)):
        return None
    members = members_with_absence(municipality_id, department_id)
    others = [each for each in members if each.may_work and each.account_id != chief.deputy_id]
    return chief.email if others and all(each.absent_until for each in others) else None


def _is_away_somewhere(municipality_id: int, account_id: uuid.UUID, today: date) -> bool:
    away = sa.exists().where(
        DepartmentMember.municipality_id == municipality_id,
        DepartmentMember.account_id == account_id,
        DepartmentMember.absent_until >= today,
    )
    return bool(db.session.scalar(sa.select(away)))


def _today(zone: str) -> date:
    return now().astimezone(ZoneInfo(zone)).date()


def _while_away(absent_until: date | None, today: date) -> date | None:
    return absent_until if rules_absence.is_away(absent_until, today) else None


def _has_people(of: type[Department]) -> sa.ColumnElement[bool]:
    return sa.exists(
        sa.select(1)
        .select_from(DepartmentMember)
        .join(Account, Account.id == DepartmentMember.account_id)
        .where(
            DepartmentMember.municipality_id == of.municipality_id,
            DepartmentMember.department_id == of.id,
            *_may_work(),
        )
    )


def _may_work() -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions on a member: an account in use, with a role today that lets them work on tasks of their departments."""
    roles = [str(role) for role in BY_DEPARTMENT]
    held = _holds_role(DepartmentMember.account_id, DepartmentMember.municipality_id, Membership.role.in_(roles))
    return Account.active.is_(True), held


def _holds_role(account_id: Any, municipality_id: Any, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    moment = now()
    return sa.exists().where(
        Membership.account_id == account_id,
        Membership.municipality_id == municipality_id,
        Membership.valid_from <= moment,
        sa.or_(Membership.valid_to.is_(None), Membership.valid_to > moment),
        *conditions,
    )
