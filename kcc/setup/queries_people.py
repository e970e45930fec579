"""What stands over several rooms about people: roles and work in hand, skills by town and topic group."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kcc.backoffice.models import InternalTask
from kcc.contacts.models import Conversation
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import ROLE_PERMISSIONS, Permission, Role
from kcc.municipalities.models import Department, Topic, TopicRoute
from kcc.people.models import Account, DepartmentMember, Membership
from kcc.routing.models import WorkItem
from kcc.routing.models_presence import AgentSkill

DESK_ROLES = sorted(str(role) for role in Role if Permission.DESK_USE in ROLE_PERMISSIONS[role])
TASK_ROLES = sorted(str(role) for role in Role if Permission.TASK_WORK in ROLE_PERMISSIONS[role])


@dataclass(frozen=True)
class LeftConversation:
    """A conversation that nobody can finish, because who had it does not work in its town any more."""

    id: uuid.UUID
    municipality_id: int
    account_id: uuid.UUID
    name: str
    channel: str
    started_at: datetime
    has_draft: bool


def roles_now(municipality_id: int, account_id: uuid.UUID) -> list[str]:
    """The roles that somebody holds in a town at this moment."""
    return list(
        db.session.scalars(
            sa.select(Membership.role)
            .join(Account, Account.id == Membership.account_id)
            .where(
                Membership.municipality_id == municipality_id, Membership.account_id == account_id, Account.active, _holds()
            )
        )
    )  # fmt: skip


def is_agent_anywhere(account_id: uuid.UUID) -> bool:
    """Whether somebody takes calls in any town of this scope."""
    return bool(
        db.session.scalar(
            sa.select(sa.exists().where(Membership.account_id == account_id, Membership.role.in_(DESK_ROLES), _holds()))
        )
    )


def holders_without_role(municipality_id: int) -> list[uuid.UUID]:
    """Who has work in hand in a town without a role there that does such work."""
    items = sa.select(sa.func.coalesce(WorkItem.account_id, WorkItem.offered_to).label("who")).where(
        WorkItem.municipality_id == municipality_id,
        WorkItem.done_at.is_(None),
        sa.or_(
            WorkItem.account_id.is_not(None) & WorkItem.kind.not_in(("call", "counter")),
            WorkItem.offered_to.is_not(None),
        ),
    )
    tasks = sa.select(InternalTask.assignee_id).where(
        InternalTask.municipality_id == municipality_id,
        InternalTask.done_at.is_(None),
        InternalTask.assignee_id.is_not(None),
    )
    held = [(items.subquery(), DESK_ROLES), (tasks.subquery(), TASK_ROLES)]
    found: set[uuid.UUID] = set()
    for work, roles in held:
        who = work.c[0]
        works_here = sa.exists().where(
            Membership.account_id == who,
            Membership.municipality_id == municipality_id,
            Membership.role.in_(roles),
            _holds(),
        )
        found |= set(db.session.scalars(sa.select(who).distinct().where(~works_here)))
    return sorted(found)


def unfinished_conversations(municipality_id: int, account_id: uuid.UUID) -> list[uuid.UUID]:
    """Conversations of somebody in a town that are not finished."""
    return list(
        db.session.scalars(
            sa.select(Conversation.id).where(
                Conversation.municipality_id == municipality_id,
                Conversation.account_id == account_id,
                Conversation.finished_at.is_(None),
            )
        )
    )


def tasks_in_hand(municipality_id: int, account_id: uuid.UUID) -> Sequence[InternalTask]:
    """Open contact requests that somebody picked up in a town, the most urgent first."""
    return db.session.scalars(
        sa.select(InternalTask)
        .where(
            InternalTask.municipality_id == municipality_id,
            InternalTask.assignee_id == account_id,
            InternalTask.done_at.is_(None),
        )
        .order_by(InternalTask.due_at, InternalTask.id)
    ).all()


def left_conversations() -> list[LeftConversation]:
    """Conversations without anybody who can finish them, in towns whose staff this scope may see."""
    rows = db.session.execute(sa.text("select * from kcc_left_conversations()"))
    return [
        LeftConversation(
            row.conversation_id, row.municipality_id, row.account_id, row.name, row.channel, row.started_at, row.has_draft
        )
        for row in rows
    ]  # fmt: skip


def agents_of(municipality_ids: Collection[int]) -> dict[int, list[tuple[uuid.UUID, str]]]:
    """Who takes calls for which town, by name."""
    rows = db.session.execute(
        sa.select(Membership.municipality_id, Account.id, Account.name)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.municipality_id.in_(municipality_ids), Membership.role.in_(DESK_ROLES), Account.active, _holds()
        )
        .order_by(Account.name, Account.id)
    )
    found: dict[int, list[tuple[uuid.UUID, str]]] = {}
    for town, account_id, name in rows:
        if (account_id, name) not in found.setdefault(town, []):
            found[town].append((account_id, name))
    return found


def departments_in(municipality_ids: Collection[int]) -> list[Department]:
    """The departments in use of some towns, by name."""
    return list(
        db.session.scalars(
            sa.select(Department)
            .where(Department.municipality_id.in_(municipality_ids), Department.active)
            .order_by(Department.municipality_id, Department.name, Department.id)
        )
    )


def colleagues_in(municipality_ids: Collection[int], but: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Who works for a department of some towns, by name, except one person."""
    rows = db.session.execute(
        sa.select(Account.id, Account.name)
        .where(
            Account.id != but,
            Account.active,
            sa.exists().where(
                DepartmentMember.account_id == Account.id, DepartmentMember.municipality_id.in_(municipality_ids)
            ),
        )
        .order_by(Account.name, Account.id)
    )
    return [(row.id, row.name) for row in rows]


def department_member(municipality_id: int, department_id: int, account_id: uuid.UUID) -> DepartmentMember | None:
    """How somebody works for a department of a town; None when not at all."""
    return db.session.scalar(
        sa.select(DepartmentMember).where(
            DepartmentMember.municipality_id == municipality_id,
            DepartmentMember.department_id == department_id,
            DepartmentMember.account_id == account_id,
        )
    )


def department_workers(municipality_id: int) -> set[uuid.UUID]:
    """Everybody who works for some department of a town."""
    asked = sa.select(DepartmentMember.account_id).where(DepartmentMember.municipality_id == municipality_id)
    return set(db.session.scalars(asked))


def topic_groups(municipality_ids: Collection[int]) -> list[str]:
    """The groups of the topics that towns offer, by name."""
    return list(
        db.session.scalars(
            sa.select(Topic.group_name)
            .join(
                TopicRoute, sa.and_(TopicRoute.topic_id == Topic.id, TopicRoute.municipality_id.in_(municipality_ids))
            )
            .where(TopicRoute.active)
            .distinct()
            .order_by(Topic.group_name)
        )
    )


def skills_of(account_id: uuid.UUID) -> dict[tuple[int, str], int]:
    """How well somebody knows what, by town and topic group; "" is every group without a level of its own."""
    rows = db.session.scalars(sa.select(AgentSkill).where(AgentSkill.account_id == account_id))
    return {(row.municipality_id, row.topic_group): row.level for row in rows}


def _holds() -> sa.ColumnElement[bool]:
    moment = now()
    return sa.and_(Membership.valid_from <= moment, sa.or_(Membership.valid_to.is_(None), Membership.valid_to > moment))
