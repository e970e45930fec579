"""Running incidents: something many call about now. Its text stands before every agent until it ends."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from kcc.core import audit, events
from kcc.core.cleaning import clean_text, refuse_reason
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import queries
from kcc.municipalities.models import Incident, TopicRoute

LONGEST_TITLE = 160
LONGEST_ANSWER = 2_000


def start_incident(
    *,
    actor: Actor,
    municipality_ids: Collection[int],
    topic_id: int,
    title: str,
    answer: str,
    at: datetime | None = None,
) -> list[Incident]:
    """Start the same incident in one or several towns, each with a row of its own; times UTC, now by default.

    Raises InvalidInput for missing text, no town, or a topic that one of the towns does not offer, NotFound for a town
    out of sight.
    """
    heading, text = _checked(title, answer)
    if not municipality_ids:
        raise InvalidInput("Kies minstens één gemeente.", field="municipalities")
    started = []
    for municipality_id in sorted(set(municipality_ids)):
        town = queries.municipality(municipality_id)
        if not _offers(town.id, topic_id):
            raise InvalidInput("Niet elke gekozen gemeente heeft dit onderwerp.", field="topic")
        incident = Incident(
            municipality_id=town.id, topic_id=topic_id, title=heading, answer=text, started_at=at or now()
        )
        db.session.add(incident)
        db.session.flush()
        _tell(actor, incident, "started")
        started.append(incident)
    return started


def edit_incident(*, actor: Actor, incident_id: int, title: str, answer: str) -> Incident:
    """Change what agents read and say. Raises NotFound, InvalidInput, InvalidState when it has ended."""
    incident = _running(incident_id)
    incident.title, incident.answer = _checked(title, answer)
    db.session.flush()
    _tell(actor, incident, "edited")
    return incident


def end_incident(*, actor: Actor, incident_id: int) -> Incident:
    """It is over: no agent sees it any more, what was logged stays. Raises NotFound, InvalidState when it has ended."""
    incident = _running(incident_id)
    incident.ended_at = now()
    db.session.flush()
    _tell(actor, incident, "ended")
    return incident


def _running(incident_id: int) -> Incident:
    incident = db.session.scalar(sa.select(Incident).where(Incident.id == incident_id).with_for_update())
    if incident is None:
        raise NotFound
    if incident.ended_at is not None and incident.ended_at <= now():
        raise InvalidState("Deze storing is al beëindigd.")
    return incident


def _offers(municipality_id: int, topic_id: int) -> bool:
    return db.session.get(TopicRoute, (municipality_id, topic_id)) is not None


def _checked(title: str, answer: str) -> tuple[str, str]:
    for field, value, most in (("title", title, LONGEST_TITLE), ("answer", answer, LONGEST_ANSWER)):
        fault = refuse_reason(value, most)
        if fault or not value.strip():
            raise InvalidInput(fault or "Vul dit in.", field=field)
    return clean_text(title, multiline=False), clean_text(answer, multiline=True)


def _tell(actor: Actor, incident: Incident, verb: str) -> None:
    audit.record(
        actor=actor,
        verb=f"incident.{verb}",
        subject_type="incident",
        subject_id=incident.id,
        municipality_id=incident.municipality_id,
    )
    events.publish("incident", municipality_id=incident.municipality_id)
