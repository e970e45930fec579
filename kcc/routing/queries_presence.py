"""What is read of who is there: one's own state, colleagues for a supervisor, how many are in which state."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kcc.contacts.models import Conversation
from kcc.core.db import db
from kcc.municipalities.models import Municipality
from kcc.people.models import Account, Membership
from kcc.routing.models import WorkItem
from kcc.routing.models_presence import AgentState
from kcc.routing.rules_presence import AgentMode


@dataclass(frozen=True)
class AtWork:
    """An agent whom this scope may see, what they do since when (UTC), and how many items they have in hand."""

    account_id: uuid.UUID
    name: str
    state: str
    reason: str
    since: datetime
    in_hand: int


def state_of(account_id: uuid.UUID) -> AgentState | None:
    """The state of one agent, None when they never took a place in the queue or are out of sight."""
    return db.session.get(AgentState, account_id)


def centre_of_scope() -> int | None:
    """The centre that this scope's municipalities are of."""
    return db.session.scalar(sa.select(Municipality.centre_id).order_by(Municipality.id).limit(1))


def conversations_in_hand(account_id: uuid.UUID) -> tuple[bool, bool]:
    """Whether the agent is talking, and whether a conversation waits to be wrapped up."""
    rows = db.session.execute(
        sa.select(Conversation.ended_at.is_(None)).where(
            Conversation.account_id == account_id, Conversation.finished_at.is_(None)
        )
    ).all()
    talks = [row[0] for row in rows]
    return any(talks), not all(talks)


def at_work() -> list[AtWork]:
    """Agents who are not offline, by name; only those whom this scope may see as staff."""
    in_hand = (
        sa.select(sa.func.count())
        .where(WorkItem.account_id == AgentState.account_id, WorkItem.done_at.is_(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(AgentState.account_id, Account.name, AgentState.state, AgentState.reason, AgentState.since, in_hand)
        .join(Account, Account.id == AgentState.account_id)
        .where(AgentState.state != AgentMode.OFFLINE)
        .order_by(Account.name, Account.id)
    )
    return [AtWork(*row) for row in rows]


def counts() -> dict[str, int]:
    """How many agents are in which state, without saying who; offline ones are not counted."""
    return {row.state: row.n for row in db.session.execute(sa.text("select state, n from kcc_agent_counts()"))}


def towns_of(account_id: uuid.UUID) -> list[int]:
    """Towns in which somebody holds any role, of those in sight."""
    found = sa.select(Membership.municipality_id).where(Membership.account_id == account_id).distinct()
    return list(db.session.scalars(found))
