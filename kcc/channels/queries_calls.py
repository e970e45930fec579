"""What is read of telephone calls: by the exchange's id, by an agent's desk, and for those who watch over them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kcc.channels import rules_calls as rules
from kcc.channels.models_calls import AgentPhone, Call, CallerNumber, CallEvent, CallLeg, StrayCall
from kcc.channels.rules_calls import CallState
from kcc.channels.rules_numbers import Given, phone_key
from kcc.contacts.models import Conversation
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.municipalities.models import Entrance, ServiceAgreement, Topic
from kcc.people.models import Account, Membership
from kcc.routing.models import WorkItem
from kcc.routing.rules import Kind


def call(call_id: uuid.UUID) -> Call:
    """One call. Raises NotFound, also for a call of another town."""
    found = db.session.scalar(sa.select(Call).where(Call.id == call_id))
    if found is None:
        raise NotFound
    return found


def call_of_exchange(exchange_id: uuid.UUID | None, exchange_call: str) -> Call | None:
    """A call by the id that its exchange gave it; None when nothing is known of it yet."""
    return db.session.scalar(
        sa.select(Call)
        .where(Call.exchange_id.is_not_distinct_from(exchange_id), Call.exchange_call == exchange_call)
        .order_by(Call.arrived_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def entrance_of(dialled: Given) -> Entrance | None:
    """The way in that a dialled number is; None when no town has it, or more than one claims it."""
    if dialled.withheld:
        return None
    found = db.session.scalars(
        sa.select(Entrance)
        .where(
            Entrance.kind == "phone",
            Entrance.active,
            Entrance.address.in_([dialled.number or dialled.raw, dialled.raw]),
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def topic_group_of(which: Call) -> str:
    """The group of topics that callers of this number have a question about; "" for a general number."""
    if which.entrance_id is None:
        return ""
    return (
        db.session.scalar(
            sa.select(Topic.group_name)
            .join(Entrance, Entrance.topic_id == Topic.id)
            .where(Entrance.municipality_id == which.municipality_id, Entrance.id == which.entrance_id)
        )
        or ""
    )


def events_of(which: Call) -> list[rules.Event]:
    """Everything that is known of a call, for ``rules_calls.summarise``."""
    rows = db.session.execute(
        sa.select(CallEvent.at, CallEvent.verb, CallEvent.event_key, CallEvent.agent_phone).where(
            CallEvent.municipality_id == which.municipality_id, CallEvent.call_id == which.id
        )
    )
    return [rules.Event(row.at, row.verb, row.event_key, row.agent_phone) for row in rows]


def event_count(which: Call) -> int:
    """How many things are known of a call."""
    known = sa.select(sa.func.count()).where(
        CallEvent.municipality_id == which.municipality_id, CallEvent.call_id == which.id
    )
    return int(db.session.scalar(known) or 0)


def has_event(which: Call, verb: str) -> bool:
    """Whether something of this kind is known of a call."""
    return any(event.verb == verb for event in events_of(which))


def stray_of_exchange(exchange_id: uuid.UUID | None, exchange_call: str) -> StrayCall | None:
    """A call that led nowhere, by the id that its exchange gave it, while it has not become a call."""
    return db.session.scalar(
        sa.select(StrayCall).where(
            StrayCall.exchange_id.is_not_distinct_from(exchange_id),
            StrayCall.exchange_call == exchange_call,
            StrayCall.call_id.is_(None),
        )
    )


def stray(stray_id: uuid.UUID) -> StrayCall:
    """One call that led nowhere. Raises NotFound."""
    found = db.session.scalar(sa.select(StrayCall).where(StrayCall.id == stray_id))
    if found is None:
        raise NotFound
    return found


def strays(limit: int = 50) -> Sequence[StrayCall]:
    """Calls that led nowhere and that nobody has seen to yet, latest first."""
    return db.session.scalars(
        sa.select(StrayCall).where(StrayCall.seen_at.is_(None)).order_by(StrayCall.last_at.desc()).limit(limit)
    ).all()


def live_item(which: Call, *, lock: bool = False) -> WorkItem | None:
    """The place of a caller in the agents' queue, while they have one; with ``lock`` it stays as it is until the end."""
    return live_item_of(Kind.CALL, which.municipality_id, which.id, lock=lock)


def live_item_of(kind: str, municipality_id: int, subject_id: uuid.UUID, *, lock: bool = False) -> WorkItem | None:
    """The item of a call or call-back that is not done."""
    query = (
        sa.select(WorkItem)
        .where(
            WorkItem.municipality_id == municipality_id,
            WorkItem.kind == kind,
            WorkItem.subject_id == subject_id,
            WorkItem.done_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query.with_for_update() if lock else query)


def legs_of(which: Call) -> Sequence[CallLeg]:
    """Every agent's part in a call, in order."""
    return db.session.scalars(
        sa.select(CallLeg)
        .where(CallLeg.municipality_id == which.municipality_id, CallLeg.call_id == which.id)
        .order_by(CallLeg.taken_at, CallLeg.id)
    ).all()


def open_legs(which: Call) -> list[CallLeg]:
    """Parts of a call that are not over."""
    return [leg for leg in legs_of(which) if leg.ended_at is None]


def open_leg(which: Call, account_id: uuid.UUID | None) -> CallLeg | None:
    """The part that this agent has in a call now."""
    return next((leg for leg in open_legs(which) if leg.account_id == account_id), None)


def leg_of_conversation(conversation_id: uuid.UUID) -> CallLeg | None:
    """The call that a conversation on the desk is about; None when it was begun by hand."""
    return db.session.scalar(sa.select(CallLeg).where(CallLeg.conversation_id == conversation_id))


def of_conversation(conversation_id: uuid.UUID) -> tuple[CallLeg, Call] | None:
    """A conversation's call, with the agent's part in it; None when it was begun by hand."""
    found = db.session.execute(
        sa.select(CallLeg, Call)
        .join(Call, sa.and_(Call.municipality_id == CallLeg.municipality_id, Call.id == CallLeg.call_id))
        .where(CallLeg.conversation_id == conversation_id)
    ).first()
    return (found[0], found[1]) if found else None


def just_answered(account_id: uuid.UUID, since: datetime) -> uuid.UUID | None:
    """The conversation of a telephone that this agent lifted after ``since`` (UTC), while they talk."""
    return db.session.scalar(
        sa.select(CallLeg.conversation_id)
        .join(Conversation, Conversation.id == CallLeg.conversation_id)
        .where(
            Conversation.account_id == account_id,
            Conversation.finished_at.is_(None),
            CallLeg.answered_at >= since,
            CallLeg.ended_at.is_(None),
        )
        .order_by(CallLeg.answered_at.desc())
        .limit(1)
    )


def open_calls(municipality_id: int) -> Sequence[Call]:
    """Calls of a town that are not over, oldest first."""
    return db.session.scalars(
        sa.select(Call)
        .where(Call.municipality_id == municipality_id, Call.state.in_(rules.GOING_ON))
        .order_by(Call.arrived_at)
        .limit(500)
    ).all()


def number_of(which: Call) -> CallerNumber | None:
    """The number to show for a call: the one to be called back on, else the one that called; None when withheld or erased."""
    found = db.session.scalars(
        sa.select(CallerNumber).where(
            CallerNumber.municipality_id == which.municipality_id, CallerNumber.call_id == which.id
        )
    ).all()
    return next((each for each in found if each.kind == "callback"), found[0] if found else None)


# agents' phones -------------------------------------------------------------------------------------------------------


def account_of_phone(address: str) -> uuid.UUID | None:
    """Whose phone this is, however the exchange writes it (1001, sip:1001@host); None when it is nobody's."""
    key = phone_key(address)
    if not key:
        return None
    rows = db.session.execute(sa.select(AgentPhone.account_id, AgentPhone.address))
    return next((row.account_id for row in rows if phone_key(row.address) == key), None)


def phone_of(account_id: uuid.UUID) -> str | None:
    """Where the exchange finds an agent; None when nobody said so yet."""
    return db.session.scalar(sa.select(AgentPhone.address).where(AgentPhone.account_id == account_id))


@dataclass(frozen=True)
class Phone:
    """An agent of this scope, and where their phone is found ("" when not known)."""

    account_id: uuid.UUID
    name: str
    address: str


def phones() -> list[Phone]:
    """Agents of the scope's towns by name, each with their phone."""
    rows = db.session.execute(
        sa.select(Account.id, Account.name, AgentPhone.address)
        .join(Membership, Membership.account_id == Account.id)
        .outerjoin(AgentPhone, AgentPhone.account_id == Account.id)
        .where(Membership.role == "agent", Account.active)
        .distinct()
        .order_by(Account.name, Account.id)
    )
    return [Phone(row.id, row.name, row.address or "") for row in rows]


# for those who watch --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A call in a list: without the caller's number."""

    call: Call
    entrance: str
    agent: str


def recent(
    limit: int, before: tuple[datetime, uuid.UUID] | None = None, states: Sequence[str] | None = None
) -> list[Line]:
    """Calls of the scope's towns, latest first; ``before`` is the last one of the page before."""
    query = (
        sa.select(Call, Entrance.label, Account.name)
        .outerjoin(Entrance, sa.and_(Entrance.municipality_id == Call.municipality_id, Entrance.id == Call.entrance_id))
        .outerjoin(Account, Account.id == Call.account_id)
        .order_by(Call.arrived_at.desc(), Call.id.desc())
        .limit(limit)
    )
    if states is not None:
        query = query.where(Call.state.in_(states))
    if before is not None:
        query = query.where(sa.tuple_(Call.arrived_at, Call.id) < before)
    return [Line(row[0], row[1] or "", row[2] or "") for row in db.session.execute(query)]


@dataclass(frozen=True)
class CallFigures:
    """Calls of one town that arrived in a period, each counted once, by what became of it.

    ``offered`` is the sum of answered, abandoned, called back, lost and still waiting; calls outside opening hours
    stand apart in ``closed``. ``in_time`` are answers within what was agreed at that moment (``within`` seconds).
    """

    municipality_id: int
    offered: int
    answered: int
    in_time: int
    abandoned: int
    soon_gone: int
    """Of the abandoned: hung up within ``SOON_GONE`` seconds, before anybody could have helped. They count for no level."""
    called_back: int
    lost: int
    waiting: int
    closed: int
    within: int
    longest_wait: float

    @property
    def level(self) -> float | None:
        """Answered in time, as a share of the calls of which it is known what became of them; None without any."""
        known = self.answered + self.abandoned - self.soon_gone
        return self.in_time / known if known else None


USUAL_WITHIN = 20
"""Seconds, for a town without an agreement for the telephone."""
SOON_GONE = 5
"""Seconds; who hangs up sooner did not want to wait at all."""


def figures(municipality_ids: Sequence[int], since: datetime, until: datetime) -> dict[int, CallFigures]:
    """What became of the calls that arrived from ``since`` up to ``until`` (UTC), by town; towns without calls too."""
    within = sa.func.coalesce(
        sa.select(ServiceAgreement.within_seconds)
        .where(
            ServiceAgreement.municipality_id == Call.municipality_id,
            ServiceAgreement.channel == "phone",
            ServiceAgreement.valid_from <= sa.cast(Call.arrived_at, sa.Date),
            sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= sa.cast(Call.arrived_at, sa.Date)),
        )
        .order_by(ServiceAgreement.valid_from.desc())
        .limit(1)
        .correlate(Call)
        .scalar_subquery(),
        USUAL_WITHIN,
    )
    answered = sa.and_(Call.answered_at.is_not(None), Call.state != CallState.LOST)
    rows = db.session.execute(
        sa.select(
            Call.municipality_id,
            _count(Call.state != CallState.CLOSED).label("offered"),
            _count(answered).label("answered"),
            _count(sa.and_(answered, Call.waited_seconds <= within)).label("in_time"),
            _count(Call.state == CallState.ABANDONED).label("abandoned"),
            _count(sa.and_(Call.state == CallState.ABANDONED, Call.waited_seconds < SOON_GONE)).label("soon_gone"),
            _count(Call.state == CallState.CALLED_BACK).label("called_back"),
            _count(Call.state == CallState.LOST).label("lost"),
            _count(Call.state == CallState.RINGING).label("waiting"),
            _count(Call.state == CallState.CLOSED).label("closed"),
            sa.func.max(within).label("within"),
            sa.func.coalesce(sa.func.max(Call.waited_seconds), 0.0).label("longest_wait"),
        )
        .where(Call.municipality_id.in_(municipality_ids), Call.arrived_at >= since, Call.arrived_at < until)
        .group_by(Call.municipality_id)
    )
    found = {row.municipality_id: CallFigures(**row._mapping) for row in rows}
    empty = (0, 0, 0, 0, 0, 0, 0, 0, 0, USUAL_WITHIN, 0.0)
    return {town: found.get(town) or CallFigures(town, *empty) for town in municipality_ids}


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count().filter(condition)


def ringing_of_exchange(exchange_id: uuid.UUID | None) -> Sequence[Call]:
    """Callers of an exchange who are not talking yet, longest waiting first."""
    return db.session.scalars(
        sa.select(Call)
        .where(Call.exchange_id.is_not_distinct_from(exchange_id), Call.state == CallState.RINGING)
        .order_by(Call.arrived_at, Call.id)
        .limit(200)
    ).all()
