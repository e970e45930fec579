"""Asking for the next, being offered work, and giving it to somebody by hand. The choice itself is made by the database."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.routing import actions, queries, rules, rules_choice
from kcc.routing import actions_presence as presence
from kcc.routing import queries_deciding as deciding
from kcc.routing import queries_presence as people
from kcc.routing.models import WorkItem
from kcc.routing.rules import Kind, PriorityClass, State
from kcc.routing.rules_presence import AgentMode

ASSIGN_REASONS = frozenset({"knows_case", "skill", "load", "urgent", "other"})


@dataclass(frozen=True)
class Asked:
    """What came of asking for the next: an item, or why there is none (``rules_choice.Why``; "" when nothing waits)."""

    item: WorkItem | None
    why_none: str = ""


def ask_next(*, actor: Actor) -> Asked:
    """Take on what this agent should do now. Whoever asks is available from now on, unless in a conversation.

    Raises InvalidState during a conversation.
    """
    row = presence.own_row(actor)
    talking, _wrapping_up = people.conversations_in_hand(row.account_id)
    if talking:
        raise InvalidState("U bent nog in gesprek. Rond dat eerst af.")
    if row.state != AgentMode.AVAILABLE:
        presence.change(row, AgentMode.AVAILABLE, "", now())
    ringing = queries.offered_to(row.account_id)
    if ringing is not None:
        return Asked(accept(actor=actor, item_id=ringing.id))
    item, considered = _choose("take")
    if item is None:
        full = bool(queries.in_hand(row.account_id))
        return Asked(None, rules_choice.Why.CAPACITY if full else _why_none(considered))
    if deciding.class_of(item) <= PriorityClass.LIVE:
        actions.put_down(actor, row)
    actions.decide(item, way="next", account_id=row.account_id, by=row.account_id, detail=considered)
    actions.record(actor, item, "queue_claimed")
    return Asked(item)


def claim_next(*, actor: Actor) -> WorkItem | None:
    """``ask_next`` for callers who only want the item."""
    return ask_next(actor=actor).item


def offer_to_me(*, actor: Actor) -> WorkItem | None:
    """Ring the caller or visitor who should be helped first at this agent, who just became available."""
    item, considered = _choose("offer")
    if item is not None:
        _ring(item, actor.account_id, considered, way="offer_free")
    return item


def offer(*, item_id: uuid.UUID) -> uuid.UUID | None:
    """Offer an item that waits to the agent who should have it; the agent's account, or None when nobody is free now."""
    item = db.session.get(WorkItem, item_id)
    if item is None:
        return None
    force = deciding.in_force(item.municipality_id)
    row = db.session.execute(
        sa.text("select agent, considered from kcc_offer(:item, cast(:p as jsonb), :at)"),
        {"item": item_id, "p": json.dumps(force.as_json()), "at": now()},
    ).first()
    if row is None or row.agent is None:
        return None
    db.session.refresh(item)
    _ring(item, row.agent, {**row.considered, "version": force.version})
    agent: uuid.UUID = row.agent
    return agent


def accept(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Take the item that rings here. Raises InvalidState when it does not (any more), NotFound."""
    own = presence.own_row(actor)
    item = _ringing(actor, item_id)
    actions.take(actor, item, own)
    return item


def refuse(*, actor: Actor, item_id: uuid.UUID) -> WorkItem:
    """Let an offered item go to somebody else, with its place in the queue. Raises InvalidState, NotFound."""
    presence.own_row(actor)
    item = _ringing(actor, item_id)
    item.refused_by = [*item.refused_by, _account(actor)]
    _ring_off(item, "refused", by=actor.account_id)
    return item


def expire(*, item: WorkItem, at: datetime) -> bool:
    """An offer was not answered in time: the item waits again with its own time and some advantage, the agent is asked
    whether they are there. False when it was answered meanwhile or somebody is busy with it.
    """
    agent_id = item.offered_to
    if agent_id is None:
        return False
    row = presence.lock_free(agent_id)
    if row is None:
        return False
    held = db.session.scalar(
        sa.select(WorkItem)
        .where(WorkItem.id == item.id, WorkItem.state == State.OFFERED, WorkItem.offer_until <= at)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if held is None or held.offered_to != agent_id:
        return False
    held.boost_seconds += int(deciding.in_force(held.municipality_id).parameters.boost_step)
    if row.state == AgentMode.AVAILABLE:
        presence.change(row, AgentMode.NO_ANSWER, "", at)
    _ring_off(held, "expired", by=None)
    return True


def assign(*, actor: Actor, item_id: uuid.UUID, account_id: uuid.UUID, reason: str) -> WorkItem:
    """A supervisor gives an item to an agent: work that can wait is theirs at once, a caller rings there.

    Raises InvalidInput (``reason``, ``account_id``), InvalidState when somebody has it, NotFound.
    """
    if reason not in ASSIGN_REASONS:
        raise InvalidInput("Kies een reden.", field="reason")
    item = queries.item(item_id)
    row = presence.lock_free(account_id)
    if row is None or item.municipality_id not in people.towns_of(account_id):
        raise InvalidInput("Deze medewerker kan dit nu niet krijgen.", field="account_id")
    item = _free(item_id)
    moment = now()
    detail = {"reason": reason}
    if item.kind in rules.LIVE_KINDS:
        if row.state != AgentMode.AVAILABLE or queries.offered_to(account_id) is not None:
            raise InvalidInput("Deze medewerker is nu niet beschikbaar.", field="account_id")
        actions.move(item, State.OFFERED)
        item.offered_to, item.offered_at = account_id, moment
        item.offer_until = moment + deciding.in_force(item.municipality_id).parameters.offer_time
        _ring(item, account_id, detail, way="assigned", by=actor.account_id)
    else:
        actions.move(item, State.TAKEN)
        item.account_id, item.claimed_at = account_id, moment
        actions.decide(item, way="assigned", account_id=account_id, by=actor.account_id, detail=detail)
        events.publish("offer", municipality_id=item.municipality_id, subject_id=item.id, account_id=account_id)
    _trace(actor, item, "queue_assigned")
    return item


def take_back(*, actor: Actor, item_id: uuid.UUID, reason: str) -> WorkItem:
    """A supervisor puts an item that somebody has back in the queue. A call in progress stays where it is.

    Raises InvalidInput (``reason``), InvalidState when nobody has it or it is live, NotFound.
    """
    if reason not in ASSIGN_REASONS:
        raise InvalidInput("Kies een reden.", field="reason")
    item = queries.item(item_id)
    db.session.refresh(item, with_for_update=True)
    if item.state != State.TAKEN or item.kind in rules.LIVE_KINDS:
        raise InvalidState("Dit kan niet worden teruggehaald.")
    before = item.account_id
    actions.back(item)
    actions.decide(item, way="taken_back", account_id=before, by=actor.account_id, detail={"reason": reason})
    _trace(actor, item, "queue_taken_back")
    return item


def offer_callback(*, actor: Actor, item_id: uuid.UUID, subject_id: uuid.UUID | None = None) -> WorkItem:
    """A caller chose to be called back: the call stops waiting, a call-back with its promise takes its place.

    ``subject_id`` is what the call-back is about, the call's own when not given. Its window begins now and its place in
    the queue is the caller's. Raises InvalidState when the call is not waiting any more, NotFound.
    """
    call = _free(item_id)
    if call.kind != Kind.CALL:
        raise InvalidState("Dit is geen beller in de wacht.")
    moment = now()
    settings = deciding.in_force(call.municipality_id).parameters
    actions.withdraw(actor=actor, kind=call.kind, subject_id=call.subject_id, outcome="callback")
    return actions.enqueue(
        actor=actor, municipality_id=call.municipality_id, kind=Kind.CALLBACK, channel=call.channel,
        subject_id=subject_id or call.subject_id, ticket_id=call.ticket_id, topic_group=call.topic_group,
        language=call.language, since=moment, promise_until=moment + settings.callback_time,
        sticky_account_id=call.sticky_account_id, boost_seconds=call.boost_seconds,
    )  # fmt: skip


def _choose(way: str) -> tuple[WorkItem | None, dict[str, Any]]:
    """Have the database choose for the agent at this door, and lock what it chose."""
    towns = municipalities.visible_municipalities()
    if not towns:
        raise NotFound
    force = deciding.in_force(towns[0].id)
    row = db.session.execute(
        sa.text("select item, considered from kcc_claim_next(cast(:p as jsonb), :way, :at)"),
        {"p": json.dumps(force.as_json()), "way": way, "at": now()},
    ).first()
    if row is None:
        return None, {}
    considered = {**row.considered, "version": force.version}
    return (db.session.get(WorkItem, row.item, populate_existing=True) if row.item else None), considered


def _why_none(considered: dict[str, Any]) -> str:
    reasons = [each["why"] for each in considered.get("looked", ()) if each.get("why")]
    return reasons[0] if reasons else ""


def _ring(
    item: WorkItem, account_id: uuid.UUID | None, detail: dict[str, Any], *, way: str = "offer",
    by: uuid.UUID | None = None,
) -> None:  # fmt: skip
    actions.decide(item, way=way, account_id=account_id, by=by, detail=detail)
    actions.tell(item)
    events.publish("offer", municipality_id=item.municipality_id, subject_id=item.id, account_id=account_id)


def _ring_off(item: WorkItem, way: str, by: uuid.UUID | None) -> None:
    agent_id = item.offered_to
    actions.back(item)
    actions.decide(item, way=way, account_id=agent_id, by=by)
    actions.tell(item)
    events.publish("offer", municipality_id=item.municipality_id, subject_id=item.id, account_id=agent_id)
    actions.ask_offer(item)


def _ringing(actor: Actor, item_id: uuid.UUID) -> WorkItem:
    item = db.session.scalar(
        sa.select(WorkItem)
        .where(WorkItem.id == item_id, WorkItem.state == State.OFFERED, WorkItem.offered_to == actor.account_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if item is None:
        queries.item(item_id)
        raise InvalidState("Dit aanbod is al voorbij.")
    return item


def _free(item_id: uuid.UUID) -> WorkItem:
    item = db.session.scalar(
        sa.select(WorkItem)
        .where(WorkItem.id == item_id, WorkItem.state == State.WAITING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if item is None:
        queries.item(item_id)
        raise InvalidState("Een collega was u voor: deze vraag is al opgepakt.")
    return item


def _trace(actor: Actor, item: WorkItem, verb: str) -> None:
    actions.record(actor, item, verb)
    if item.ticket_id is not None:
        audit.record(
            actor=actor,
            verb=f"work_item.{verb}",
            subject_type="work_item",
            subject_id=item.id,
            municipality_id=item.municipality_id,
        )


def _account(actor: Actor) -> uuid.UUID:
    if actor.account_id is None:
        raise NotAllowed
    return actor.account_id
