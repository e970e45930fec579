"""Somebody leaves: what they had goes on with others, by rule, and each ticket tells so."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from kcc.backoffice import actions as tasks
from kcc.contacts import actions_conversations as conversations
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidState, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.people import actions_accounts as accounts
from kcc.people import queries_accounts as people
from kcc.routing import actions as routing
from kcc.setup import actions_people as actions
from kcc.setup import queries_people as queries
from tests.factories.backoffice import make_task
from tests.factories.people import do_jobs, plant_role
from tests.factories.routing import make_item
from tests.support.world import World


def row(world: World, query: str, *values: Any) -> tuple[Any, ...]:
    with world.admin() as admin:
        found = admin.execute(query.encode(), values).fetchone()
    assert found is not None
    return found


def leave(world: World, person: str) -> list[str]:
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        accounts.leave(actor=actor, account_id=world.people[person])
        db.session.commit()
    return do_jobs(world)


def verbs(world: World, ticket: uuid.UUID) -> list[str]:
    with world.admin() as admin:
        return [each[0] for each in admin.execute("select verb from ticket_event where ticket_id = %s", (ticket,))]


def picked_up(world: World) -> tuple[uuid.UUID, uuid.UUID]:
    task, ticket = make_task(world)
    with world.scope("handler", Permission.TASK_WORK) as actor:
        tasks.pick_up(actor=actor, task_id=task)
        db.session.commit()
    return task, ticket


def test_what_was_taken_from_the_queue_waits_again_since_it_first_did(world: World) -> None:
    plant_role(world, "supervisor", "Bergen")
    item = make_item(world)
    since = row(world, "select since from work_item where id = %s", item)
    with world.scope("agent", Permission.DESK_USE) as actor:
        routing.claim(actor=actor, item_id=item)
        db.session.commit()
    assert "setup.hand_over: done" in leave(world, "agent")
    found = row(world, "select state, account_id, since, ticket_id from work_item where id = %s", item)
    assert found[:2] == ("waiting", None) and found[2] == since[0]
    assert "queue_handed_over" in verbs(world, found[3])


def test_a_contact_request_goes_back_to_the_department(world: World) -> None:
    task, ticket = picked_up(world)
    before = row(world, "select due_at, picked_up_at from internal_task where id = %s", task)
    leave(world, "handler")
    found = row(world, "select state, assignee_id, due_at, picked_up_at from internal_task where id = %s", task)
    assert found == ("open", None, *before)
    assert "task_handed_over" in verbs(world, ticket)
    assert row(world, "select count(*) from department_member where account_id = %s", world.people["handler"]) == (0,)


def test_with_a_deputy_who_still_works_there_it_goes_to_the_deputy(world: World) -> None:
    task, _ticket = picked_up(world)
    with world.admin() as admin:
        admin.execute(
            "update department_member set deputy_id = %s where account_id = %s",
            (world.people["handler_second"], world.people["handler"]),
        )
    with world.scope("administrator", Permission.PEOPLE_MANAGE):
        assert [(each.kind, each.number) for each in people.open_work(world.people["handler"])] == [("task_deputy", 1)]
    leave(world, "handler")
    assert row(world, "select state, assignee_id from internal_task where id = %s", task) == (
        "picked_up",
        world.people["handler_second"],
    )


def test_a_role_that_ends_by_itself_is_handed_over_by_the_clock_and_one_that_goes_on_is_not(world: World) -> None:
    task, _ticket = picked_up(world)
    town = world.towns["Aalburg"]
    with world.scope("supervisor", Permission.ROUTING_SUPERVISE):
        assert queries.holders_without_role(town) == []
    with world.admin() as admin:
        admin.execute("update membership set valid_to = now() where account_id = %s", (world.people["handler"],))
        admin.execute(
            "insert into job (id, municipality_id, name, key, args, state, run_after, attempts, token, made_at)"
            " values (gen_random_uuid(), %s, 'setup.sweep_leavers', 'x', '{}', 'waiting', now(), 0, 0, now())",
            (town,),
        )
    assert "setup.sweep_leavers: done" in do_jobs(world)
    assert row(world, "select assignee_id from internal_task where id = %s", task) == (None,)


def left_in_the_middle(world: World) -> uuid.UUID:
    """A conversation of an agent of Aalburg, with something typed, whose agent then left."""
    with world.scope("agent", Permission.DESK_USE) as actor:
        talk = conversations.start_conversation(
            actor=actor, municipality_id=world.towns["Aalburg"], entrance_id=world.entrances["Aalburg"], channel="phone"
        )
        number = talk.id
        db.session.commit()
    leave(world, "agent")
    return number


def test_a_conversation_is_shown_to_supervisors_and_goes_on_with_a_colleague_with_what_was_typed(world: World) -> None:
    plant_role(world, "two_hats", "Aalburg", "agent")
    talk = left_in_the_middle(world)
    with world.scope("supervisor_aalburg", Permission.ROUTING_SUPERVISE) as actor:
        left = queries.left_conversations()
        assert [(each.id, each.name, each.has_draft) for each in left] == [(talk, "Agent", True)]
        with pytest.raises(InvalidState):
            actions.hand_conversation(actor=actor, conversation_id=talk, account_id=world.people["agent_cadzand"])
        actions.hand_conversation(actor=actor, conversation_id=talk, account_id=world.people["two_hats"])
        db.session.commit()
        assert queries.left_conversations() == []
    owner = (
        "select c.account_id, d.account_id from conversation c join draft d on d.conversation_id = c.id where c.id = %s"
    )
    assert row(world, owner, talk) == (world.people["two_hats"],) * 2


def test_a_conversation_of_another_town_is_in_nobody_s_list_and_one_that_somebody_has_is_not_taken(
    world: World,
) -> None:
    talk = left_in_the_middle(world)
    with world.scope("agent_cadzand", Permission.DESK_USE):
        assert queries.left_conversations() == []
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor, pytest.raises((NotFound, InvalidState)):
        actions.hand_conversation(actor=actor, conversation_id=talk, account_id=world.people["two_hats"])
    with world.scope("supervisor", Permission.ROUTING_SUPERVISE) as actor, pytest.raises(NotFound):
        actions.hand_conversation(actor=actor, conversation_id=uuid.uuid4(), account_id=world.people["two_hats"])


def test_handing_over_twice_changes_nothing_more(world: World) -> None:
    task, ticket = picked_up(world)
    leave(world, "handler")
    before = verbs(world, ticket)
    with world.scope("administrator", Permission.PEOPLE_MANAGE):
        accounts._hand_over(world.towns["Aalburg"], world.people["handler"])
        db.session.commit()
    assert do_jobs(world) == ["setup.hand_over: done"]
    assert verbs(world, ticket) == before and Actor.job().account_id is None
    assert row(world, "select state from internal_task where id = %s", task) == ("open",)


def away(world: World, person: str, until: date, deputy: str | None = None) -> list[str]:
    with world.scope("administrator", Permission.PEOPLE_MANAGE) as actor:
        data = actions.MemberData(absent_until=until, deputy_id=world.people[deputy] if deputy else None)
        actions.set_department(
            actor=actor, account_id=world.people[person], municipality_id=world.towns["Aalburg"],
            department_id=world.departments["Aalburg", "burgerzaken"], data=data,
        )  # fmt: skip
        db.session.commit()
    return do_jobs(world)


def test_what_cannot_wait_until_somebody_is_back_goes_to_who_stands_in(world: World) -> None:
    today = now().date()
    soon, soon_ticket = make_task(world, due_at=now() + timedelta(days=1))
    later, later_ticket = make_task(world, due_at=now() + timedelta(days=40))
    with world.scope("handler", Permission.TASK_WORK) as actor:
        for task in (soon, later):
            tasks.pick_up(actor=actor, task_id=task)
        db.session.commit()
    assert "setup.stand_in: done" in away(world, "handler", today + timedelta(days=7), "handler_second")
    holder = "select assignee_id, state, due_at > now() from internal_task where id = %s"
    assert row(world, holder, soon) == (world.people["handler_second"], "picked_up", True)
    assert row(world, holder, later) == (world.people["handler"], "picked_up", True)
    assert "task_handed_over" in verbs(world, soon_ticket) and "task_handed_over" not in verbs(world, later_ticket)
    assert "naar de vervanger" in world.page("handler_second").get(f"/work/{soon}").text


def test_without_a_deputy_who_is_there_it_is_free_for_the_department(world: World) -> None:
    task, _ticket = make_task(world, due_at=now() + timedelta(days=1))
    with world.scope("handler", Permission.TASK_WORK) as actor:
        tasks.pick_up(actor=actor, task_id=task)
        db.session.commit()
    away(world, "handler_second", now().date() + timedelta(days=9))
    away(world, "handler", now().date() + timedelta(days=7), "handler_second")
    assert row(world, "select assignee_id, state from internal_task where id = %s", task) == (None, "open")
    assert "weer vrij voor de afdeling" in world.page("coordinator").get(f"/work/{task}").text


def test_an_absence_that_is_over_moves_nothing(world: World) -> None:
    task, _ticket = picked_up(world)
    away(world, "handler", now().date() - timedelta(days=2), "handler_second")
    assert row(world, "select assignee_id from internal_task where id = %s", task) == (world.people["handler"],)
