"""Handing a task on: to another department of the same town, or back to the agents."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from kcc.backoffice import actions, queries, rules
from kcc.backoffice import actions_notices as notices
from kcc.backoffice.actions import RequestData
from kcc.backoffice.models import InternalTask
from kcc.backoffice.rules import TaskState
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.contacts.rules import Status
from kcc.core import events
from kcc.core.clock import now
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.people import queries_departments as people
from kcc.people.rules_absence import cannot_wait
from kcc.routing import actions as routing


def forward(*, actor: Actor, task_id: uuid.UUID, department_id: int, reason: str) -> uuid.UUID:
    """Hand a task to another department of the same town, with a reason; returns the successor's id.

    The promised due time stays; a department that cannot answer is passed over for who stands in for it. The successor may be out of the actor's sight: its id is for links only. Raises
    InvalidInput (``department_id``, ``reason``), InvalidState when a colleague has the task.
    """
    if not reason.strip():
        raise InvalidInput("Geef een reden waarom u dit verzoek doorzet.", field="reason")
    task = actions.take(actor, task_id)
    if department_id == task.department_id:
        raise InvalidInput("Dit verzoek ligt al bij deze afdeling.", field="department_id")
    if department_id not in {each.id for each in municipalities.departments_of(task.municipality_id)}:
        raise InvalidInput("Kies een afdeling van deze gemeente.", field="department_id")
    department_id, passed = actions.who_answers(task.municipality_id, department_id)
    if department_id == task.department_id:
        raise InvalidInput(
            "Bij die afdeling is niemand: uw eigen afdeling vangt haar vragen op.", field="department_id"
        )
    ticket = tickets.ticket(task.ticket_id)
    asked = queries.request_of(task)
    request = RequestData(asked.name, asked.number, asked.email, asked.preferred_moment, asked.answers)
    writing = contacts.write(actor=actor, ticket=ticket, kind="reason", body=reason, internal=True)
    actions.finish(task, state=TaskState.DONE, result="forwarded")
    contacts.involve_department(actor=actor, ticket=ticket, department_id=department_id)
    successor = actions.insert_task(
        actor=actor, ticket=ticket, department_id=department_id, due_at=task.due_at, channel=task.channel,
        request=request, route_reason="forwarded", asked_at=now(), forwarded_from=task,
    )  # fmt: skip
    detail: dict[str, object] = {"to_task": str(successor.id), "department_id": department_id, **passed}
    actions.tell(actor, task, "task_forwarded", detail, ticket=ticket, writing_id=writing.id)
    notices.announce(task=successor, kind="new")
    events.publish("task", municipality_id=task.municipality_id, subject_id=successor.id, department_id=department_id)
    return successor.id


def escalate(
    *, actor: Actor, ticket: Ticket, department_id: int, request: RequestData, reason: str = ""
) -> InternalTask:
    """Hand a question to a department outside a conversation, as from the queue: what was promised before stays promised.

    Raises InvalidInput (``department_id``, ``name``), InvalidState as ``actions.create_task`` does.
    """
    if department_id not in {each.id for each in municipalities.departments_of(ticket.municipality_id)}:
        raise InvalidInput("Kies een afdeling van deze gemeente.", field="department_id")
    if not (request.number.strip() or request.email.strip()):
        raise InvalidInput("Vul in waar de afdeling de inwoner kan bereiken.", field="number")
    before = queries.last_task_of(ticket)
    moment = now()
    due = before.due_at if before else ticket.due_at
    if due is None:
        due = municipalities.due_at(ticket.municipality_id, ticket.topic_id, ticket.channel, moment)
    writing = None
    if reason.strip():
        writing = contacts.write(actor=actor, ticket=ticket, kind="note", body=reason, internal=True)
    return actions.create_task(
        actor=actor, ticket=ticket, department_id=department_id, due_at=due, channel="phone" if request.number else "email",
        request=request, route_reason="chosen", reason_writing_id=writing.id if writing else None,
    )  # fmt: skip


def give_back(*, actor: Actor, task_id: uuid.UUID, reason: str) -> InternalTask:
    """Return a task to the customer contact centre with a reason: its ticket is open again and waits for an agent.

    Raises InvalidInput (``reason``), InvalidState when a colleague has the task.
    """
    if not reason.strip():
        raise InvalidInput("Geef een reden waarom u dit verzoek teruggeeft.", field="reason")
    task = actions.take(actor, task_id)
    ticket = tickets.ticket(task.ticket_id)
    actions.finish(task, state=TaskState.RETURNED, result="returned", reason=reason)
    writing = contacts.write(actor=actor, ticket=ticket, kind="reason", body=reason, internal=True)
    actions.tell(actor, task, "task_returned", ticket=ticket, writing_id=writing.id)
    if ticket.status == Status.WITH_BACK_OFFICE:
        contacts.move_ticket(actor=actor, ticket=ticket, to=Status.OPEN)
    routing.put_back(actor=actor, ticket=ticket, task_id=task.id)
    return task


def hand_over(*, actor: Actor, task_id: uuid.UUID) -> uuid.UUID | None:
    """Take an open task from somebody who works there no more: to who stands in for them, else back to all of it.

    The time at which it was first picked up and the due time stay. Gives the deputy's id, None for the department.
    """
    task = queries.task_to_change(task_id)
    if task.done_at is not None or task.assignee_id is None:
        return None
    members = people.members_with_absence(task.municipality_id, task.department_id)
    return _pass_on(actor, task, people.stand_in_for(task.assignee_id, members), {})


def hand_over_while_away(*, actor: Actor, municipality_id: int, department_id: int, account_id: uuid.UUID) -> int:
    """Somebody of a department is away: what they had in hand and cannot wait until they are back goes to who stands in
    for them, else back to all of it. Gives how many tasks; what can wait stays theirs.
    """
    members = people.members_with_absence(municipality_id, department_id)
    away = next((each for each in members if each.account_id == account_id), None)
    if away is None or away.absent_until is None:
        return 0
    deputy = people.stand_in_for(account_id, members)
    zone = ZoneInfo(municipalities.municipality(municipality_id).zone)
    moved = 0
    for found in queries.tasks_in_hand(municipality_id, department_id, account_id):
        task = queries.task_to_change(found.id)
        if task.assignee_id != account_id or task.done_at is not None:
            continue
        next_on = task.next_attempt_at.astimezone(zone).date() if task.next_attempt_at else None
        if cannot_wait(away.absent_until, task.due_at.astimezone(zone).date(), next_on):
            _pass_on(actor, task, deputy, {"absent_until": away.absent_until.isoformat()})
            moved += 1
    return moved


def _pass_on(actor: Actor, task: InternalTask, deputy: uuid.UUID | None, why: dict[str, object]) -> uuid.UUID | None:
    before = task.assignee_id
    task.assignee_id = deputy
    if deputy is None:
        task.state = str(rules.check_move(task.state, TaskState.OPEN))
    detail: dict[str, object] = {"from": str(before), **({"account": str(deputy)} if deputy else {}), **why}
    actions.tell(actor, task, "task_handed_over", detail)
    return deputy
