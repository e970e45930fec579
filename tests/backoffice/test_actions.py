"""The life of a task, as the people of one town live it while another town looks the same."""

from __future__ import annotations

import threading

import pytest

from kcc.backoffice import actions, queries
from kcc.backoffice.actions import RequestData
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from tests.factories.backoffice import DUE, make_task
from tests.support.world import World

WORK = Permission.TASK_WORK
DESK = Permission.DESK_USE


def test_a_new_task_appears_in_its_departments_worklist_and_nowhere_else(world: World) -> None:
    task_id, ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        assert [row.task.id for row in queries.worklist("departments", actor.account_id)] == [task_id]
        assert queries.worklist("mine", actor.account_id) == []
        assert tickets.ticket(ticket_id).status == "with_back_office"
        assert queries.counts(actor.account_id) == {"mine": 0, "departments": 1, "late": 0, "waiting": 0}
    for stranger in ("handler_afval", "handler_bergen"):
        with world.scope(stranger, WORK) as actor:
            assert queries.worklist("departments", actor.account_id) == []
            with pytest.raises(NotFound):
                queries.opened(task_id, actor.account_id)
            with pytest.raises(NotFound):
                actions.pick_up(actor=actor, task_id=task_id)


def test_a_question_lies_with_one_department_at_a_time(world: World) -> None:
    _task_id, ticket_id = make_task(world)
    with world.scope("agent", DESK) as actor, pytest.raises(InvalidState):
        actions.create_task(
            actor=actor, ticket=tickets.ticket(ticket_id), department_id=world.departments["Aalburg", "afval"], due_at=DUE,
            channel="phone", request=RequestData(), route_reason="chosen",
        )  # fmt: skip


def test_of_two_people_who_pick_up_at_once_one_wins(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def take(person: str) -> None:
        with world.app.app_context(), world.scope(person, WORK) as actor:
            start.wait()
            try:
                actions.pick_up(actor=actor, task_id=task_id)
                db.session.commit()
                outcomes.append("won")
            except InvalidState as fault:
                assert fault.details["by"] in (world.people["handler"], world.people["handler_second"])
                outcomes.append("lost")

    threads = [threading.Thread(target=take, args=(person,)) for person in ("handler", "handler_second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost", "won"]


def test_who_picked_up_can_release_and_a_colleague_cannot_take_it_before(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        actions.pick_up(actor=actor, task_id=task_id)
        actions.pick_up(actor=actor, task_id=task_id)
        db.session.commit()
    with world.scope("handler_second", WORK) as actor:
        with pytest.raises(NotAllowed):
            actions.release(actor=actor, task_id=task_id)
        with pytest.raises(InvalidState):
            actions.add_attempt(actor=actor, task_id=task_id, reached=False)
    with world.scope("handler", WORK) as actor:
        assert actions.release(actor=actor, task_id=task_id).assignee_id is None
        db.session.commit()


def test_a_coordinator_gives_work_to_a_member_and_others_do_not(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor, pytest.raises(NotAllowed):
        actions.assign(actor=actor, task_id=task_id, account_id=world.people["handler_second"])
    with world.scope("coordinator", WORK) as actor:
        with pytest.raises(InvalidInput):
            actions.assign(actor=actor, task_id=task_id, account_id=world.people["handler_afval"])
        task = actions.assign(actor=actor, task_id=task_id, account_id=world.people["handler"])
        assert (task.assignee_id, task.state) == (world.people["handler"], "picked_up")


def test_an_attempt_in_vain_suggests_a_moment_and_three_suggest_closing(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        for number in (1, 2, 3):
            task = actions.add_attempt(
                actor=actor, task_id=task_id, reached=False, note="Voicemail." if number == 2 else ""
            )
            assert task.attempts == number
            assert task.next_attempt_at is not None and task.next_attempt_at > now()
        assert task.assignee_id == actor.account_id
        with pytest.raises(InvalidInput):
            actions.close(actor=actor, task_id=task_id)
        closed = actions.close(actor=actor, task_id=task_id, told="Per brief geantwoord.", reached=False)
        assert closed.result == "not_reached"


def test_reaching_somebody_asks_what_was_told_and_closing_closes_the_ticket(world: World) -> None:
    task_id, ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        with pytest.raises(InvalidInput) as refused:
            actions.add_attempt(actor=actor, task_id=task_id, reached=True, told="  ")
        assert refused.value.field == "told"
        actions.add_attempt(actor=actor, task_id=task_id, reached=True, told="Het paspoort ligt klaar.")
        task = actions.close(actor=actor, task_id=task_id)
        ticket = tickets.ticket(ticket_id)
        assert (task.state, task.result, task.attempts) == ("done", "handled", 1)
        assert (ticket.status, ticket.closed_at is not None) == ("closed", True)
        told = [w for w in tickets.writings(ticket) if w.kind == "told"]
        assert [w.internal for w in told] == [False]
        with pytest.raises(InvalidState):
            actions.close(actor=actor, task_id=task_id, told="Nog eens.")


def test_closing_with_words_counts_as_an_attempt_that_reached(world: World) -> None:
    task_id, _ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        task = actions.close(actor=actor, task_id=task_id, told="Het paspoort ligt klaar.")
        assert task.attempts == 1 and task.first_reached_at is not None


def test_a_ticket_with_an_open_task_is_not_closed(world: World) -> None:
    _task_id, ticket_id = make_task(world)
    with world.scope("agent", DESK) as actor:
        ticket = tickets.ticket(ticket_id)
        contacts.move_ticket(actor=actor, ticket=ticket, to="answered")
        with pytest.raises(InvalidState):
            contacts.move_ticket(actor=actor, ticket=ticket, to="closed")


def test_every_act_leaves_a_line_on_the_timeline(world: World) -> None:
    task_id, ticket_id = make_task(world)
    with world.scope("handler", WORK) as actor:
        actions.pick_up(actor=actor, task_id=task_id)
        actions.add_attempt(actor=actor, task_id=task_id, reached=False)
        actions.add_note(actor=actor, task_id=task_id, body="Chauffeur gebeld.")
        actions.answer(actor=actor, task_id=task_id, body="Wij komen dinsdag.")
        actions.close(actor=actor, task_id=task_id)
        verbs = [line.event.verb for line in reversed(tickets.timeline(tickets.ticket(ticket_id)))]
    expected = ["task_created", "task_picked_up", "attempt_not_reached", "task_answered", "task_closed"]
    assert [verb for verb in verbs if verb in expected] == expected
