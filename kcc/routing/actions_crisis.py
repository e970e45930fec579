"""The crisis switch: on, calls about it go before all else and everybody reads what to say; off, all is as it was."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.routing import queries_tuning
from kcc.routing.models import WorkItem
from kcc.routing.models_tuning import Crisis
from kcc.routing.rules import LIVE_KINDS, Kind, PriorityClass, State, first_class


def start_crisis(
    *, actor: Actor, centre_id: int, municipality_id: int | None, topic_group: str = "", message: str, spoken: str = ""
) -> Crisis:
    """Turn the switch on for a town (None: all) and a group of topics ("": all).

    Raises NotFound for a town out of sight, NotAllowed for all towns by who does not cover the centre, InvalidInput
    without a message, InvalidState while another crisis holds.
    """
    if not message.strip():
        raise InvalidInput("Schrijf wat er aan de hand is en wat medewerkers zeggen.", field="message")
    if municipality_id is not None:
        municipalities.municipality(municipality_id)
    elif not queries_tuning.covers(centre_id):
        raise NotAllowed("U bent niet van alle gemeenten teamleider. Kies de gemeente waar het om gaat.")
    row = {
        "id": new_id(), "centre_id": centre_id, "municipality_id": municipality_id, "topic_group": topic_group,
        "message": message.strip(), "spoken": spoken.strip(), "started_at": now(), "started_by_id": actor.account_id,
    }  # fmt: skip
    made = db.session.scalar(insert(Crisis).values(**row).on_conflict_do_nothing().returning(Crisis.id))
    if made is None:
        raise InvalidState("De crisisstand staat al aan. Zet die eerst uit.")
    crisis = queries_tuning.crisis(made)
    for item in _waiting(crisis):
        item.priority_class = int(PriorityClass.CRISIS)
    _told(actor, crisis, "crisis.started")
    return crisis


def end_crisis(*, actor: Actor, crisis_id: uuid.UUID) -> Crisis:
    """Turn the switch off. Raises NotFound, NotAllowed when it is of towns beyond one's own, InvalidState when it is off."""
    crisis = queries_tuning.crisis(crisis_id)
    if crisis.ended_at is not None:
        raise InvalidState("De crisisstand is al uit.")
    if crisis.municipality_id is None and not queries_tuning.covers(crisis.centre_id):
        raise NotAllowed("Deze crisisstand is van alle gemeenten. U bent niet van al die gemeenten teamleider.")
    if crisis.municipality_id is not None:
        municipalities.municipality(crisis.municipality_id)
    crisis.ended_at, crisis.ended_by_id = now(), actor.account_id
    for item in _waiting(crisis):
        if item.priority_class == PriorityClass.CRISIS:
            item.priority_class = int(first_class(item.kind))
    _told(actor, crisis, "crisis.ended")
    return crisis


def _waiting(crisis: Crisis) -> list[WorkItem]:
    """Calls, visitors and call-backs that wait, of the towns and topics of a crisis."""
    towns = [town.id for town in municipalities.visible_municipalities() if town.centre_id == crisis.centre_id]
    if crisis.municipality_id is not None:
        towns = [town for town in towns if town == crisis.municipality_id]
    query = sa.select(WorkItem).where(
        WorkItem.municipality_id.in_(towns), WorkItem.state.in_((State.WAITING, State.OFFERED)), WorkItem.done_at.is_(None),
        WorkItem.kind.in_([*sorted(LIVE_KINDS), Kind.CALLBACK]),
    )  # fmt: skip
    if crisis.topic_group:
        query = query.where(WorkItem.topic_group.in_(("", crisis.topic_group)))
    return list(db.session.scalars(query.order_by(WorkItem.id).with_for_update()))


def _told(actor: Actor, crisis: Crisis, verb: str) -> None:
    db.session.flush()
    towns = [town.id for town in municipalities.visible_municipalities() if town.centre_id == crisis.centre_id]
    audit.record(
        actor=actor, verb=verb, subject_type="crisis", subject_id=crisis.id,
        municipality_id=crisis.municipality_id or min(towns),
    )  # fmt: skip
    for town in towns:
        events.publish("crisis", municipality_id=town)
        events.publish("queue", municipality_id=town)
