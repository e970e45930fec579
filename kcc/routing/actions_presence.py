"""What changes an agent's state: choosing one, conversations, beats of the open screen. Each state leaves its period."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.contacts import actions_conversations as conversations
from kcc.contacts.models import Conversation
from kcc.core import events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.core.permissions import Actor
from kcc.routing import queries_presence as queries
from kcc.routing import rules_presence as rules
from kcc.routing.models_presence import AgentState, AgentStatePeriod
from kcc.routing.rules_presence import AgentMode


def choose(*, actor: Actor, state: str, reason: str = "", at: datetime | None = None) -> AgentState:
    """Be available, on a break with a reason, or offline. During a conversation it holds from its end on.

    Raises InvalidInput (``state``, ``reason``), NotFound for somebody who works for no town in sight.
    """
    rules.check_choice(state, reason)
    row = own_row(actor)
    talking, _wrapping_up = queries.conversations_in_hand(row.account_id)
    if talking:
        row.resume = state
        row.reason = reason if state == AgentMode.BREAK else ""
        db.session.flush()
        return row
    change(row, state, reason if state == AgentMode.BREAK else "", at or now())
    return row


def follow(conversation: Conversation) -> None:
    """Let the state of the conversation's agent follow from the conversations that they have in hand now."""
    row = lock_row(conversation.account_id, conversation.centre_id)
    if row is None:
        return
    moment = now()
    before = row.state
    talking, wrapping_up = queries.conversations_in_hand(row.account_id)
    row.resume = rules.resumes(row.state, row.resume)
    after = rules.follows(row.state, row.resume, talking=talking, wrapping_up=wrapping_up)
    if after != before:
        change(row, after, row.reason if after == AgentMode.BREAK else "", moment)


conversations.on_change.append(follow)


def beat(*, actor: Actor) -> None:
    """Note that an open screen of this agent is there. Changes nothing else, and nothing for who is offline."""
    db.session.execute(
        sa.update(AgentState)
        .where(AgentState.account_id == actor.account_id, AgentState.state != AgentMode.OFFLINE)
        .values(beat_at=now())
        .execution_options(synchronize_session=False)
    )


def own_row(actor: Actor) -> AgentState:
    """The actor's own state, locked: whoever gives this agent work waits or goes on to the next. Raises NotFound."""
    centre_id = queries.centre_of_scope()
    if actor.account_id is None or centre_id is None:
        raise NotFound
    row = lock_row(actor.account_id, centre_id)
    if row is None:
        raise NotFound
    return row


def lock_row(account_id: uuid.UUID, centre_id: int) -> AgentState | None:
    """The state of an agent, locked until the transaction ends; made when it was never there. None when out of sight."""
    values = {"account_id": account_id, "centre_id": centre_id, "state": "offline", "reason": "", "resume": "offline"}
    moment = now()
    db.session.execute(insert(AgentState).values(**values, since=moment, idle_since=moment).on_conflict_do_nothing())
    return db.session.scalar(
        sa.select(AgentState)
        .where(AgentState.account_id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def lock_free(account_id: uuid.UUID) -> AgentState | None:
    """The state of an agent, locked; None when somebody else holds it this moment, or it is not there or out of sight."""
    return db.session.scalar(
        sa.select(AgentState)
        .where(AgentState.account_id == account_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )


def change(row: AgentState, state: str, reason: str, at: datetime) -> None:
    """Move a locked row to a state; what it was before is kept as a period, except being offline."""
    if (row.state, row.reason) == (state, reason):
        return
    if row.state != AgentMode.OFFLINE and at > row.since:
        db.session.add(
            AgentStatePeriod(
                centre_id=row.centre_id, account_id=row.account_id, state=row.state, reason=row.reason,
                started_at=row.since, ended_at=at,
            )
        )  # fmt: skip
    if (row.state in rules.BUSY and state not in rules.BUSY) or row.state == AgentMode.OFFLINE:
        row.idle_since = at
    row.state, row.reason, row.since = str(state), reason, at
    if state == AgentMode.OFFLINE:
        row.beat_at = None
    db.session.flush()
    tell(row.account_id)


def tell(account_id: uuid.UUID) -> None:
    """Wake the screens on which agents' states stand."""
    for town in queries.towns_of(account_id):
        events.publish("agent", municipality_id=town, subject_id=account_id)
