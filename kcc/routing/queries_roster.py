"""Who works when: the week as it stands, how many are expected, and who is expected but not here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import ROLE_PERMISSIONS, Permission, Role
from kcc.people.models import Account, Membership
from kcc.routing import rules_roster as rules
from kcc.routing.models_presence import AgentState
from kcc.routing.models_roster import RosterShift
from kcc.routing.rules_presence import AgentMode
from kcc.routing.rules_roster import Shift

DESK_ROLES = sorted(str(role) for role in Role if Permission.DESK_USE in ROLE_PERMISSIONS[role])


@dataclass(frozen=True)
class Missed:
    """An agent who ought to be there by the roster and is not, with the shift."""

    account_id: uuid.UUID
    name: str
    shift: Shift


def agents() -> list[tuple[uuid.UUID, str, str]]:
    """Who takes calls in the towns in sight: id, name and address, by name."""
    moment = now()
    rows = db.session.execute(
        sa.select(Account.id, Account.name, Account.email)
        .where(
            Account.active,
            sa.exists().where(
                Membership.account_id == Account.id, Membership.role.in_(DESK_ROLES), Membership.valid_from <= moment,
                sa.or_(Membership.valid_to.is_(None), Membership.valid_to > moment),
            ),
        )
        .order_by(sa.func.lower(Account.name), Account.id)
    )  # fmt: skip
    return [(row.id, row.name, row.email) for row in rows]


def week(centre_id: int, monday: date) -> list[RosterShift]:
    """The shifts of a week, by day and time."""
    return list(
        db.session.scalars(
            sa.select(RosterShift)
            .where(
                RosterShift.centre_id == centre_id,
                RosterShift.on_day >= monday,
                RosterShift.on_day < monday + timedelta(days=7),
            )
            .order_by(RosterShift.on_day, RosterShift.starts, RosterShift.id)
        )
    )


def shift(shift_id: uuid.UUID) -> RosterShift:
    """One shift. Raises NotFound."""
    found = db.session.get(RosterShift, shift_id)
    if found is None:
        raise NotFound
    return found


def shifts_of(account_id: uuid.UUID, on_day: date) -> list[RosterShift]:
    """What somebody works on a day."""
    return list(
        db.session.scalars(
            sa.select(RosterShift).where(RosterShift.account_id == account_id, RosterShift.on_day == on_day)
        )
    )


def as_shift(row: RosterShift) -> Shift:
    """A row as the rules want it."""
    return Shift(row.on_day, row.starts, row.ends, tuple(row.channels), row.note)


def expected(centre_id: int, on_day: date, channel: str | None = None) -> list[int]:
    """How many agents the roster expects in each half hour of a day, on a channel or on any: for planning."""
    rows = db.session.scalars(
        sa.select(RosterShift).where(RosterShift.centre_id == centre_id, RosterShift.on_day == on_day)
    )
    return rules.expected([as_shift(row) for row in rows], on_day, channel)


def missed(centre_id: int, at: datetime, zone: str) -> list[Missed]:
    """Agents in sight who ought to be at work at a moment (UTC) and are offline, by name."""
    today = at.astimezone(ZoneInfo(zone)).date()
    rows = db.session.execute(
        sa.select(RosterShift, Account.name)
        .join(Account, Account.id == RosterShift.account_id)
        .outerjoin(AgentState, AgentState.account_id == RosterShift.account_id)
        .where(
            RosterShift.centre_id == centre_id,
            RosterShift.on_day == today,
            Account.active,
            sa.or_(AgentState.account_id.is_(None), AgentState.state == AgentMode.OFFLINE),
        )
        .order_by(Account.name, RosterShift.starts)
    )
    found = [Missed(row.account_id, name, as_shift(row)) for row, name in rows]
    return [each for each in found if rules.is_expected(each.shift, at, zone)]
