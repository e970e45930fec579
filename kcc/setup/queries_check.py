"""What is missing in how the towns in sight are set up, in two questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from kcc.channels.models_calls import AgentPhone
from kcc.core.clock import now
from kcc.core.db import db
from kcc.municipalities.models import (
    Department,
    Entrance,
    Municipality,
    OpeningHours,
    ServiceAgreement,
    Topic,
    TopicRoute,
)
from kcc.people.models import Account, DepartmentMember, Membership
from kcc.setup.queries_people import DESK_ROLES, TASK_ROLES


@dataclass(frozen=True)
class TownFacts:
    """What a town has: entrances, hours, an agreement, departments, routes, people."""

    name: str
    phones: int
    hours: int
    agreements: int
    departments: int
    routes: int
    agents: int
    supervisors: int
    administrators: int


@dataclass(frozen=True)
class Loose:
    """One thing that does not fit: ``entrance_twice``, ``topic``, ``route``, ``department``, ``phone``; and its name."""

    kind: str
    name: str


def towns(today: date) -> list[TownFacts]:
    """The towns that take part today, with what each has."""
    moment = now()

    def number(model: type, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        of = model.municipality_id == Municipality.id  # type: ignore[attr-defined]
        return sa.select(sa.func.count()).select_from(model).where(of, *conditions).scalar_subquery()

    def people(*roles: str) -> sa.ScalarSelect[int]:
        return (
            sa.select(sa.func.count(sa.distinct(Membership.account_id)))
            .join(Account, Account.id == Membership.account_id)
            .where(
                Membership.municipality_id == Municipality.id, Membership.role.in_(roles), Account.active,
                Membership.valid_from <= moment, sa.or_(Membership.valid_to.is_(None), Membership.valid_to > moment),
            )
            .scalar_subquery()
        )  # fmt: skip

    rows = db.session.execute(
        sa.select(
            Municipality.name,
            number(Entrance, Entrance.kind == "phone", Entrance.active),
            number(OpeningHours),
            number(
                ServiceAgreement,
                ServiceAgreement.valid_from <= today,
                sa.or_(ServiceAgreement.valid_to.is_(None), ServiceAgreement.valid_to >= today),
            ),
            number(Department, Department.active),
            number(TopicRoute, TopicRoute.active),
            people(*DESK_ROLES),
            people("supervisor"),
            people("administrator"),
        )
        .where(Municipality.joined_on <= today, sa.or_(Municipality.left_on.is_(None), Municipality.left_on > today))
        .order_by(Municipality.name)
    )
    return [TownFacts(*row) for row in rows]


def loose_ends() -> list[Loose]:
    """What is there twice or leads nowhere, by kind and name."""
    moment = now()
    holds = sa.and_(
        Membership.valid_from <= moment, sa.or_(Membership.valid_to.is_(None), Membership.valid_to > moment)
    )
    other = sa.orm.aliased(Entrance)
    twice = sa.select(sa.literal("entrance_twice"), Entrance.address).where(
        Entrance.active,
        sa.exists().where(
            other.id != Entrance.id, other.active, other.kind == Entrance.kind,
            sa.func.lower(other.address) == sa.func.lower(Entrance.address),
        ),
    )  # fmt: skip
    unrouted = sa.select(sa.literal("topic"), Topic.name).where(
        ~sa.exists().where(TopicRoute.topic_id == Topic.id, TopicRoute.active)
    )
    closed = (
        sa.select(sa.literal("route"), Municipality.name + ": " + Topic.name)
        .select_from(TopicRoute)
        .join(Topic, Topic.id == TopicRoute.topic_id)
        .join(Municipality, Municipality.id == TopicRoute.municipality_id)
        .join(
            Department,
            sa.and_(
                Department.municipality_id == TopicRoute.municipality_id, Department.id == TopicRoute.department_id
            ),
        )
        .where(TopicRoute.active, ~Department.active)
    )
    empty = (
        sa.select(sa.literal("department"), Municipality.name + ": " + Department.name)
        .select_from(Department)
        .join(Municipality, Municipality.id == Department.municipality_id)
        .where(
            Department.active,
            sa.exists().where(
                TopicRoute.municipality_id == Department.municipality_id,
                TopicRoute.department_id == Department.id,
                TopicRoute.active,
            ),
            ~sa.exists().where(
                DepartmentMember.municipality_id == Department.municipality_id,
                DepartmentMember.department_id == Department.id,
                Membership.account_id == DepartmentMember.account_id,
                Membership.municipality_id == DepartmentMember.municipality_id,
                Membership.role.in_(TASK_ROLES),
                holds,
            ),
        )
    )
    # Only where any agent has a telephone: a centre without an exchange has none to give.
    speechless = sa.select(sa.literal("phone"), Account.name).where(
        Account.active,
        sa.exists().where(Membership.account_id == Account.id, Membership.role.in_(DESK_ROLES), holds),
        ~sa.exists().where(AgentPhone.account_id == Account.id),
        sa.exists().select_from(AgentPhone),
    )
    rows = db.session.execute(sa.union(twice, unrouted, closed, empty, speechless).order_by(sa.text("1, 2")))
    return [Loose(*row) for row in rows]
