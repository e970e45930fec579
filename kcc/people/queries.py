"""What is read of people: names, colleagues and whether they are there, one's own account."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Department
from kcc.municipalities.rules import Calendar, CalendarNeverOpens, is_open, next_opening
from kcc.municipalities.rules_departments import Reach, department_calendar, reach
from kcc.people.models import Account, DepartmentMember

MOST_COLLEAGUES = 60
DAYS_LOOKED_AHEAD = 60


@dataclass(frozen=True)
class Colleague:
    """Somebody who works for a department, and whether they can be reached at this moment.

    ``back_on`` is the first day on which they work again, None when they are there now or it is not known. ``reach`` is
    their department's.
    """

    account_id: uuid.UUID
    name: str
    department: str
    department_id: int
    municipality_id: int
    phone: str | None
    there_now: bool
    back_on: date | None
    deputy_name: str | None
    reach: Reach


@dataclass(frozen=True)
class OpenSession:
    """One of a person's own sessions. Times are UTC."""

    id: uuid.UUID
    label: str
    made_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True)
class OwnFactors:
    """What an account proves itself with; ``totp_secret`` is sealed, and only there while it waits to be confirmed."""

    salt: bytes
    has_totp: bool
    totp_secret: bytes | None
    codes_left: int


@dataclass(frozen=True)
class OwnEmailChange:
    """Another address that was asked for one's account; the link works until ``expires_at`` (UTC), None before it was mailed."""

    id: uuid.UUID
    email: str
    asked_at: datetime
    expires_at: datetime | None
    own: bool


def names_of(account_ids: Collection[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names by account id, of those whom this scope may see."""
    ids = {each for each in account_ids if each is not None}
    if not ids:
        return {}
    rows = db.session.execute(sa.select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row.id: row.name for row in rows}


def colleagues(text: str, municipality_id: int | None = None, at: datetime | None = None) -> list[Colleague]:
    """People of whom every typed word stands in their name or department, by name; at most 60.

    ``at`` (UTC, now by default) is the moment for which is said whether they are there.
    """
    statement = _member_statement()
    for word in text.split():
        statement = statement.where(
            sa.or_(Account.name.icontains(word, autoescape=True), Department.name.icontains(word, autoescape=True))
        )
    if municipality_id is not None:
        statement = statement.where(DepartmentMember.municipality_id == municipality_id)
    return _as_colleagues(db.session.execute(statement.limit(MOST_COLLEAGUES)).all(), at or now())


def members_of(department_id: int, at: datetime | None = None) -> list[Colleague]:
    """Everybody who works for a department, by name."""
    statement = _member_statement().where(DepartmentMember.department_id == department_id)
    return _as_colleagues(db.session.execute(statement).all(), at or now())


def own_account(account_id: uuid.UUID) -> Account:
    """The account of the person who asks; raises NotFound."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


def own_sessions() -> list[OpenSession]:
    """The open sessions of the person who asks, the one used last first."""
    rows = db.session.execute(sa.text("select * from kcc_sessions()"))
    return [OpenSession(row.id, row.label, row.made_at, row.seen_at, row.is_this) for row in rows]


def own_factors() -> OwnFactors:
    """What the person who asks signs in with; raises NotFound for an account without a password."""
    row = db.session.execute(sa.text("select * from kcc_own_factors()")).first()
    if row is None:
        raise NotFound
    sealed = None if row.totp_secret is None else bytes(row.totp_secret)
    return OwnFactors(bytes(row.salt), row.has_totp, sealed, row.codes_left)


def own_code() -> bytes | None:
    """The sealed secret of the codes that the person who asks signs in with; None when codes are off."""
    sealed = db.session.scalar(sa.text("select kcc_own_code()"))
    return None if sealed is None else bytes(sealed)


def own_email_change() -> OwnEmailChange | None:
    """The change of address that is open for the person who asks."""
    row = db.session.execute(sa.text("select * from kcc_own_email_change()")).first()
    return None if row is None else OwnEmailChange(row.change_id, row.new_email, row.asked_at, row.expires_at, row.own)


def _member_statement() -> sa.Select[DepartmentMember, str, Department, str]:
    deputy = aliased(Account)
    return (
        sa.select(DepartmentMember, Account.name, Department, deputy.name.label("deputy_name"))
        .join(Account, Account.id == DepartmentMember.account_id)
        .join(
            Department,
            sa.and_(
                Department.municipality_id == DepartmentMember.municipality_id,
                Department.id == DepartmentMember.department_id,
            ),
        )
        .outerjoin(deputy, deputy.id == DepartmentMember.deputy_id)
        .where(Account.active, Department.active)
        .order_by(Account.name, Department.name, DepartmentMember.id)
    )


def _as_colleagues(rows: Sequence[sa.Row[DepartmentMember, str, Department, str]], at: datetime) -> list[Colleague]:
    calendars = municipalities.calendars_of({row[0].municipality_id for row in rows}, at) if rows else {}
    known: dict[int, tuple[Calendar, Reach]] = {}
    result = []
    for member, name, department, deputy_name in rows:
        if department.id not in known:
            own = department_calendar(calendars[member.municipality_id], department.hours)
            known[department.id] = own, reach(own, at)
        hours, reached = known[department.id]
        there_now, back_on = _presence(member, hours, at)
        result.append(
            Colleague(
                account_id=member.account_id,
                name=name,
                department=department.name,
                department_id=department.id,
                municipality_id=member.municipality_id,
                phone=member.phone or department.phone,
                there_now=there_now,
                back_on=back_on,
                deputy_name=deputy_name,
                reach=reached,
            )
        )
    return result


def _presence(member: DepartmentMember, calendar: Calendar, at: datetime) -> tuple[bool, date | None]:
    """Whether a colleague is there at ``at``, and if not, the first day of theirs on which their department opens again."""
    zone = ZoneInfo(calendar.zone)
    today = at.astimezone(zone).date()
    absent_until = member.absent_until or date.min

    def works_on(day: date) -> bool:
        return day.weekday() in member.weekdays and day > absent_until

    if works_on(today) and is_open(calendar, at):
        return True, None
    moment = at
    for _day in range(DAYS_LOOKED_AHEAD):
        try:
            moment = next_opening(calendar, moment)
        except CalendarNeverOpens:
            return False, None
        day = moment.astimezone(zone).date()
        if works_on(day):
            return False, day
        moment = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone).astimezone(at.tzinfo)
    return False, None
