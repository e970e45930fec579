"""How much lies at each point of the supervisor's daily round, for the towns of one centre."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kcc.backoffice.models import InternalTask
from kcc.contacts.models import Ticket
from kcc.contacts.rules import Status
from kcc.core.db import db
from kcc.core.models import Job
from kcc.knowledge.models import Article, ArticleReport
from kcc.municipalities.models import Incident
from kcc.people import rules_accounts as rights
from kcc.people.models import Membership
from kcc.people.models_rights import MembershipReview
from kcc.routing.models import WorkItem

ZONE = ZoneInfo("Europe/Amsterdam")
LONG_WAIT = timedelta(hours=4)
OLD_REPORT = timedelta(days=2)
EXPIRES_WITHIN = timedelta(days=14)
UNANSWERED = (Status.OPEN, Status.WITH_BACK_OFFICE, Status.WAITING_FOR_CITIZEN)


def amounts(centre_id: int, towns: Collection[int], at: datetime) -> dict[str, int]:
    """For every point its number at a moment (UTC): 0 means there is nothing to look at. One statement."""
    soon = (at + EXPIRES_WITHIN).date()
    points = {
        "overdue_tasks": _count(
            InternalTask,
            InternalTask.municipality_id.in_(towns),
            InternalTask.done_at.is_(None),
            InternalTask.due_at < at,
        ),
        "overdue_questions": _count(
            Ticket, Ticket.municipality_id.in_(towns), Ticket.status.in_(UNANSWERED), Ticket.due_at < at
        ),
        "waiting_long": _count(
            WorkItem, WorkItem.municipality_id.in_(towns), WorkItem.done_at.is_(None), WorkItem.since < at - LONG_WAIT
        ),
        "incidents": _count(Incident, Incident.municipality_id.in_(towns), Incident.ended_at.is_(None)),
        "old_reports": _count(
            ArticleReport,
            ArticleReport.municipality_id.in_(towns),
            ArticleReport.handled_at.is_(None),
            ArticleReport.at < at - OLD_REPORT,
        ),
        "expiring_articles": _count(
            Article,
            Article.centre_id == centre_id,
            Article.status == "published",
            Article.valid_until.between(at.date(), soon),
        ),
        "late_reviews": _late_reviews(towns, at),
        "dead_jobs": _count(Job, Job.municipality_id.in_(towns), Job.state == "dead"),
    }
    row = db.session.execute(sa.select(*(query.label(name) for name, query in points.items()))).one()
    return {name: int(value) for name, value in row._mapping.items()}


def _late_reviews(towns: Collection[int], at: datetime) -> sa.ScalarSelect[int]:
    """Roles that nobody looked at in this quarter, once its term is over; before, there is time."""
    today = at.astimezone(ZONE).date()
    quarter = rights.quarter_of(today)
    begin = datetime.combine(quarter, time.min, ZONE)
    reviewed = sa.exists().where(
        MembershipReview.municipality_id == Membership.municipality_id,
        MembershipReview.membership_id == Membership.id,
        MembershipReview.quarter == quarter,
    )
    return _count(
        Membership,
        Membership.municipality_id.in_(towns),
        Membership.valid_from < begin,
        sa.or_(Membership.valid_to.is_(None), Membership.valid_to > at),
        ~reviewed,
        sa.literal(today > rights.review_due(quarter)),
    )


def _count(model: type, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(model).where(*conditions).scalar_subquery()
