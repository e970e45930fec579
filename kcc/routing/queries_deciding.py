"""What the choice of who gets what stands on, and why it fell as it did."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.contacts.models import Contact, Ticket
from kcc.core.clock import now
from kcc.core.db import db
from kcc.municipalities.models import Municipality, ServiceAgreement
from kcc.routing import rules
from kcc.routing.models import WorkItem
from kcc.routing.models_deciding import ArrivalForecast, RoutingDecision, RoutingParameters
from kcc.routing.rules import LIVE_KINDS, State
from kcc.routing.rules_choice import Parameters, may_be_called_back
from kcc.routing.rules_choice import expected_wait as seconds_until_helped

USUAL_TARGET = 0.8
USUAL_WITHIN = 20.0
SHORT_ABANDON_SECONDS = 5
"""Who hangs up sooner did not want to wait at all: it counts for nothing."""
BUSINESS_HALF_HOURS = 255 * 17
"""In a year, for a town of which nothing has been counted yet: one call for each inhabitant, as large towns report."""
LAST_CALLS, FEWEST_CALLS = 200, 20
USUAL_HANDLING_SECONDS = 290.0
"""Mean of talk and wrap-up of municipal calls, for a centre that has not counted its own."""


@dataclass(frozen=True)
class InForce:
    """The settings of a centre at a moment, and their version; 0 when nobody set anything."""

    version: int
    parameters: Parameters

    def as_json(self) -> dict[str, Any]:
        """The settings as the database's functions take them."""
        return asdict(self.parameters)


def in_force(municipality_id: int, at: datetime | None = None) -> InForce:
    """The settings that hold for a town's centre; names that are unknown (any more) are left out."""
    row = db.session.execute(
        sa.select(RoutingParameters.version, RoutingParameters.values)
        .join(Municipality, Municipality.centre_id == RoutingParameters.centre_id)
        .where(Municipality.id == municipality_id, RoutingParameters.valid_from <= (at or now()))
        .order_by(RoutingParameters.valid_from.desc(), RoutingParameters.version.desc())
        .limit(1)
    ).first()
    return InForce(row.version, from_values(row.values)) if row else InForce(0, Parameters())


def from_values(values: Mapping[str, Any]) -> Parameters:
    """Parameters from what a version names."""
    known = {field.name for field in fields(Parameters)}
    return Parameters(**{name: value for name, value in values.items() if name in known})


def agreed_within(municipality_id: int, channel: str, on: date) -> float:
    """Seconds within which a town's contacts of a channel are to be answered."""
    found = db.session.scalar(
        sa.select(ServiceAgreement.within_seconds)
        .where(
            ServiceAgreement.municipality_id == municipality_id,
            ServiceAgreement.channel == channel,
            ServiceAgreement.valid_from <= on,
            sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= on),
        )
        .order_by(ServiceAgreement.valid_from.desc())
        .limit(1)
    )
    return float(found) if found else USUAL_WITHIN


def last_agent_of(municipality_id: int, ticket_id: uuid.UUID) -> uuid.UUID | None:
    """Who worked on an open case last: its last item's agent, else who opened it."""
    worked = (
        sa.select(WorkItem.account_id)
        .where(
            WorkItem.municipality_id == municipality_id,
            WorkItem.ticket_id == ticket_id,
            WorkItem.account_id.is_not(None),
        )
        .order_by(WorkItem.since.desc())
        .limit(1)
        .scalar_subquery()
    )
    return db.session.scalar(
        sa.select(sa.func.coalesce(worked, Ticket.opened_by_id)).where(
            Ticket.municipality_id == municipality_id, Ticket.id == ticket_id
        )
    )


def expected_arrivals(town: Municipality, at: datetime) -> float | None:
    """Live contacts forecast for the half hour of ``at``; without a forecast a year's share, None when nothing is known."""
    here = at.astimezone(ZoneInfo(town.zone))
    found = db.session.scalar(
        sa.select(ArrivalForecast.expected).where(
            ArrivalForecast.municipality_id == town.id,
            ArrivalForecast.weekday == here.weekday(),
            ArrivalForecast.half_hour == here.hour * 2 + here.minute // 30,
        )
    )
    if found is not None:
        return float(found)
    return town.inhabitants / BUSINESS_HALF_HOURS if town.inhabitants else None


def arrivals_by_half_hour(town: Municipality, since: datetime) -> list[tuple[int, int, int]]:
    """(weekday, half hour, how many) of a town's live contacts since a moment, in local time."""
    local = sa.func.timezone(town.zone, WorkItem.since)
    weekday = sa.cast(sa.extract("isodow", local), sa.Integer) - 1
    half = sa.cast(sa.extract("hour", local) * 2 + sa.func.floor(sa.extract("minute", local) / 30), sa.Integer)
    rows = db.session.execute(
        sa.select(weekday, half, sa.func.count())
        .where(WorkItem.municipality_id == town.id, WorkItem.since >= since, WorkItem.kind.in_(sorted(LIVE_KINDS)))
        .group_by(weekday, half)
    )
    return [(int(day), int(part), int(n)) for day, part, n in rows]


def day_of(town: Municipality, at: datetime) -> tuple[date, datetime]:
    """The local day of a moment, and when it began (UTC)."""
    zone = ZoneInfo(town.zone)
    day = at.astimezone(zone).date()
    return day, datetime.combine(day, time(0), zone)


def answered_today(town: Municipality, at: datetime) -> dict[str, tuple[int, int]]:
    """By channel: live contacts answered within the agreed time, and all that count.

    An answer in time, over all that were offered without short abandons and accepted call-backs; who hung up later
    counts as missed. What still waits counts once its time has passed.
    """
    day, began = day_of(town, at)
    waited = sa.extract("epoch", sa.func.coalesce(WorkItem.claimed_at, WorkItem.done_at, at) - WorkItem.since)
    rows = db.session.execute(
        sa.select(WorkItem.channel, waited, WorkItem.claimed_at, WorkItem.state, WorkItem.outcome).where(
            WorkItem.municipality_id == town.id,
            WorkItem.since >= began,
            WorkItem.since <= at,
            WorkItem.kind.in_(sorted(LIVE_KINDS)),
        )
    ).all()
    found: dict[str, list[int]] = {}
    within = {channel: agreed_within(town.id, channel, day) for channel in {row.channel for row in rows}}
    for channel, seconds, claimed_at, state, outcome in rows:
        in_time = counts(float(seconds), within[channel], claimed_at is not None, state, outcome)
        if in_time is not None:
            tally = found.setdefault(channel, [0, 0])
            tally[0] += in_time
            tally[1] += 1
    return {channel: (ok, total) for channel, (ok, total) in found.items()}


def counts(seconds: float, within: float, answered: bool, state: str, outcome: str | None) -> bool | None:
    """Whether a live contact counts as answered in time; None when it does not count (yet)."""
    if answered:
        return seconds <= within
    if outcome == "callback" or (state == State.WITHDRAWN and seconds < SHORT_ABANDON_SECONDS):
        return None
    if state in (State.WAITING, State.OFFERED) and seconds <= within:
        return None
    return False


@dataclass(frozen=True)
class Expected:
    """What a caller can expect: seconds (None: nobody is at work), and whether a call-back is offered."""

    seconds: float | None
    position: int
    callback: bool
    window_seconds: float


def expected_wait(municipality_id: int, *, channel: str = "phone", waited: float = 0.0) -> Expected:
    """What somebody who waits now, or begins to, can expect. Counts what waits in this scope, in the first classes.

    From (position + 1) times the mean handling time, divided by the agents at work.
    """
    moment = now()
    settings = in_force(municipality_id, moment).parameters
    ahead = db.session.scalar(
        sa.select(sa.func.count()).where(
            WorkItem.state.in_((State.WAITING, State.OFFERED)),
            WorkItem.kind.in_(sorted(LIVE_KINDS)),
            WorkItem.done_at.is_(None),
            WorkItem.since < moment - timedelta(seconds=waited),
        )
    )
    ready = sum(
        row.n
        for row in db.session.execute(sa.text("select state, n from kcc_agent_counts()"))
        if row.state in ("available", "in_conversation", "wrap_up")
    )
    seconds = seconds_until_helped(int(ahead or 0), handling_seconds(municipality_id), ready)
    return Expected(seconds, int(ahead or 0), may_be_called_back(seconds, waited, settings), settings.callback_window)


def handling_seconds(municipality_id: int) -> float:
    """Mean seconds of talk and wrap-up of a town's last calls; the usual one while it has had few."""
    last = (
        sa.select((Contact.talk_seconds + sa.func.coalesce(Contact.wrap_up_seconds, 0)).label("seconds"))
        .where(
            Contact.municipality_id == municipality_id, Contact.channel == "phone", Contact.talk_seconds.is_not(None)
        )
        .order_by(Contact.at.desc())
        .limit(LAST_CALLS)
        .subquery()
    )
    row = db.session.execute(sa.select(sa.func.count(), sa.func.avg(last.c.seconds))).one()
    return float(row[1]) if row[0] >= FEWEST_CALLS else USUAL_HANDLING_SECONDS


def decisions_of(item: WorkItem) -> Sequence[RoutingDecision]:
    """What was decided about an item, latest first."""
    return db.session.scalars(
        sa.select(RoutingDecision)
        .where(RoutingDecision.municipality_id == item.municipality_id, RoutingDecision.item_id == item.id)
        .order_by(RoutingDecision.at.desc(), RoutingDecision.id.desc())
        .limit(20)
    ).all()


def class_of(item: WorkItem, at: datetime | None = None) -> rules.PriorityClass:
    """The class of an item now."""
    return rules.class_at(item.kind, item.priority_class, item.urgent_at, at or now())
