"""The worklist's order and pages, and who a task shows itself to."""

from __future__ import annotations

from datetime import timedelta

from kcc.backoffice import actions, actions_handing, queries
from kcc.contacts import queries as tickets
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Permission
from tests.factories.backoffice import make_task
from tests.support.world import World

WORK = Permission.TASK_WORK
DESK = Permission.DESK_USE


def test_the_worklist_is_most_urgent_first_and_pages_by_key(world: World) -> None:
    base = now() + timedelta(days=3)
    made = [make_task(world, due_at=base + timedelta(hours=hours))[0] for hours in (5, 1, 3)]
    with world.scope("handler", WORK) as actor:
        rows = queries.worklist("departments", actor.account_id)
        assert [row.task.id for row in rows] == [made[1], made[2], made[0]]
        last = rows[0].task
        rest = queries.worklist("departments", actor.account_id, after=(last.due_at, last.id))
        assert [row.task.id for row in rest] == [made[2], made[0]]


def test_counts_agree_with_the_views(world: World) -> None:
    make_task(world, due_at=now() - timedelta(hours=1))
    mine, _ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        actions.add_attempt(actor=actor, task_id=mine, reached=False)
        counted = queries.counts(actor.account_id)
        assert counted == {"mine": 1, "departments": 2, "late": 1, "waiting": 1}
        assert {view: len(queries.worklist(view, actor.account_id)) for view in counted} == counted


def test_a_ticket_shows_agents_all_its_tasks_and_departments_their_own(world: World) -> None:
    task_id, ticket_id = make_task(world)
    afval = world.departments["Aalburg", "afval"]
    with world.scope("handler", WORK) as actor:
        actions_handing.forward(actor=actor, task_id=task_id, department_id=afval, reason="Hoort daar.")
        db.session.commit()
    with world.scope("agent", Permission.TICKET_READ):
        names = [row.department_name for row in queries.tasks_of_ticket(tickets.ticket(ticket_id))]
        assert names == ["Burgerzaken", "Afval"]
    with world.scope("handler_afval", Permission.TICKET_READ):
        assert [row.department_name for row in queries.tasks_of_ticket(tickets.ticket(ticket_id))] == ["Afval"]
