"""Incidents with what was logged on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from kcc.contacts.models import Contact
from kcc.core.clock import now
from kcc.core.db import db
from kcc.municipalities.models import Incident, Municipality, Topic

RECENT = timedelta(days=14)


@dataclass(frozen=True)
class Counted:
    """An incident, whose it is, its topic, and how many contacts were logged on it."""

    incident: Incident
    municipality: Municipality
    topic_name: str
    contacts: int


def incidents(*, running: bool) -> list[Counted]:
    """Incidents of the scope's towns, the newest first: those that run, or those that ended within two weeks."""
    logged = (
        sa.select(sa.func.count())
        .where(
            Contact.municipality_id == Incident.municipality_id,
            Contact.incident_id == Incident.id,
            Contact.at >= Incident.started_at,
        )
        .scalar_subquery()
    )
    moment = now()
    open_now = sa.or_(Incident.ended_at.is_(None), Incident.ended_at > moment)
    statement = (
        sa.select(Incident, Municipality, Topic.name, logged)
        .join(Municipality, Municipality.id == Incident.municipality_id)
        .join(Topic, Topic.id == Incident.topic_id)
        .where(open_now if running else sa.and_(~open_now, Incident.ended_at >= moment - RECENT))
        .order_by(Incident.started_at.desc(), Incident.id.desc())
        .limit(100)
    )
    return [Counted(*row) for row in db.session.execute(statement)]
