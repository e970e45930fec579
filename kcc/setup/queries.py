"""What is read to set up a town: how each part stands, what can be copied, and how that differs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Role
from kcc.municipalities.models import (
    Centre,
    Department,
    Entrance,
    Municipality,
    OpeningHours,
    ServiceAgreement,
    Topic,
    TopicRoute,
    UsefulLink,
)
from kcc.municipalities.models_history import SetupChange
from kcc.municipalities.rules_readiness import Facts
from kcc.people.models import Account, Membership

CLOSING_FIELDS = ("good_friday", "liberation_day", "christmas_eve_closes_at", "new_years_eve_closes_at")


@dataclass(frozen=True)
class Copied:
    """A topic of the centre: how another town has it, and how this one does. None: not at all.

    ``department`` and ``own_department`` are names; ``is_same`` compares by the departments' keys, terms and questions.
    """

    topic_id: int
    name: str
    group: str
    route: TopicRoute | None
    department: str | None
    own: TopicRoute | None
    own_department: str | None
    is_same: bool


def facts_of(town: Municipality) -> Facts:
    """What the checklist of a town stands on, in one question."""
    today = now().date()

    def count(model: type, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        found = sa.select(sa.func.count()).select_from(model)
        return found.where(model.municipality_id == town.id, *conditions).scalar_subquery()  # type: ignore[attr-defined]

    nowhere = sa.exists().where(
        Department.municipality_id == TopicRoute.municipality_id, Department.id == TopicRoute.department_id,
        sa.or_(Department.active, Department.fallback_id.is_not(None)),
    )  # fmt: skip
    running = sa.or_(Membership.valid_to.is_(None), Membership.valid_to > now())
    row = db.session.execute(
        sa.select(
            count(Entrance, Entrance.active),
            count(OpeningHours),
            count(
                SetupChange,
                sa.or_(
                    SetupChange.subject_type == "closing_days",
                    sa.and_(
                        SetupChange.subject_type == "municipality",
                        SetupChange.after.has_any(sa.cast(list(CLOSING_FIELDS), sa.ARRAY(sa.Text))),  # type: ignore[attr-defined]
                    ),
                ),
            ),
            count(Department, Department.active),
            count(
                ServiceAgreement, ServiceAgreement.channel == "phone",
                sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= today),
            ),
            count(TopicRoute, TopicRoute.active),
            count(TopicRoute, TopicRoute.active, ~nowhere),
            count(UsefulLink),
            count(Membership, Membership.role == str(Role.AGENT), running),
            count(Membership, Membership.role == str(Role.SUPERVISOR), running),
        )
    ).one()  # fmt: skip
    entrances, blocks, closing, departments, agreed, routes, lost, links, agents, supervisors = (
        int(value) for value in row
    )
    decided = closing > 0 or town.good_friday or town.liberation_day != "lustrum"
    return Facts(
        greeting=town.greeting, has_numbers=bool(town.rsin or town.oin), entrances=entrances, opening_blocks=blocks,
        closing_decided=decided, departments=departments, phone_agreed=agreed > 0, routes=routes, routes_nowhere=lost,
        links=links, agents=agents, supervisors=supervisors,
    )  # fmt: skip


def centre_names() -> dict[int, str]:
    """The centres in sight, by number."""
    rows = db.session.execute(sa.select(Centre.id, Centre.name).order_by(Centre.name))
    return {row.id: row.name for row in rows}


def people_of(municipality_id: int) -> dict[uuid.UUID, str]:
    """Who holds a role in a town now, with their names."""
    rows = db.session.execute(
        sa.select(Account.id, Account.name)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.municipality_id == municipality_id, Account.active,
            sa.or_(Membership.valid_to.is_(None), Membership.valid_to > now()),
        )
        .distinct()
    )  # fmt: skip
    return {row.id: row.name for row in rows}


def departments_of(municipality_id: int) -> list[Department]:
    """All departments of a town by name, those out of use last."""
    return list(
        db.session.scalars(
            sa.select(Department)
            .where(Department.municipality_id == municipality_id)
            .order_by(Department.active.desc(), Department.name, Department.id)
        )
    )


def entrances_of(municipality_id: int) -> list[Entrance]:
    """All ways into a town, those out of use last."""
    return list(
        db.session.scalars(
            sa.select(Entrance)
            .where(Entrance.municipality_id == municipality_id)
            .order_by(Entrance.active.desc(), Entrance.kind, Entrance.label, Entrance.id)
        )
    )


def agreements_of(municipality_id: int) -> list[ServiceAgreement]:
    """What is agreed with a town by channel, the newest first."""
    return list(
        db.session.scalars(
            sa.select(ServiceAgreement)
            .where(ServiceAgreement.municipality_id == municipality_id)
            .order_by(ServiceAgreement.channel, ServiceAgreement.valid_from.desc(), ServiceAgreement.id)
        )
    )


def agreement_running(municipality_id: int, channel: str) -> ServiceAgreement | None:
    """The agreement for a channel that has no end yet."""
    found: ServiceAgreement | None = db.session.scalar(
        sa.select(ServiceAgreement)
        .where(
            ServiceAgreement.municipality_id == municipality_id, ServiceAgreement.channel == channel,
            ServiceAgreement.valid_to.is_(None),
        )
        .order_by(ServiceAgreement.valid_from.desc())
        .limit(1)
    )  # fmt: skip
    return found


def centre_topics(centre_id: int) -> list[Topic]:
    """Every topic of the centre: its template."""
    return list(
        db.session.scalars(
            sa.select(Topic).where(Topic.centre_id == centre_id).order_by(Topic.group_name, Topic.name, Topic.id)
        )
    )


def routes_of(municipality_id: int) -> dict[int, TopicRoute]:
    """The routes of a town by topic, those out of use included."""
    rows = db.session.scalars(sa.select(TopicRoute).where(TopicRoute.municipality_id == municipality_id))
    return {row.topic_id: row for row in rows}


def compared(town: Municipality, source_id: int | None) -> list[Copied]:
    """Every topic of the centre as another town (or none) and this one have it."""
    own = routes_of(town.id)
    theirs = routes_of(source_id) if source_id is not None else {}
    own_names = {each.id: each for each in departments_of(town.id)}
    their_names = {each.id: each for each in departments_of(source_id)} if source_id is not None else {}
    return [
        _compared(topic, theirs.get(topic.id), their_names, own.get(topic.id), own_names)
        for topic in centre_topics(town.centre_id)
    ]


def _compared(
    topic: Topic, route: TopicRoute | None, names: Mapping[int, Department], own: TopicRoute | None,
    own_names: Mapping[int, Department],
) -> Copied:  # fmt: skip
    route = route if route is not None and route.active else None
    own = own if own is not None and own.active else None
    department = names.get(route.department_id) if route else None
    own_department = own_names.get(own.department_id) if own else None
    same = _told(route, department) == _told(own, own_department)
    return Copied(
        topic.id, topic.name, topic.group_name, route, department.name if department else None, own,
        own_department.name if own_department else None, same,
    )  # fmt: skip


def _told(route: TopicRoute | None, department: Department | None) -> Sequence[object] | None:
    if route is None:
        return None
    return (department.key if department else None, route.term_amount, route.term_unit, list(route.questions))
