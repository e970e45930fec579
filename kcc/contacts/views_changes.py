"""What people do on a ticket's page. Each form says which version it saw; a stale one comes back with what was typed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.contacts import actions, actions_links, queries
from kcc.contacts.forms import (
    AnswerForm,
    ButtonForm,
    ChangeForm,
    LinkForm,
    NoteForm,
    PriorityForm,
    ReopenForm,
    SplitForm,
)
from kcc.contacts.models import Ticket
from kcc.contacts.rules import Status
from kcc.contacts.views_ticket import bp, render_page
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.web.guards import requires
from kcc.web.person import actor

Act = Callable[[Ticket], str]
Refusal = Callable[[ChangeForm, int], ResponseReturnValue]


@bp.post("/<uuid:ticket_id>/note")
@requires(Permission.TICKET_WRITE)
def add_note(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Leave a note for colleagues."""
    form = NoteForm()

    def act(of: Ticket) -> str:
        actions.write(actor=actor(), ticket=of, kind="note", body=form.body.data or "", internal=True)
        flash(_("De notitie staat erbij."), "success")
        return to(of)

    return _change(ticket_id, form, act)


@bp.post("/<uuid:ticket_id>/answer")
@requires(Permission.TICKET_WRITE)
def answer(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Answer the citizen; close the ticket by it when that button was pressed."""
    form = AnswerForm()

    def act(of: Ticket) -> str:
        actions.write(actor=actor(), ticket=of, kind="answer", body=form.body.data or "", internal=False)
        actions.move_ticket(actor=actor(), ticket=of, to=Status.ANSWERED)
        if request.form.get("do") == "close":
            actions.move_ticket(actor=actor(), ticket=of, to=Status.CLOSED)
            flash(_("De vraag is beantwoord en gesloten."), "success")
        else:
            flash(_("De vraag is beantwoord."), "success")
        return to(of)

    return _change(ticket_id, form, act)


@bp.post("/<uuid:ticket_id>/close")
@requires(Permission.TICKET_WRITE)
def close(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Close an answered ticket."""

    def act(of: Ticket) -> str:
        actions.move_ticket(actor=actor(), ticket=of, to=Status.CLOSED)
        flash(_("De vraag is gesloten."), "success")
        return to(of)

    return _change(ticket_id, ButtonForm(), act)


@bp.post("/<uuid:ticket_id>/reopen")
@requires(Permission.TICKET_WRITE)
def reopen(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Open a ticket that was done again, and say why."""
    form = ReopenForm()

    def act(of: Ticket) -> str:
        actions.move_ticket(actor=actor(), ticket=of, to=Status.OPEN, reason=form.reason.data)
        flash(_("De vraag is weer open."), "success")
        return to(of)

    return _change(ticket_id, form, act)


@bp.post("/<uuid:ticket_id>/priority")
@requires(Permission.TICKET_WRITE)
def set_priority(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Make a ticket more or less urgent."""
    form = PriorityForm()

    def act(of: Ticket) -> str:
        actions.set_priority(actor=actor(), ticket=of, priority=form.priority.data)
        flash(_("De prioriteit is gewijzigd."), "success")
        return to(of)

    return _change(ticket_id, form, act)


@bp.post("/<uuid:ticket_id>/links")
@requires(Permission.TICKET_WRITE)
def link(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Link to another ticket by its reference, or merge into it when that button was pressed."""
    form = LinkForm()

    def act(of: Ticket) -> str:
        other = actions_links.other_ticket(of, form.reference.data or "")
        if request.form.get("do") == "merge":
            made = actions_links.merge(actor=actor(), ticket=of, into=other)
            return to(other, made.id)
        made = actions_links.link(actor=actor(), ticket=of, other=other)
        return to(of, made.id)

    return _change(ticket_id, form, act)


@bp.post("/<uuid:ticket_id>/links/<uuid:link_id>/undo")
@requires(Permission.TICKET_WRITE)
def undo_link(ticket_id: uuid.UUID, link_id: uuid.UUID) -> ResponseReturnValue:
    """Undo a link, merge or split."""

    def act(of: Ticket) -> str:
        actions_links.unlink(actor=actor(), ticket=of, link_id=link_id)
        flash(_("Dat is ongedaan gemaakt."), "success")
        return to(of)

    return _change(ticket_id, ButtonForm(), act)


@bp.route("/<uuid:ticket_id>/split/<uuid:writing_id>", methods=["GET", "POST"])
@requires(Permission.TICKET_WRITE)
def split(ticket_id: uuid.UUID, writing_id: uuid.UUID) -> ResponseReturnValue:
    """Make a ticket of a second question inside a text."""
    form = SplitForm()
    of = queries.ticket(ticket_id)
    form.topic_id.choices = [(topic.id, topic.name) for topic in municipalities.topics_of(of.municipality_id)]

    def show(form: ChangeForm, status: int) -> ResponseReturnValue:
        # A refusal has rolled back: read the ticket and the text anew.
        fresh = queries.head(ticket_id)
        form.shows(fresh.ticket)
        writing = queries.writing(fresh.ticket, writing_id)
        return render_template("contacts/split.html", form=form, head=fresh, writing=writing), status

    if request.method == "GET":
        form.topic_id.data = of.topic_id
        form.body.data = queries.writing(of, writing_id).body
        return show(form, 200)

    def act(of: Ticket) -> str:
        made, made_link = actions_links.split(
            actor=actor(), ticket=of, writing_id=writing_id, topic_id=form.topic_id.data, body=form.body.data or ""
        )
        return to(made, made_link.id)

    return _change(ticket_id, form, act, refused=show)


def to(of: Ticket, just: uuid.UUID | None = None) -> str:
    """The page of a ticket; ``just`` is a link that was made a moment ago, to be undone there."""
    return url_for("contacts.ticket", ticket_id=of.id, just=just)


def _change(ticket_id: uuid.UUID, form: ChangeForm, act: Act, refused: Refusal | None = None) -> ResponseReturnValue:
    again = refused or (lambda form, status: render_page(queries.head(ticket_id), form, status))
    of = queries.ticket(ticket_id)
    if not form.validate_on_submit():
        return again(form, 422)
    try:
        actions.check_version(of, form.version_number())
        return redirect(act(of), 303)
    except InvalidInput as fault:
        db.session.rollback()
        form.refuse(fault)
        return again(form, 422)
    except (Conflict, InvalidState) as fault:
        db.session.rollback()
        form.form_errors.append(_(fault.message))
        return again(form, 409)
