"""Mail to a department that there is work: announced with the task, sent by the worker, each at most once.

A notice is ``queued``, then ``sending`` (noted in a transaction of its own, before the mail server hears of it), then
``sent``. A second try that finds ``sending`` cannot know whether the mail left: the notice is ``in_doubt`` and people
see it; nothing is repeated in silence. ``failed`` and ``no_mail_server`` are shown in the same way.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kcc.backoffice import queries, rules_notices
from kcc.backoffice.models import InternalTask, TaskNotice
from kcc.contacts import actions as contacts
from kcc.contacts import queries as tickets
from kcc.core import events, jobs
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.permissions import Actor
from kcc.integrations import mail
from kcc.people import queries_departments as people

Send = Callable[[mail.Message], None]


def announce(*, task: InternalTask, kind: str) -> None:
    """Have the department mailed about a task, once per ``kind`` (``new`` or ``overdue``), after this transaction."""
    notice_id = new_id()
    db.session.add(
        TaskNotice(
            id=notice_id,
            municipality_id=task.municipality_id,
            task_id=task.id,
            kind=kind,
            message_id=rules_notices.message_id(notice_id),
        )
    )
    db.session.flush()
    jobs.enqueue(
        "backoffice.notify",
        municipality_id=task.municipality_id,
        key=f"{task.id}:{kind}",
        args={"notice": str(notice_id)},
    )


def announce_overdue(*, municipality_id: int) -> int:
    """Announce every open task past its due time that was not announced as overdue yet; returns how many."""
    late = queries.unannounced_overdue(municipality_id, now())
    for task in late:
        announce(task=task, kind="overdue")
        events.publish("task", municipality_id=municipality_id, subject_id=task.id, department_id=task.department_id)
    return len(late)


def send_notice(*, notice_id: uuid.UUID, send: Send | None, sender: str, public_url: str, last_try: bool) -> str:
    """Mail one notice; returns its state afterwards. ``send`` is None when no mail server is set.

    While everybody of the department is away it goes to the department's deputy, with a line on the timeline.

    Raises mail.NotSent when the mail surely did not leave and another try makes sense.
    """
    found = queries.notice(notice_id)
    if found is None or found.notice.state not in ("queued", "sending"):
        return "nothing"
    notice = found.notice
    deputy = people.deputy_mail_when_all_away(notice.municipality_id, found.department_id)
    mailbox = deputy or found.mailbox
    if send is None:
        return _become(notice, "no_mail_server")
    if not mailbox:
        return _become(notice, "no_mailbox")
    if not _note(notice, "queued", "sending"):
        return _become(notice, "in_doubt")
    message = rules_notices.compose(
        notice.kind, found.reference, found.due_at, found.zone, f"{public_url}/work/{notice.task_id}",
        sender=sender, to=mailbox, message_id=notice.message_id, all_away=deputy is not None,
    )  # fmt: skip
    try:
        send(message)
    except mail.Refused:
        return _become(notice, "failed")
    except mail.InDoubt:
        return _become(notice, "in_doubt")
    except mail.NotSent:
        if last_try:
            return _become(notice, "failed")
        _note(notice, "sending", "queued")
        raise
    if deputy is not None:
        ticket = tickets.ticket(found.ticket_id)
        contacts.add_event(actor=Actor.job(), ticket=ticket, verb="deputy_mailed", detail={"task": str(notice.task_id)})
    return _become(notice, "sent")


def _become(notice: TaskNotice, state: str) -> str:
    """The outcome, in the job's own transaction: kept only together with the job being done."""
    db.session.execute(
        sa.update(TaskNotice)
        .where(TaskNotice.id == notice.id)
        .values(state=state, sent_at=now() if state == "sent" else None)
        .execution_options(synchronize_session=False)
    )
    return state


def _note(notice: TaskNotice, before: str, after: str) -> bool:
    """Move a notice on in a transaction of its own (evidence: it must outlive a crash); False when it stood elsewhere."""
    with Session(db.engine) as evidence:
        moved = evidence.execute(
            sa.update(TaskNotice)
            .where(TaskNotice.id == notice.id, TaskNotice.state == before)
            .values(state=after)
            .execution_options(synchronize_session=False)
        )
        evidence.commit()
        return bool(moved.rowcount)  # type: ignore[attr-defined]
