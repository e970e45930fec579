"""The worklist of a department and the page of one task, side by side. Handing on stands in views_handing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.backoffice import actions, queries, rules
from kcc.backoffice import views_words as words
from kcc.backoffice.forms import AnswerForm, NoteForm, PlainForm, TalkForm
from kcc.backoffice.models import TaskRequest
from kcc.contacts import queries as tickets
from kcc.contacts import views_words as ticket_words
from kcc.contacts.rules import Status, may_move
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, KCCError, NotAllowed
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.parties.evidence import record_look
from kcc.parties.rules import format_phone, normalise_phone
from kcc.web import panels
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.paging import pack, unpack
from kcc.web.person import actor

bp = Blueprint("backoffice", __name__, url_prefix="/work")
add_entry("backoffice.worklist", _l("Contactverzoeken"), Permission.TASK_WORK, place=20)
panels.register("ticket", "backoffice.of_ticket", _l("Contactverzoeken"), Permission.TICKET_READ)

PAGE_SIZE = 50
VIEW_LABELS = {
    "mine": _l("Mijn werk"),
    "departments": _l("Mijn afdelingen"),
    "late": _l("Te laat"),
    "waiting": _l("Wacht op poging"),
    "returned": _l("Teruggegeven"),
}


@bp.get("/")
@requires(Permission.TASK_WORK)
def worklist() -> ResponseReturnValue:
    """The list alone; beside it, an invitation to choose."""
    return render_template("backoffice/worklist.html", **list_values(None))


@bp.get("/list")
@requires(Permission.TASK_WORK)
def task_list() -> ResponseReturnValue:
    """The list as a part, fetched again when work changes."""
    chosen = request.args.get("chosen", type=uuid.UUID)
    return render_template("backoffice/_list.html", **list_values(chosen))


@bp.get("/<uuid:task_id>")
@requires(Permission.TASK_WORK)
def task(task_id: uuid.UUID) -> ResponseReturnValue:
    """One task, beside the list; on a narrow screen alone. That it is looked at is written down first."""
    return render_task(task_id)


@bp.get("/of-ticket/<uuid:ticket_id>")
@requires(Permission.TICKET_READ)
def of_ticket(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """The tasks of a ticket, as a part of its page; as a page of its own to who has no script."""
    ticket = tickets.ticket(ticket_id)
    rows = queries.tasks_of_ticket(ticket)
    calendar = municipalities.calendar_of(ticket.municipality_id, now()) if rows else None
    at = now()
    soon = words.soon_until(at, calendar) if calendar else at
    due = {row.task.id: words.due_words(at, row.task.due_at, calendar, soon) for row in rows if calendar}
    may_escalate = all(row.task.done_at for row in rows) and may_move(ticket.status, Status.WITH_BACK_OFFICE)
    return render_template(
        "backoffice/_of_ticket.html" if request.headers.get("HX-Request") else "backoffice/of_ticket.html",
        ticket=ticket,
        rows=rows,
        due=due,
        results=words.RESULTS,
        may_escalate=may_escalate,
    )


@bp.post("/<uuid:task_id>/pick-up")
@requires(Permission.TASK_WORK)
def pick_up(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take a task on; who comes second reads who was first."""
    try:
        actions.pick_up(actor=actor(), task_id=task_id)
    except InvalidState as fault:
        by = fault.details.get("by")
        names = queries.account_names([by] if isinstance(by, uuid.UUID) else [])
        name = next(iter(names.values()), None)
        flash(_("Dit verzoek is al opgepakt door %(name)s.", name=name) if name else _(fault.message), "warning")
    return to_task(task_id)


@bp.post("/<uuid:task_id>/release")
@requires(Permission.TASK_WORK)
def release(task_id: uuid.UUID) -> ResponseReturnValue:
    """Let go of a task."""
    actions.release(actor=actor(), task_id=task_id)
    flash(_("Dit verzoek is weer vrij voor uw collega’s."), "success")
    return to_task(task_id)


@bp.post("/<uuid:task_id>/talk")
@requires(Permission.TASK_WORK)
def talk(task_id: uuid.UUID) -> ResponseReturnValue:
    """Reached and still busy, reached and done, done without reaching, or not reached: what was pressed decides."""
    form = TalkForm()
    pressed = request.form.get("do", "")
    told = form.told.data or ""

    def act() -> str:
        if pressed == "not_reached":
            task = actions.add_attempt(actor=actor(), task_id=task_id, reached=False, note=told)
            return _("Poging %(n)d bewaard.", n=task.attempts)
        if pressed == "reached":
            actions.add_attempt(actor=actor(), task_id=task_id, reached=True, told=told)
            return _("Bewaard. Dit verzoek blijft bij u.")
        if pressed in ("close", "close_unreached"):
            actions.close(actor=actor(), task_id=task_id, told=told, reached=pressed == "close")
            return _("Afgehandeld. De vraag is gesloten.")
        raise InvalidInput("Kies wat er is gebeurd.", field="told")

    return carried_out(form, act, task_id, talk=form)


@bp.post("/<uuid:task_id>/note")
@requires(Permission.TASK_WORK)
def note(task_id: uuid.UUID) -> ResponseReturnValue:
    """A note for colleagues."""
    form = NoteForm()

    def act() -> str:
        actions.add_note(actor=actor(), task_id=task_id, body=form.note.data or "")
        return _("Notitie bewaard.")

    return carried_out(form, act, task_id, note=form)


@bp.post("/<uuid:task_id>/answer")
@requires(Permission.TASK_WORK)
def answer(task_id: uuid.UUID) -> ResponseReturnValue:
    """An answer in writing."""
    form = AnswerForm()

    def act() -> str:
        actions.answer(actor=actor(), task_id=task_id, body=form.answer.data or "")
        return _("Antwoord bewaard.")

    return carried_out(form, act, task_id, answer=form)


def carried_out(form: BaseForm, act: Callable[[], str], task_id: uuid.UUID, **shown: BaseForm) -> ResponseReturnValue:
    """Do what was asked and go back to the task; refused, the page stands there with what was typed, and nothing kept."""
    if form.validate():
        try:
            flash(act(), "success")
            return to_task(task_id)
        except (InvalidInput, InvalidState, NotAllowed) as fault:
            db.session.rollback()
            refuse(form, fault)
    return render_task(task_id, **shown), 422


def refuse(form: BaseForm, fault: KCCError) -> None:
    """Show a refusal at its field, or above the form."""
    form.refuse(fault if isinstance(fault, InvalidInput) else InvalidInput(fault.message))


def to_task(task_id: uuid.UUID) -> ResponseReturnValue:
    """Back to the task's page, in the view of the list that was open."""
    view = request.args.get("view")
    return redirect(url_for("backoffice.task", task_id=task_id, view=view if view in queries.VIEWS else None), 303)


def render_task(task_id: uuid.UUID, **forms: BaseForm) -> str:
    """The page of a task; ``forms`` are those that were refused."""
    who = actor()
    opened = queries.opened(task_id, who.account_id)
    record_look(
        actor=who, municipality_id=opened.task.municipality_id, what="ticket_open", reason="task",
        ticket_id=opened.ticket.id, party_id=opened.ticket.party_id,
    )  # fmt: skip
    lines = tickets.timeline(opened.ticket)
    names = {uuid.UUID(key): name for key, name in (opened.names or {}).items()}
    questions = [line.writing.body for line in lines if line.writing and line.writing.kind == "question"]
    passed = words.passed_departments(lines)
    departments = municipalities.department_names(opened.task.municipality_id) if passed else {}
    listed = list_values(task_id)
    calendar = listed["calendars"].get(opened.task.municipality_id) or municipalities.calendar_of(
        opened.task.municipality_id, now()
    )
    at = now()
    reached = opened.task.first_reached_at is not None
    return render_template(
        "backoffice/worklist.html",
        opened=opened,
        number=phone_number(opened.request),
        question=questions[-1] if questions else None,
        is_mine=opened.task.assignee_id == who.account_id,
        may_act=opened.task.done_at is None and opened.task.assignee_id in (None, who.account_id),
        due=words.due_words(at, opened.task.due_at, calendar, words.soon_until(at, calendar)),
        entries=words.entries(lines, names, departments),
        why_here=words.why_here(lines, departments),
        suggests_closing=rules.suggests_closing(opened.task.attempts, reached),
        troubles=[words.TROUBLE[state] for state in opened.troubled_notices] if opened.coordinates else [],
        results=words.RESULTS,
        channels=ticket_words.CHANNEL_WORDS,
        plain=PlainForm(formdata=None),
        forms={"talk": TalkForm(formdata=None), "note": NoteForm(formdata=None), "answer": AnswerForm(formdata=None)}
        | forms,
        **listed,
    )


def phone_number(asked: TaskRequest | None) -> str:
    """The number to call as people write it."""
    number, _fault = normalise_phone(asked.number) if asked and asked.number else (None, "")
    return format_phone(number) if number else (asked.number if asked else "")


def list_values(chosen: uuid.UUID | None) -> dict[str, Any]:
    """What the list needs: its view, its rows with their terms in words, and how many each view holds."""
    account_id = actor().account_id
    counts = queries.counts(account_id)
    asked = request.args.get("view", "")
    view = asked if asked in queries.VIEWS else ("mine" if counts["mine"] else "departments")
    rows = queries.worklist(view, account_id, limit=PAGE_SIZE + 1, after=_place(request.args.get("after")))
    shown = rows[:PAGE_SIZE]
    towns = {row.municipality.id: row.municipality for row in shown}
    calendars = municipalities.calendars_of_towns(towns.values(), now()) if shown else {}
    at = now()
    soon = {town: words.soon_until(at, calendar) for town, calendar in calendars.items()}
    next_url = None
    if len(rows) > PAGE_SIZE:
        last = shown[-1].task
        key = last.done_at if view == "returned" else last.due_at
        next_url = url_for("backoffice.worklist", view=view, after=pack(key, last.id))
    several = len({row.task.department_id for row in shown}) > 1
    return {
        "view": view,
        "view_labels": VIEW_LABELS,
        "counts": counts,
        "chosen": chosen,
        "after": request.args.get("after"),
        "next_url": next_url,
        "calendars": calendars,
        "rows": [
            {
                "row": row,
                "due": words.due_words(at, row.task.due_at, calendars[row.municipality.id], soon[row.municipality.id]),
                "note": words.row_note(row.task, row.reference, row.preferred_moment),
                "who": _who(row, account_id),
                "department": row.department_name if several else None,
            }
            for row in shown
        ],
    }


def _who(row: queries.Row, account_id: uuid.UUID | None) -> str:
    if row.task.assignee_id is None:
        return _("vrij")
    return _("mij") if row.task.assignee_id == account_id else (row.assignee_name or _("collega"))


def _place(word: str | None) -> tuple[datetime, uuid.UUID] | None:
    values = unpack(word)
    if values is None or len(values) != 2:
        return None
    try:
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None


from kcc.backoffice import views_handing  # noqa: E402, F401 - its routes join this blueprint
