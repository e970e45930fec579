"""Pages that hand a task on: to another department, back to the customer contact centre, or to a member."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.backoffice import actions, actions_handing, queries
from kcc.backoffice import views_words as words
from kcc.backoffice.actions import RequestData
from kcc.backoffice.forms import AssignForm, EscalateForm, ForwardForm, ReturnForm
from kcc.backoffice.views import bp, refuse, to_task
from kcc.contacts import queries as tickets
from kcc.contacts.models import Ticket
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.municipalities.rules_departments import reaches
from kcc.parties.evidence import record_look
from kcc.people import queries_departments as people
from kcc.people import views_words as people_words
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.person import actor


@bp.get("/<uuid:task_id>/forward")
@requires(Permission.TASK_WORK)
def ask_forward(task_id: uuid.UUID) -> ResponseReturnValue:
    """To which department, and why?"""
    return _page(task_id, _forward_form(task_id), "forward")


@bp.post("/<uuid:task_id>/forward")
@requires(Permission.TASK_WORK)
def forward(task_id: uuid.UUID) -> ResponseReturnValue:
    """Hand a task to another department of the same town; it leaves this worklist."""
    form = _forward_form(task_id)

    def act() -> str:
        actions_handing.forward(
            actor=actor(), task_id=task_id, department_id=form.department_id.data, reason=form.reason.data or ""
        )
        return _("Doorgezet. De toegezegde tijd blijft gelden.")

    return _handed(form, act, task_id, "forward")


@bp.get("/<uuid:task_id>/return")
@requires(Permission.TASK_WORK)
def ask_return(task_id: uuid.UUID) -> ResponseReturnValue:
    """Why back to the customer contact centre?"""
    return _page(task_id, ReturnForm(), "return")


@bp.post("/<uuid:task_id>/return")
@requires(Permission.TASK_WORK)
def give_back(task_id: uuid.UUID) -> ResponseReturnValue:
    """Return a task to the agents."""
    form = ReturnForm()

    def act() -> str:
        actions_handing.give_back(actor=actor(), task_id=task_id, reason=form.reason.data or "")
        return _("Teruggegeven aan het KCC.")

    return _handed(form, act, task_id, "return")


@bp.get("/<uuid:task_id>/assign")
@requires(Permission.TASK_WORK)
def ask_assign(task_id: uuid.UUID) -> ResponseReturnValue:
    """To whom?"""
    return _page(task_id, _assign_form(task_id), "assign")


@bp.post("/<uuid:task_id>/assign")
@requires(Permission.TASK_WORK)
def assign(task_id: uuid.UUID) -> ResponseReturnValue:
    """Give a task to a member of the department."""
    form = _assign_form(task_id)
    if form.validate():
        try:
            task = actions.assign(actor=actor(), task_id=task_id, account_id=uuid.UUID(form.account_id.data))
        except (InvalidInput, InvalidState, NotAllowed) as fault:
            db.session.rollback()
            refuse(form, fault)
        else:
            if str(task.assignee_id) == form.account_id.data:
                flash(_("Dit verzoek ligt nu bij uw collega."), "success")
            else:
                flash(_("Uw collega is afwezig. Dit verzoek ligt nu bij de vervanger."), "success")
            return to_task(task_id)
    return _page(task_id, form, "assign"), 422


@bp.get("/escalate/<uuid:ticket_id>")
@requires(Permission.DESK_USE)
def ask_escalate(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """An agent hands a question to a department, again or for the first time, outside a conversation."""
    ticket = tickets.ticket(ticket_id)
    before = queries.last_task_of(ticket)
    record_look(
        actor=actor(), municipality_id=ticket.municipality_id, what="ticket_open", reason="escalate",
        ticket_id=ticket.id, party_id=ticket.party_id,
    )  # fmt: skip
    town = municipalities.municipality(ticket.municipality_id)
    form = _escalate_form(ticket, town)
    if before is not None:
        asked = queries.request_of(before)
        form.name.data, form.number.data, form.preferred_moment.data = asked.name, asked.number, asked.preferred_moment
    return _escalate_page(ticket, town, form)


@bp.post("/escalate/<uuid:ticket_id>")
@requires(Permission.DESK_USE)
def escalate(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Make the task; the ticket leaves the agents' queue."""
    ticket = tickets.ticket(ticket_id)
    town = municipalities.municipality(ticket.municipality_id)
    form = _escalate_form(ticket, town)
    if form.validate():
        before = queries.last_task_of(ticket)
        kept = queries.request_of(before) if before else None
        asked = RequestData(
            name=form.name.data or "",
            number=form.number.data or "",
            email=kept.email if kept else "",
            preferred_moment=form.preferred_moment.data or "",
            answers=kept.answers if kept else {},
        )
        try:
            actions_handing.escalate(
                actor=actor(), ticket=ticket, department_id=form.department_id.data, request=asked,
                reason=form.reason.data or "",
            )  # fmt: skip
        except (InvalidInput, InvalidState) as fault:
            db.session.rollback()
            refuse(form, fault)
            ticket = tickets.ticket(ticket_id)
        else:
            flash(_("Doorgezet naar de afdeling."), "success")
            return redirect(url_for("contacts.ticket", ticket_id=ticket_id), 303)
    return _escalate_page(ticket, town, form), 422


def _escalate_form(ticket: Ticket, town: Municipality) -> EscalateForm:
    form = EscalateForm()
    found = people.departments_with_people(town.id)
    form.department_id.choices = _choices(found, town)
    if request.method == "GET":
        # A topic that is no longer offered has no route; then somebody chooses.
        meant = municipalities.department_meant(town.id, ticket.topic_id)
        form.department_id.data = found.answering(meant).department_id if meant else None
    return form


def _choices(found: people.Departments, town: Municipality, without: int | None = None) -> list[tuple[int, str]]:
    """The departments to choose from, each with whether it is open, or who answers in its place."""
    at = now()
    calendar = municipalities.calendars_of_towns([town], at)[town.id]
    open_now = reaches({each.id: each.hours for each in found.in_use}, calendar, at)
    choices = []
    for each in found.in_use:
        answers = found.answering(each.id).department_id
        note = people_words.reach_word(open_now[each.id], at)
        if answers != each.id:
            note = _("niemand: gaat naar %(department)s", department=found.by_id[answers].name)
        if each.id != without:
            choices.append((each.id, f"{each.name} · {note}"))
    return choices


def _escalate_page(ticket: Ticket, town: Municipality, form: EscalateForm) -> str:
    return render_template("backoffice/escalate.html", ticket=ticket, municipality=town, form=form)


def _forward_form(task_id: uuid.UUID) -> ForwardForm:
    task = queries.task(task_id)
    form = ForwardForm()
    town = municipalities.municipality(task.municipality_id)
    form.department_id.choices = _choices(people.departments_with_people(town.id), town, without=task.department_id)
    return form


def _assign_form(task_id: uuid.UUID) -> AssignForm:
    form = AssignForm()
    task = queries.task(task_id)
    members = people.members_with_absence(task.municipality_id, task.department_id)
    names = {each.account_id: each.name for each in members}
    form.account_id.choices = []
    for each in members:
        label = each.name
        if each.absent_until:
            deputy = people.stand_in_for(each.account_id, members)
            label = words.away_words(each.name, each.absent_until, names[deputy] if deputy else None)
        if each.may_work:
            form.account_id.choices.append((str(each.account_id), label))
    return form


def _handed(form: BaseForm, act: Callable[[], str], task_id: uuid.UUID, what: str) -> ResponseReturnValue:
    if form.validate():
        try:
            flash(act(), "success")
            return redirect(url_for("backoffice.worklist"), 303)
        except (InvalidInput, InvalidState, NotAllowed) as fault:
            db.session.rollback()
            refuse(form, fault)
    return _page(task_id, form, what), 422


def _page(task_id: uuid.UUID, form: BaseForm, what: str) -> str:
    opened = queries.opened(task_id, actor().account_id)
    return render_template("backoffice/hand_on.html", opened=opened, form=form, what=what)
