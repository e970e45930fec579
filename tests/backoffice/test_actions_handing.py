"""Handing a task on keeps the promise, and leaves nothing behind in anybody else's sight."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kcc.backoffice import actions, actions_handing, queries
from kcc.backoffice.actions import RequestData
from kcc.backoffice.models import InternalTask
from kcc.contacts import queries as tickets
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.routing import queries as routing
from tests.factories.backoffice import DUE, make_task
from tests.support.world import World

WORK = Permission.TASK_WORK
DESK = Permission.DESK_USE


def test_forwarding_makes_a_successor_that_keeps_the_promise(world: World) -> None:
    task_id, ticket_id = make_task(world)
    afval = world.departments["Aalburg", "afval"]
    with world.scope("handler", WORK) as actor:
        with pytest.raises(InvalidInput):
            actions_handing.forward(actor=actor, task_id=task_id, department_id=afval, reason=" ")
        with pytest.raises(InvalidInput):
            actions_handing.forward(
                actor=actor, task_id=task_id, department_id=world.departments["Bergen", "afval"], reason="Hoort daar."
            )
        db.session.rollback()
    with world.scope("handler", WORK) as actor:
        successor_id = actions_handing.forward(
            actor=actor, task_id=task_id, department_id=afval, reason="Gaat over afval."
        )
        db.session.commit()
    with world.scope("handler", WORK) as actor:
        assert queries.task(task_id).result == "forwarded"
        assert db.session.scalar(sa.select(InternalTask).where(InternalTask.id == successor_id)) is None
    with world.scope("handler_afval", WORK) as actor:
        opened = queries.opened(successor_id, actor.account_id)
        assert (opened.task.due_at, opened.task.forwarded_from_id, opened.task.state) == (DUE, task_id, "open")
        assert opened.request is not None and opened.request.number == "+31612345678"
        assert opened.ticket.id == ticket_id and opened.ticket.status == "with_back_office"


def test_returning_puts_the_ticket_in_the_agents_queue_with_the_reason(world: World) -> None:
    task_id, ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        with pytest.raises(InvalidInput):
            actions_handing.give_back(actor=actor, task_id=task_id, reason="")
        task = actions_handing.give_back(actor=actor, task_id=task_id, reason="Dit is van het Rijk.")
        assert (task.result, task.done_at is not None) == ("returned", True)
        db.session.commit()
    with world.scope("handler", WORK) as actor:
        assert [row.task.id for row in queries.worklist("returned", actor.account_id)] == [task_id]
        assert queries.worklist("departments", actor.account_id) == []
    with world.scope("agent", DESK):
        waiting = routing.waiting()
        assert [(line.ticket.id, line.reason) for line in waiting] == [(ticket_id, "Dit is van het Rijk.")]
        assert waiting[0].ticket.status == "open"
    with world.scope("agent_cadzand", DESK):
        assert routing.waiting() == []


def test_escalating_again_takes_the_ticket_off_the_queue(world: World) -> None:
    task_id, ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        actions_handing.give_back(actor=actor, task_id=task_id, reason="Verkeerde afdeling.")
        db.session.commit()
    with world.scope("agent", DESK) as actor:
        actions.create_task(
            actor=actor, ticket=tickets.ticket(ticket_id), department_id=world.departments["Aalburg", "afval"], due_at=DUE,
            channel="phone", request=RequestData(), route_reason="chosen",
        )  # fmt: skip
        assert routing.waiting() == []
