"""What changes a conversation: start, save its draft, hold, end the talk, move to another town, cancel, finish."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kcc.contacts import actions
from kcc.contacts.models import Conversation, Draft, Ticket, Transfer
from kcc.contacts.rules import Channel
from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities

LARGEST_DRAFT = 200_000
"""Bytes of one draft as JSON: some fifty pages of text, so that a slip of the paste does not fill the database."""
SPOKEN = frozenset({Channel.PHONE, Channel.COUNTER})
"""Channels whose talk time is measured; of the others it is not known."""

on_change: list[Callable[[Conversation], None]] = []
"""What rooms above do when a conversation begins, its talk ends, or it is over: an agent's state follows from it."""


@dataclass(frozen=True)
class Sender:
    """The opened page that sends a draft, how often it has sent by now (from 1 on), and whether another page follows."""

    page: uuid.UUID
    step: int
    is_last: bool = False


def start_conversation(
    *,
    actor: Actor,
    municipality_id: int,
    channel: str,
    entrance_id: int | None = None,
    body: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Conversation:
    """Begin a conversation for a municipality, with its draft from the first second.

    With an entrance, the entrance decides the municipality. Raises NotFound for a town or entrance out of sight,
    InvalidInput for an unknown channel.
    """
    if channel not in set(Channel):
        raise InvalidInput("Kies een kanaal uit de lijst.", field="channel")
    if entrance_id is not None:
        municipality_id = municipalities.entrance(entrance_id).municipality_id
    town = municipalities.municipality(municipality_id)
    moment = at or now()
    conversation = Conversation(
        centre_id=town.centre_id,
        municipality_id=town.id,
        entrance_id=entrance_id,
        account_id=_account(actor),
        channel=str(channel),
        started_at=moment,
    )
    db.session.add(conversation)
    db.session.flush()
    db.session.add(
        Draft(
            centre_id=town.centre_id,
            conversation_id=conversation.id,
            account_id=_account(actor),
            body=body or {},
            saved_at=moment,
        )
    )
    _record(actor, "conversation.started", conversation)
    _changed(conversation)
    return conversation


def save_draft(
    *,
    actor: Actor,
    conversation_id: uuid.UUID,
    body: dict[str, Any],
    version: int,
    sender: Sender | None = None,
    force: bool = False,
) -> Draft:
    """Keep what is typed and count the draft's version up; ``force`` writes over another's text on the writer's word.

    A page that sends again before it heard its new version is not in conflict with itself: when the draft was last
    written by the ``sender``'s own page, the later step counts, and an earlier one that arrives late changes nothing.
    Neither is the same text from elsewhere a conflict.

    Raises NotFound when the conversation is not (or no longer) in the actor's hands, Conflict when another page saved
    since ``version``, InvalidInput when it is too much to keep.
    """
    if len(json.dumps(body, ensure_ascii=False).encode()) > LARGEST_DRAFT:
        raise InvalidInput("Dit is te veel tekst voor één gesprek. Kort de tekst in; er is niets afgekapt.")
    draft = db.session.scalar(
        sa.select(Draft)
        .where(Draft.conversation_id == conversation_id, Draft.account_id == actor.account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if draft is None:
        raise NotFound
    is_own = sender is not None and draft.page == sender.page
    if sender is not None and is_own and sender.step <= draft.step:
        return draft
    if draft.version != version and not force and not is_own and draft.body != body:
        raise Conflict("Dit gesprek is intussen in een ander venster gewijzigd.", version=draft.version)
    draft.body = body
    draft.version += 1
    draft.page, draft.step = (sender.page, sender.step) if sender and not sender.is_last else (None, 0)
    draft.saved_at = now()
    db.session.flush()
    return draft


def lock(*, actor: Actor, conversation_id: uuid.UUID) -> Conversation:
    """The actor's conversation, held until the transaction ends; raises NotFound, InvalidState when it is finished."""
    found = db.session.scalar(
        sa.select(Conversation)
        .where(Conversation.id == conversation_id, Conversation.account_id == actor.account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    if found.finished_at is not None:
        raise InvalidState("Dit gesprek is al afgerond.")
    return found


def hold(*, actor: Actor, conversation_id: uuid.UUID, on: bool) -> Conversation:
    """Put a conversation on hold, or take it up again; nothing when it is so already."""
    conversation = lock(actor=actor, conversation_id=conversation_id)
    if on and conversation.on_hold_since is None:
        conversation.on_hold_since = now()
    elif not on:
        conversation.on_hold_since = None
    db.session.flush()
    return conversation


def end_talk(*, actor: Actor, conversation_id: uuid.UUID, at: datetime | None = None) -> Conversation:
    """Note that the talking is over: what follows until the finish is wrap-up. The first time counts."""
    conversation = lock(actor=actor, conversation_id=conversation_id)
    conversation.ended_at = conversation.ended_at or at or now()
    conversation.on_hold_since = None
    _changed(conversation)
    return conversation


def move_conversation(*, actor: Actor, conversation_id: uuid.UUID, municipality_id: int) -> Conversation:
    """The caller meant another municipality: the conversation is of that one from now on. Raises NotFound."""
    conversation = lock(actor=actor, conversation_id=conversation_id)
    town = municipalities.municipality(municipality_id)
    if town.centre_id != conversation.centre_id:
        raise NotFound
    conversation.municipality_id = town.id
    # The entrance keeps the call for the town whose line rang; a moved call has no line of its own.
    conversation.entrance_id = None
    _record(actor, "conversation.moved", conversation)
    db.session.flush()
    return conversation


def cancel(*, actor: Actor, conversation_id: uuid.UUID) -> None:
    """End a conversation without a trace of what was typed: it was nothing. It counts as cancelled."""
    conversation = lock(actor=actor, conversation_id=conversation_id)
    conversation.cancelled = True
    conversation.anonymous = True
    _close(conversation, now())
    _record(actor, "conversation.cancelled", conversation)


def finish_conversation(*, actor: Actor, conversation: Conversation, anonymous: bool, at: datetime) -> None:
    """Note the end of a locked conversation and drop its draft; its questions are registered by the caller."""
    conversation.anonymous = anonymous
    _close(conversation, at)
    _record(actor, "conversation.finished", conversation)


def _close(conversation: Conversation, at: datetime) -> None:
    conversation.ended_at = conversation.ended_at or at
    conversation.finished_at = at
    conversation.on_hold_since = None
    db.session.execute(sa.delete(Draft).where(Draft.conversation_id == conversation.id))
    _changed(conversation)


def _changed(conversation: Conversation) -> None:
    db.session.flush()
    for follow in on_change:
        follow(conversation)


def seconds_of(conversation: Conversation, at: datetime) -> tuple[int | None, int | None]:
    """Talk and wrap-up seconds of a conversation that finishes at ``at`` (UTC); talk is None where nobody spoke."""
    ended = conversation.ended_at or at
    wrap_up = max(0, int((at - ended).total_seconds()))
    if conversation.channel not in SPOKEN:
        return None, max(0, int((at - conversation.started_at).total_seconds()))
    return max(0, int((ended - conversation.started_at).total_seconds())), wrap_up


def share(seconds: int | None, among: int) -> list[int | None]:
    """Seconds of a conversation divided over its questions; the rest goes to the first, so that the sum is right."""
    if seconds is None:
        return [None] * among
    each, rest = divmod(seconds, among)
    return [each + rest, *([each] * (among - 1))]


def record_transfer(
    *,
    actor: Actor,
    ticket: Ticket,
    warm: bool,
    succeeded: bool,
    to_account_id: uuid.UUID | None = None,
    department_id: int | None = None,
    at: datetime | None = None,
) -> Transfer:
    """That the caller was put through, to a colleague or a department of the ticket's town, and whether it worked.

    Raises InvalidInput at ``transfer`` when neither is given, NotFound for a department of another municipality.
    """
    if department_id is None and to_account_id is None:
        raise InvalidInput("Kies een collega of een afdeling.", field="transfer")
    if department_id is not None:
        municipalities.department(ticket.municipality_id, department_id)
    transfer = Transfer(
        municipality_id=ticket.municipality_id,
        ticket_id=ticket.id,
        at=at or now(),
        by_account_id=actor.account_id,
        to_account_id=to_account_id,
        department_id=department_id,
        warm=warm,
        succeeded=succeeded,
    )
    db.session.add(transfer)
    db.session.flush()
    actions.add_event(
        actor=actor,
        ticket=ticket,
        verb="transferred",
        detail={"warm": warm, "succeeded": succeeded, "department_id": department_id},
    )
    return transfer


def _account(actor: Actor) -> uuid.UUID:
    if actor.account_id is None:
        raise NotFound
    return actor.account_id


def _record(actor: Actor, verb: str, conversation: Conversation) -> None:
    audit.record(
        actor=actor,
        verb=verb,
        subject_type="conversation",
        subject_id=conversation.id,
        municipality_id=conversation.municipality_id,
    )
