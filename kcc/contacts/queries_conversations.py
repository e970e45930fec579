"""What is read of conversations: those an agent has in hand, with the draft of one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kcc.contacts.models import Conversation, Draft
from kcc.core.db import db
from kcc.core.errors import NotFound


@dataclass(frozen=True)
class InHand:
    """All unfinished conversations of one agent, oldest first, and one of them with its draft."""

    conversations: list[Conversation]
    conversation: Conversation
    draft: Draft


def in_hand(account_id: uuid.UUID) -> list[Conversation]:
    """The unfinished conversations of one agent, oldest first."""
    return list(db.session.scalars(_unfinished(account_id)))


def in_hand_with(account_id: uuid.UUID, conversation_id: uuid.UUID) -> InHand:
    """The agent's unfinished conversations and one of them with its draft, in one query.

    Raises NotFound for a conversation that is finished, unknown, or in the hands of somebody else.
    """
    rows = db.session.execute(
        _unfinished(account_id)
        .add_columns(Draft)
        .outerjoin(Draft, sa.and_(Draft.conversation_id == Conversation.id, Draft.conversation_id == conversation_id))
    ).all()
    for conversation, draft in rows:
        if conversation.id == conversation_id and draft is not None:
            return InHand([row[0] for row in rows], conversation, draft)
    raise NotFound


def own(account_id: uuid.UUID, conversation_id: uuid.UUID) -> Conversation:
    """A conversation of this agent, finished or not; raises NotFound."""
    found = db.session.scalar(
        sa.select(Conversation).where(Conversation.id == conversation_id, Conversation.account_id == account_id)
    )
    if found is None:
        raise NotFound
    return found


def _unfinished(account_id: uuid.UUID) -> sa.Select[Any]:
    return (
        sa.select(Conversation)
        .where(Conversation.account_id == account_id, Conversation.finished_at.is_(None))
        .order_by(Conversation.started_at, Conversation.id)
    )
