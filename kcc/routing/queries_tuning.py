"""What changing the settings of the queue stands on: versions, trials, recorded weeks, and the crisis that holds."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.contacts.models import Conversation
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Role
from kcc.municipalities.models import Municipality, ServiceAgreement, Topic
from kcc.people.models import Account, Membership
from kcc.routing import rules
from kcc.routing.models import WorkItem
from kcc.routing.models_deciding import RoutingParameters
from kcc.routing.models_presence import AgentSkill
from kcc.routing.models_tuning import Crisis, RoutingTrial
from kcc.routing.rules import INTERRUPTIBLE, LIVE_KINDS, Kind
from kcc.routing.rules_trial import Recorded, patience_of
from kcc.routing.simulation_choice import Agreement

ZONE = ZoneInfo("Europe/Amsterdam")
WEEKS = 8
LONGEST_CALL = 3600.0
LONGEST_WRITTEN = 1800.0
HALF_HOUR = 1800
CONVERSATION_KINDS = {"phone": Kind.CALL, "counter": Kind.COUNTER}


@dataclass(frozen=True)
class Week:
    """A whole week with something recorded: its Monday, and how many calls and visits."""

    monday: date
    contacts: int


@dataclass(frozen=True)
class Fact:
    """Something recorded that came in: when (UTC), for whom, seconds of work when known, how long it waited when known."""

    at: datetime
    town: int
    kind: str
    handling: float | None
    waited: float | None
    is_gone: bool


@dataclass(frozen=True)
class WeekFound:
    """A recorded week to play, and how much was recorded of what."""

    recorded: Recorded
    measured: dict[str, Any]


def covers(centre_id: int) -> bool:
    """Whether this scope covers every town of the centre: who may change what all of them share."""
    return bool(db.session.scalar(sa.text("select kcc_covers_centre(:c)"), {"c": centre_id}))


def versions(centre_id: int, limit: int = 50) -> list[RoutingParameters]:
    """Versions of the settings, newest first."""
    return list(
        db.session.scalars(
            sa.select(RoutingParameters)
            .where(RoutingParameters.centre_id == centre_id)
            .order_by(RoutingParameters.version.desc())
            .limit(limit)
        )
    )


def version(centre_id: int, number: int) -> RoutingParameters:
    """One version. Raises NotFound."""
    found = db.session.get(RoutingParameters, (centre_id, number))
    if found is None:
        raise NotFound
    return found


def trial(trial_id: uuid.UUID, *, to_change: bool = False) -> RoutingTrial:
    """A trial, locked when it is to change. Raises NotFound for one of another centre or of one not wholly covered."""
    query = sa.select(RoutingTrial).where(RoutingTrial.id == trial_id)
    found = db.session.scalar(query.with_for_update() if to_change else query)
    if found is None:
        raise NotFound
    return found


def trials(centre_id: int, limit: int = 10) -> list[Any]:
    """The last trials, newest first, without what they recorded and found: that is large."""
    runs = sa.func.jsonb_array_length(RoutingTrial.runs).label("runs_done")
    query = (
        sa.select(
            RoutingTrial.id, RoutingTrial.week, RoutingTrial.made_at, RoutingTrial.made_by_id, RoutingTrial.done_at,
            RoutingTrial.saved_version, RoutingTrial.runs_wanted, runs,
        )
        .where(RoutingTrial.centre_id == centre_id)
        .order_by(RoutingTrial.made_at.desc())
        .limit(limit)
    )  # fmt: skip
    return list(db.session.execute(query))


def weeks(today: date) -> list[Week]:
    """Whole weeks of the last two months in which calls or visits were recorded, newest first."""
    this_monday = today - timedelta(days=today.weekday())
    first = this_monday - timedelta(weeks=WEEKS)
    local = sa.func.date_trunc("week", sa.func.timezone(ZONE.key, Conversation.started_at))
    rows = db.session.execute(
        sa.select(sa.cast(local, sa.Date), sa.func.count())
        .where(
            Conversation.started_at >= midnight(first), Conversation.started_at < midnight(this_monday),
            Conversation.municipality_id.is_not(None), Conversation.channel.in_(list(CONVERSATION_KINDS)),
        )
        .group_by(local)
        .order_by(local.desc())
    )  # fmt: skip
    return [Week(monday, count) for monday, count in rows]


def recorded_week(centre_id: int, monday: date) -> WeekFound:
    """A week of a centre as it was recorded: what the queue wrote down, else the conversations. Without persons.

    Who worked when follows from their conversations; breaks were not recorded. Where no abandonments were recorded,
    patience is assumed.
    """
    towns = set(db.session.scalars(sa.select(Municipality.id).where(Municipality.centre_id == centre_id)))
    live = [fact for fact in _queued(monday, sorted(LIVE_KINDS)) if fact.town in towns]
    written = [fact for fact in _queued(monday, sorted(INTERRUPTIBLE)) if fact.town in towns]
    queued_days = {(fact.town, _day(fact.at)) for fact in live}
    spoken = [f for f in _conversations(monday) if f.town in towns and (f.town, _day(f.at)) not in queued_days]
    gone = [fact.waited for fact in live if fact.is_gone and fact.waited is not None]
    stayed = [fact.waited for fact in live if not fact.is_gone and fact.waited is not None]
    crews = _crews(monday)
    days = []
    for day in (monday + timedelta(days=number) for number in range(7)):
        facts = sorted((f for f in (*live, *spoken, *written) if _day(f.at) == day), key=lambda fact: fact.at)
        if any(fact.kind in LIVE_KINDS for fact in facts) and crews.get(day):
            days.append((tuple(_arrival(fact) for fact in facts), tuple(crews[day])))
    recorded = Recorded(tuple(days), agreements(monday), patience_of(gone, stayed))
    measured = {
        "queued": len(live), "conversations": len(spoken), "written": len(written), "abandoned": len(gone),
        "agents": max((len(crew) for _facts, crew in days), default=0), "days": len(days), "patience": recorded.patience,
    }  # fmt: skip
    return WeekFound(recorded, measured)


def agreements(on: date) -> dict[int, Agreement]:
    """What each town agreed for its telephone on a day."""
    rows = db.session.scalars(
        sa.select(ServiceAgreement)
        .where(
            ServiceAgreement.channel == "phone", ServiceAgreement.valid_from <= on,
            sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= on),
        )
        .order_by(ServiceAgreement.valid_from)
    )  # fmt: skip
    return {row.municipality_id: Agreement(row.percent / 100, float(row.within_seconds)) for row in rows}


def topic_groups(centre_id: int) -> list[str]:
    """Groups of topics of a centre, by name."""
    query = sa.select(Topic.group_name).where(Topic.centre_id == centre_id).distinct().order_by(Topic.group_name)
    return [name for name in db.session.scalars(query) if name]


# crisis ---------------------------------------------------------------------------------------------------------------
def crises_now() -> list[Crisis]:
    """The crisis that holds in each centre of this scope; mostly none."""
    return list(db.session.scalars(sa.select(Crisis).where(Crisis.ended_at.is_(None))))


def crises_shown() -> list[tuple[Crisis, str | None, str | None]]:
    """The same with the name of its town and of who turned it on, in one query: every page asks."""
    query = (
        sa.select(Crisis, Municipality.name, Account.name)
        .outerjoin(Municipality, Municipality.id == Crisis.municipality_id)
        .outerjoin(Account, Account.id == Crisis.started_by_id)
        .where(Crisis.ended_at.is_(None))
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def crises(centre_id: int, limit: int = 20) -> list[Crisis]:
    """Crises of a centre, newest first."""
    query = sa.select(Crisis).where(Crisis.centre_id == centre_id).order_by(Crisis.started_at.desc()).limit(limit)
    return list(db.session.scalars(query))


def crisis(crisis_id: uuid.UUID) -> Crisis:
    """One crisis, locked. Raises NotFound."""
    found = db.session.scalar(sa.select(Crisis).where(Crisis.id == crisis_id).with_for_update())
    if found is None:
        raise NotFound
    return found


def crisis_for(municipality_id: int, topic_group: str = "") -> Crisis | None:
    """The crisis that gives work of this town and group of topics the first place; None mostly.

    A call whose topic nobody knows yet counts as being about the crisis: then it is better to help one too many first.
    """
    holds = (
        sa.select(Crisis)
        .join(Municipality, Municipality.centre_id == Crisis.centre_id)
        .where(
            Crisis.ended_at.is_(None), Municipality.id == municipality_id,
            sa.or_(Crisis.municipality_id.is_(None), Crisis.municipality_id == municipality_id),
        )
    )  # fmt: skip
    if topic_group:
        holds = holds.where(Crisis.topic_group.in_(("", topic_group)))
    return db.session.scalar(holds)


def first_class(kind: str, municipality_id: int, topic_group: str = "") -> int:
    """The class in which work begins to wait: that of its kind, or before all else when a crisis is about it."""
    usual = int(rules.first_class(kind))
    if kind not in (*LIVE_KINDS, Kind.CALLBACK) or crisis_for(municipality_id, topic_group) is None:
        return usual
    return int(rules.PriorityClass.CRISIS)


def spoken_message(municipality_id: int, topic_group: str = "") -> str:
    """What the telephone exchange reads out to callers of a town, about a group of topics if known, now; "" mostly."""
    found = crisis_for(municipality_id, topic_group)
    return found.spoken if found else ""


# a recorded week ------------------------------------------------------------------------------------------------------
def _queued(monday: date, kinds: Sequence[str]) -> list[Fact]:
    rows = db.session.execute(
        sa.select(
            WorkItem.since, WorkItem.municipality_id, WorkItem.kind, WorkItem.claimed_at, WorkItem.done_at, WorkItem.outcome
        ).where(
            WorkItem.kind.in_(kinds), WorkItem.since >= midnight(monday), WorkItem.since < midnight(monday + timedelta(days=7))
        )
    )  # fmt: skip
    facts = []
    for since, town, kind, claimed_at, done_at, outcome in rows:
        ended = claimed_at or done_at
        most = LONGEST_CALL if kind in LIVE_KINDS else LONGEST_WRITTEN
        handling = min(most, (done_at - claimed_at).total_seconds()) if claimed_at and done_at else None
        waited = (ended - since).total_seconds() if ended else None
        is_gone = claimed_at is None and done_at is not None and outcome != "callback"
        facts.append(Fact(since, town, kind, handling, waited, is_gone))
    return facts


def _conversations(monday: date) -> Iterable[Fact]:
    ended = sa.func.coalesce(Conversation.finished_at, Conversation.ended_at)
    rows = db.session.execute(
        sa.select(Conversation.started_at, Conversation.municipality_id, Conversation.channel, ended).where(
            *_in_week(monday), Conversation.channel.in_(list(CONVERSATION_KINDS))
        )
    )
    for started, town, channel, until in rows:
        assert town is not None
        handling = min(LONGEST_CALL, (until - started).total_seconds()) if until else None
        yield Fact(started, town, str(CONVERSATION_KINDS[channel]), handling, None, False)


def _crews(monday: date) -> dict[date, list[tuple[float, float, dict[int, int]]]]:
    """Who worked on which day: from their first to their last conversation, in whole half hours, with their levels."""
    last = sa.func.max(sa.func.coalesce(Conversation.finished_at, Conversation.ended_at, Conversation.started_at))
    day = sa.cast(sa.func.timezone(ZONE.key, Conversation.started_at), sa.Date)
    rows = db.session.execute(
        sa.select(Conversation.account_id, day, sa.func.min(Conversation.started_at), last)
        .where(*_in_week(monday))
        .group_by(Conversation.account_id, day)
        .order_by(Conversation.account_id)
    )
    levels = _levels(monday)
    found: dict[date, list[tuple[float, float, dict[int, int]]]] = defaultdict(list)
    for account_id, on, began, until in rows:
        if levels.get(account_id):
            begins = _second(began) // HALF_HOUR * HALF_HOUR
            ends = -(-_second(until) // HALF_HOUR) * HALF_HOUR
            found[on].append((float(begins), float(max(ends, begins + HALF_HOUR)), levels[account_id]))
    return found


def _levels(monday: date) -> dict[uuid.UUID, dict[int, int]]:
    """The level of each agent for each town they worked for in that week."""
    worked = db.session.execute(
        sa.select(Membership.account_id, Membership.municipality_id).where(
            Membership.role == Role.AGENT, Membership.valid_from < midnight(monday + timedelta(days=7)),
            sa.or_(Membership.valid_to.is_(None), Membership.valid_to > midnight(monday)),
        )
    )  # fmt: skip
    skills = {
        (account_id, town): level
        for account_id, town, level in db.session.execute(
            sa.select(AgentSkill.account_id, AgentSkill.municipality_id, AgentSkill.level).where(
                AgentSkill.topic_group == ""
            )
        )
    }
    found: dict[uuid.UUID, dict[int, int]] = defaultdict(dict)
    for account_id, town in worked:
        found[account_id][town] = skills.get((account_id, town), 1)
    return found


def _in_week(monday: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Conversation.started_at >= midnight(monday),
        Conversation.started_at < midnight(monday + timedelta(days=7)),
        Conversation.municipality_id.is_not(None),
        Conversation.cancelled.is_(False),
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ZONE)


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def _second(at: datetime) -> float:
    """Second of the local day."""
    here = at.astimezone(ZONE)
    return here.hour * 3600 + here.minute * 60 + here.second + here.microsecond / 1e6


def _arrival(fact: Fact) -> tuple[float, int, float | None, str]:
    return (
        round(_second(fact.at), 1),
        fact.town,
        None if fact.handling is None else round(fact.handling, 1),
        fact.kind,
    )


def today() -> date:
    """This day where the centres are."""
    return now().astimezone(ZONE).date()
