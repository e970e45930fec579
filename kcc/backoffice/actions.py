"""The life of an internal task: made, picked up, tried, answered, closed. Handing on stands in actions_handing.

Every act leaves a line on the ticket's timeline with its audit row, and wakes the screens of the department.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from kcc.backoffice import actions_notices as notices
from kcc.backoffice import queries, rules
from kcc.backoffice.models import ContactAttempt, InternalTask, TaskRequest
from kcc.backoffice.rules import TaskState
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.contacts.rules import Status
from kcc.core import events
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed
from kcc.core.permissions import Actor
from kcc.municipalities import queries as municipalities
from kcc.people import queries_departments as people
from kcc.routing import actions as routing


@dataclass(frozen=True)
class RequestData:
    """What the citizen asks of the department: whom to reach, where, when rather, and the answers to its questions."""

    name: str = ""
    number: str = ""
    email: str = ""
    preferred_moment: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


def create_task(
    *,
    actor: Actor,
    ticket: Ticket,
    department_id: int,
    due_at: datetime,
    channel: str,
    request: RequestData,
    route_reason: str,
    reason_writing_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> InternalTask:
    """Hand a question to a department of its municipality: the task appears in that worklist and nowhere else.

    ``due_at`` is what the citizen was promised (UTC), ``channel`` how to answer, ``route_reason`` why this department
    (``route`` or ``chosen``). One that cannot answer is passed over for the one that stands in for it, with a trace. With ``at`` (UTC) in the past, for imports, nobody is mailed. Raises InvalidState while
    another department still has the question or the ticket cannot go there.
    """
    if queries.open_task_of(ticket) is not None:
        raise InvalidState("Deze vraag ligt al bij een afdeling.")
    department_id, passed = who_answers(ticket.municipality_id, department_id)
    if ticket.status != Status.WITH_BACK_OFFICE:
        contacts.move_ticket(actor=actor, ticket=ticket, to=Status.WITH_BACK_OFFICE, at=at)
    contacts.involve_department(actor=actor, ticket=ticket, department_id=department_id)
    routing.finish_for_ticket(actor=actor, ticket=ticket)
    task = insert_task(
        actor=actor, ticket=ticket, department_id=department_id, due_at=due_at, channel=channel, request=request,
        route_reason=route_reason, asked_at=at or now(),
    )  # fmt: skip
    detail = {"task": str(task.id), "department_id": department_id, "route_reason": route_reason, **passed}
    contacts.add_event(
        actor=actor, ticket=ticket, verb="task_created", detail=detail, writing_id=reason_writing_id, at=at
    )
    words = f"{request.name} {request.number} {request.email}".strip()
    if words:
        contacts.index_ticket(ticket, words)
    if at is None:
        notices.announce(task=task, kind="new")
    _wake(task)
    return task


def who_answers(municipality_id: int, department_id: int) -> tuple[int, dict[str, object]]:
    """Which department answers for the one that was meant, and which were ``passed`` over and why, for the timeline.

    Raises NotFound for a department that the municipality does not have.
    """
    answering = people.departments_with_people(municipality_id).answering(department_id)
    passed = [[each.department_id, each.reason] for each in answering.passed]
    return answering.department_id, {"passed": passed} if passed else {}


def insert_task(
    *,
    actor: Actor,
    ticket: Ticket,
    department_id: int,
    due_at: datetime,
    channel: str,
    request: RequestData,
    route_reason: str,
    asked_at: datetime,
    forwarded_from: InternalTask | None = None,
) -> InternalTask:
    """The rows of a task and of its request, and no more: for creating and forwarding. Never read them back afterwards,
    because who forwards does not see the other department's rows."""
    task = InternalTask(
        municipality_id=ticket.municipality_id,
        ticket_id=ticket.id,
        department_id=department_id,
        state=str(TaskState.OPEN),
        channel=channel,
        asked_at=asked_at,
        asked_by_id=actor.account_id,
        due_at=due_at,
        route_reason=route_reason,
        forwarded_from_id=forwarded_from.id if forwarded_from else None,
    )
    db.session.add(task)
    db.session.flush()
    db.session.add(
        TaskRequest(
            municipality_id=ticket.municipality_id,
            task_id=task.id,
            name=request.name,
            number=request.number,
            email=request.email,
            preferred_moment=request.preferred_moment,
            answers=dict(request.answers),
        )
    )
    db.session.flush()
    return task


def pick_up(*, actor: Actor, task_id: uuid.UUID) -> InternalTask:
    """Take a task on, never two people: raises InvalidState (``by``: the colleague's id) when somebody has it already,
    NotFound out of sight."""
    moment = now()
    # One conditional UPDATE decides: a second one waits for the first, then finds that nothing is left to take.
    taken = db.session.execute(
        sa.update(InternalTask)
        .where(InternalTask.id == task_id, InternalTask.assignee_id.is_(None), InternalTask.done_at.is_(None))
        .values(
            assignee_id=actor.account_id,
            state=str(TaskState.PICKED_UP),
            picked_up_at=sa.func.coalesce(InternalTask.picked_up_at, moment),
            version=InternalTask.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    task = queries.task(task_id)
    db.session.refresh(task)
    if taken.rowcount == 0:  # type: ignore[attr-defined]
        if task.done_at is not None:
            raise InvalidState("Dit verzoek is al afgehandeld.")
        if task.assignee_id == actor.account_id:
            return task
        raise InvalidState("Dit verzoek is al opgepakt door een collega.", by=task.assignee_id)
    tell(actor, task, "task_picked_up")
    return task


def release(*, actor: Actor, task_id: uuid.UUID) -> InternalTask:
    """Let go of a task, so that a colleague can pick it up. Raises NotAllowed unless it is yours or you coordinate."""
    task = queries.task_to_change(task_id)
    _check_open(task)
    if task.assignee_id != actor.account_id and not queries.coordinates(actor.account_id, task.municipality_id):
        raise NotAllowed("Alleen wie dit verzoek heeft of een coördinator kan het vrijgeven.")
    if task.assignee_id is None:
        return task
    task.state = str(rules.check_move(task.state, TaskState.OPEN))
    task.assignee_id = None
    tell(actor, task, "task_released")
    return task


def assign(*, actor: Actor, task_id: uuid.UUID, account_id: uuid.UUID) -> InternalTask:
    """Give a task to a member of its department, or while that one is away to who stands in for them, with a trace.

    With nobody to stand in it is theirs all the same. Raises NotAllowed unless the actor coordinates, InvalidInput for
    somebody who does not work for the department.
    """
    task = queries.task_to_change(task_id)
    _check_open(task)
    if not queries.coordinates(actor.account_id, task.municipality_id):
        raise NotAllowed("Alleen een coördinator verdeelt het werk.")
    members = people.members_with_absence(task.municipality_id, task.department_id)
    chosen = next((each for each in members if each.may_work and each.account_id == account_id), None)
    if chosen is None:
        raise InvalidInput("Kies een medewerker van deze afdeling.", field="account_id")
    deputy = people.stand_in_for(account_id, members) if chosen.absent_until else None
    task.assignee_id = deputy or account_id
    task.state = str(TaskState.PICKED_UP)
    task.picked_up_at = task.picked_up_at or now()
    detail: dict[str, object] = {"account": str(task.assignee_id)}
    if chosen.absent_until:
        detail |= {"from": str(account_id), "absent_until": chosen.absent_until.isoformat()}
    tell(actor, task, "task_assigned", detail)
    return task


def add_attempt(
    *, actor: Actor, task_id: uuid.UUID, reached: bool, told: str = "", note: str = "", channel: str = "phone"
) -> InternalTask:
    """An attempt to reach the citizen, by whoever has the task (a free task is picked up by it).

    Reached: ``told`` is required and the citizen may read it. Not reached: the next moment is suggested in the town's
    opening time, ``note`` is for colleagues. Raises InvalidState when a colleague has it, InvalidInput (``told``).
    """
    if reached and not told.strip():
        raise InvalidInput("Schrijf op wat u met de inwoner hebt besproken.", field="told")
    task = take(actor, task_id)
    ticket = tickets.ticket(task.ticket_id)
    moment = now()
    writing = None
    if reached:
        writing = _write(actor, ticket, "told", told, internal=False, field_name="told")
        task.first_reached_at = task.first_reached_at or moment
        task.next_attempt_at = None
    else:
        if note.strip():
            writing = _write(actor, ticket, "note", note, internal=True, field_name="told")
        calendar = municipalities.calendar_of(task.municipality_id, moment)
        task.next_attempt_at = rules.suggest_next_attempt(calendar, moment, task.due_at)
    task.attempts += 1
    db.session.add(
        ContactAttempt(
            municipality_id=task.municipality_id,
            task_id=task.id,
            at=moment,
            account_id=actor.account_id,
            channel=channel,
            reached=reached,
            writing_id=writing.id if writing else None,
        )
    )
    verb = "attempt_reached" if reached else "attempt_not_reached"
    detail: dict[str, object] = {"number": task.attempts}
    if task.next_attempt_at is not None:
        detail["next"] = task.next_attempt_at.isoformat()
    tell(actor, task, verb, detail, ticket=ticket, writing_id=writing.id if writing else None)
    return task


def add_note(*, actor: Actor, task_id: uuid.UUID, body: str) -> InternalTask:
    """A note for colleagues. Raises InvalidInput (``note``) when empty or too long."""
    task = queries.task_to_change(task_id)
    _write(actor, tickets.ticket(task.ticket_id), "note", body, internal=True, field_name="note")
    _wake(task)
    return task


def answer(*, actor: Actor, task_id: uuid.UUID, body: str) -> InternalTask:
    """An answer in writing, which the citizen may read. Raises InvalidInput (``answer``), InvalidState."""
    task = take(actor, task_id)
    _write(actor, tickets.ticket(task.ticket_id), "answer", body, internal=False, field_name="answer")
    tell(actor, task, "task_answered")
    return task


def close(*, actor: Actor, task_id: uuid.UUID, told: str = "", reached: bool = True) -> InternalTask:
    """Finish a task with what the citizen was told, and the ticket with it.

    ``told`` may be left out only when the citizen was reached before and that was written down. ``reached=False`` closes
    after attempts in vain. Raises InvalidInput (``told``), InvalidState.
    """
    task = take(actor, task_id)
    if not told.strip() and task.first_reached_at is None and not queries.was_answered(task):
        raise InvalidInput("Schrijf op wat de inwoner heeft gehoord of gelezen.", field="told")
    ticket = tickets.ticket(task.ticket_id)
    if told.strip():
        if reached and task.first_reached_at is None:
            add_attempt(actor=actor, task_id=task_id, reached=True, told=told, channel=task.channel)
        else:
            _write(actor, ticket, "told", told, internal=False, field_name="told")
    finish(task, state=TaskState.DONE, result="handled" if task.first_reached_at or reached else "not_reached")
    contacts.move_ticket(actor=actor, ticket=ticket, to=Status.ANSWERED)
    contacts.move_ticket(actor=actor, ticket=ticket, to=Status.CLOSED)
    tell(actor, task, "task_closed", {"result": task.result}, ticket=ticket)
    return task


def take(actor: Actor, task_id: uuid.UUID) -> InternalTask:
    """The task, locked and in the actor's hands: a free one is picked up. Raises InvalidState when a colleague has it."""
    task = queries.task_to_change(task_id)
    _check_open(task)
    if task.assignee_id == actor.account_id:
        return task
    return pick_up(actor=actor, task_id=task_id)


def finish(task: InternalTask, *, state: TaskState, result: str, reason: str = "") -> None:
    """Take a task off the worklist with its result. Raises InvalidState, InvalidInput (``reason``)."""
    task.state = str(rules.check_move(task.state, state, reason))
    task.result = result
    task.done_at = now()
    task.next_attempt_at = None
    db.session.flush()


def tell(
    actor: Actor, task: InternalTask, verb: str, detail: dict[str, object] | None = None, ticket: Ticket | None = None,
    writing_id: uuid.UUID | None = None,
) -> None:  # fmt: skip
    """Write a change of a task down on its ticket's timeline, and wake the screens that show it."""
    db.session.flush()
    ticket = ticket or tickets.ticket(task.ticket_id)
    contacts.add_event(
        actor=actor, ticket=ticket, verb=verb, detail={"task": str(task.id), **(detail or {})}, writing_id=writing_id
    )
    _wake(task)


def _wake(task: InternalTask) -> None:
    for kind, subject in (("task", task.id), ("ticket", task.ticket_id)):
        events.publish(kind, municipality_id=task.municipality_id, subject_id=subject, department_id=task.department_id)


def _check_open(task: InternalTask) -> None:
    if task.done_at is not None:
        raise InvalidState("Dit verzoek is al afgehandeld.")


def _write(actor: Actor, ticket: Ticket, kind: str, body: str, *, internal: bool, field_name: str):  # type: ignore[no-untyped-def]
    try:
        return contacts.write(actor=actor, ticket=ticket, kind=kind, body=body, internal=internal)
    except InvalidInput as fault:
        raise InvalidInput(fault.message, field=field_name) from fault


def refuse_open_task(ticket: Ticket) -> None:
    """Raise InvalidState while a department still works on this ticket."""
    if queries.open_task_of(ticket) is not None:
        raise InvalidState("Er staat nog een contactverzoek open. Handel dat eerst af.")


contacts.closing_checks.append(refuse_open_task)
