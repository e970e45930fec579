"""What becomes of work in hand when somebody is away or does not work in a town any more, by rule and with a trace.

What they had taken from the queue waits again since it first did; contact requests go to their deputy or else to the
department; a conversation stays as it is, and supervisors see that nobody has it. It runs in the scope of a job: an
administrator may not read what is handed over.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from kcc.backoffice import actions_handing as tasks
from kcc.core import audit, events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import ROLE_PERMISSIONS, Actor, Permission, Role
from kcc.people.models import DepartmentMember
from kcc.routing import actions as routing
from kcc.routing import actions_presence as presence
from kcc.routing import rules as queue
from kcc.routing.models import WorkItem
from kcc.routing.models_presence import AgentSkill
from kcc.routing.models_roster import RosterShift
from kcc.routing.rules_presence import AgentMode
from kcc.setup import queries_people as queries


@dataclass
class HandedOver:
    """How much went where."""

    items: int = 0
    to_deputy: int = 0
    to_department: int = 0
    conversations: int = 0


def hand_over(*, actor: Actor, municipality_id: int, account_id: uuid.UUID) -> HandedOver:
    """Hand over what somebody had in hand in a town, as far as no role of theirs there still does such work."""
    held = {Role(role) for role in queries.roles_now(municipality_id, account_id)}
    done = HandedOver()
    if not _may(held, Permission.DESK_USE):
        done.items = _items(actor, municipality_id, account_id)
        done.conversations = _conversations(actor, municipality_id, account_id)
        _out_of_the_queue(municipality_id, account_id)
    if not _may(held, Permission.TASK_WORK):
        _tasks(actor, municipality_id, account_id, done)
        _out_of_departments(municipality_id, account_id)
    if done != HandedOver():
        audit.record(
            actor=actor, verb="work_handed_over", subject_type="account", subject_id=account_id,
            municipality_id=municipality_id, fields=[name for name, n in vars(done).items() if n],
        )  # fmt: skip
    db.session.flush()
    return done


def stand_in(*, actor: Actor, member_id: uuid.UUID) -> int:
    """Somebody of a department is away: hand over what cannot wait, by rule. Gives how many contact requests."""
    member = db.session.get(DepartmentMember, member_id)
    if member is None:
        return 0
    return tasks.hand_over_while_away(
        actor=actor, municipality_id=member.municipality_id, department_id=member.department_id,
        account_id=member.account_id,
    )  # fmt: skip


def sweep(*, actor: Actor, municipality_id: int) -> int:
    """Find work in the hands of people whose role ended by itself, on its last day, and hand it over; how many people."""
    found = queries.holders_without_role(municipality_id)
    for account_id in found:
        hand_over(actor=actor, municipality_id=municipality_id, account_id=account_id)
    return len(found)


def _may(roles: Collection[Role], permission: Permission) -> bool:
    return any(permission in ROLE_PERMISSIONS[role] for role in roles)


def _items(actor: Actor, municipality_id: int, account_id: uuid.UUID) -> int:
    """Back into the queue, except a call or a visit that goes on: its conversation is shown to supervisors."""
    count = 0
    for item in db.session.scalars(
        sa.select(WorkItem)
        .where(
            WorkItem.municipality_id == municipality_id,
            WorkItem.done_at.is_(None),
            sa.or_(WorkItem.account_id == account_id, WorkItem.offered_to == account_id),
        )
        .with_for_update()
    ):
        if item.account_id == account_id and item.kind in queue.LIVE_KINDS:
            continue
        routing.back(item)
        routing.decide(item, way="handed_over", account_id=account_id, by=actor.account_id)
        routing.record(actor, item, "queue_handed_over")
        routing.ask_offer(item)
        count += 1
    return count


def _conversations(actor: Actor, municipality_id: int, account_id: uuid.UUID) -> int:
    left = queries.unfinished_conversations(municipality_id, account_id)
    for conversation_id in left:
        audit.record(
            actor=actor, verb="conversation_left", subject_type="conversation", subject_id=conversation_id,
            municipality_id=municipality_id,
        )  # fmt: skip
    if left:
        events.publish("agent", municipality_id=municipality_id, subject_id=account_id)
    return len(left)


def _out_of_the_queue(municipality_id: int, account_id: uuid.UUID) -> None:
    """Nothing is held for them, and they count as no agent of this town."""
    db.session.execute(
        sa.update(WorkItem)
        .where(WorkItem.municipality_id == municipality_id, WorkItem.sticky_account_id == account_id)
        .values(sticky_account_id=None, sticky_until=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        sa.delete(AgentSkill).where(AgentSkill.municipality_id == municipality_id, AgentSkill.account_id == account_id)
    )
    state = presence.lock_free(account_id)
    if state is not None and not queries.is_agent_anywhere(account_id):
        presence.change(state, AgentMode.OFFLINE, "", now())
    if not queries.is_agent_anywhere(account_id):
        db.session.execute(
            sa.delete(RosterShift).where(RosterShift.account_id == account_id, RosterShift.on_day > now().date())
        )


def _tasks(actor: Actor, municipality_id: int, account_id: uuid.UUID, done: HandedOver) -> None:
    for task in queries.tasks_in_hand(municipality_id, account_id):
        if tasks.hand_over(actor=actor, task_id=task.id) is None:
            done.to_department += 1
        else:
            done.to_deputy += 1


def _out_of_departments(municipality_id: int, account_id: uuid.UUID) -> None:
    """No colleague of a department any more, and nobody's deputy."""
    db.session.execute(
        sa.delete(DepartmentMember).where(
            DepartmentMember.municipality_id == municipality_id, DepartmentMember.account_id == account_id
        )
    )
    db.session.execute(
        sa.update(DepartmentMember)
        .where(DepartmentMember.municipality_id == municipality_id, DepartmentMember.deputy_id == account_id)
        .values(deputy_id=None)
        .execution_options(synchronize_session=False)
    )
