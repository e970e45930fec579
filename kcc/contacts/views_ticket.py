"""The page of one ticket: everything about it, and the blueprint that the other views of this room join."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from kcc.contacts import actions, queries, queries_lists, rules
from kcc.contacts.forms import (
    PRIORITIES,
    AnswerForm,
    ButtonForm,
    ChangeForm,
    LinkForm,
    NoteForm,
    PriorityForm,
    ReopenForm,
)
from kcc.contacts.models import Ticket
from kcc.contacts.queries_lists import Place
from kcc.contacts.rules import Priority, Status
from kcc.contacts.views_words import (
    CHANNEL_WORDS,
    KIND_WORDS,
    STATUS_KINDS,
    STATUS_WORDS,
    due_words,
    entries,
)
from kcc.core.clock import now
from kcc.core.permissions import Permission
from kcc.parties import evidence
from kcc.parties.rules import format_phone
from kcc.people import queries as people
from kcc.web import panels
from kcc.web.guards import repeatable, requires
from kcc.web.paging import unpack
from kcc.web.person import actor, current_person

bp = Blueprint("contacts", __name__, url_prefix="/tickets")

FORMS: tuple[type[ChangeForm], ...] = (NoteForm, AnswerForm, PriorityForm, ReopenForm, LinkForm, ButtonForm)
CITIZEN_KINDS = frozenset({"question", "answer", "told"})


@bp.get("/<uuid:ticket_id>")
@requires(Permission.TICKET_READ)
def ticket(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """One ticket. That somebody looked is written down before anything of it is shown."""
    head = queries.head(ticket_id)
    town = head.municipality.id
    evidence.record_look(actor=actor(), municipality_id=town, what="ticket_open", reason="ticket", ticket_id=ticket_id)
    return render_page(head)


@bp.post("/<uuid:ticket_id>/presence")
@requires(Permission.TICKET_WRITE)
@repeatable("one row per person and ticket, overwritten every 20 seconds")
def presence(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Say that one is here, and hear who else is and whether the page is still up to date."""
    of = queries.ticket(ticket_id)
    actions.be_present(actor=actor(), ticket=of)
    others = people.names_of(queries.present(of, but=current_person().account_id))
    changed = request.form.get("version", "") not in ("", str(of.version))
    return render_template(
        "contacts/_presence.html", ticket=of, others=sorted(others.values()), is_changed=changed, is_fresh=True
    )


@bp.post("/<uuid:ticket_id>/leave")
@requires(Permission.TICKET_WRITE)
@repeatable("going away twice is being away; sent by a page that closes")
def leave(ticket_id: uuid.UUID) -> ResponseReturnValue:
    """Say that one closed the page."""
    actions.be_gone(actor=actor(), ticket=queries.ticket(ticket_id))
    return "", 204


def render_page(head: queries.Head, refused: ChangeForm | None = None, status: int = 200) -> tuple[str, int]:
    """The page of a ticket, with a refused form as it was typed among fresh ones."""
    of = head.ticket
    links = queries.links_of(of)
    merged = [link.ticket_id for link in links if link.kind == "merged" and link.is_target]
    lines = queries.timeline(of, with_merged=merged)
    spoken = queries.spoken(of, with_merged=merged)
    departments = queries_lists.department_names(departments_in(of, lines))
    names = people.names_of({line.account_id for line in lines} | {of.opened_by_id})
    seen = refused.seen_moment() if refused is not None and status == 409 else None
    words = [line.writing for line in reversed(lines) if line.writing]
    page = render_template(
        "contacts/ticket.html",
        ticket=of,
        municipality=head.municipality,
        topic=head.topic,
        party=head.party,
        questions=[writing for writing in words if writing.kind == "question"],
        answers=[writing for writing in words if writing.kind in ("answer", "told")],
        entries=entries(lines, names, departments),
        changes=entries([line for line in lines if line.at > seen], names, departments) if seen else [],
        is_stale=seen is not None,
        spoken=spoken,
        links=links,
        just=request.args.get("just", ""),
        merged_away=next((link for link in links if link.kind == "merged" and not link.is_target), None),
        names=names,
        departments=[departments[number] for number in of.department_ids if number in departments],
        due=due_words(of.due_at, of.status, now()),
        status_words=STATUS_WORDS,
        status_kinds=STATUS_KINDS,
        channel_words=CHANNEL_WORDS,
        kind_words=KIND_WORDS,
        citizen_kinds=CITIZEN_KINDS,
        format_phone=format_phone,
        priority_word=PRIORITIES[Priority(of.priority)],
        panels=panels.places("ticket", current_person(), ticket_id=of.id),
        forms=fresh_forms(of, refused),
        may=possible(of, current_person().may(Permission.TICKET_WRITE)),
        refused=refused,
    )
    return page, status


def departments_in(of: Ticket, lines: list[queries.Line]) -> set[int]:
    """The departments that a ticket's page names: those involved, and those on its timeline."""
    named = {line.event.detail.get("department_id") for line in lines if line.event}
    passed = {number for line in lines if line.event for number, _reason in line.event.detail.get("passed", ())}
    return {number for number in named if isinstance(number, int)} | passed | set(of.department_ids)


def fresh_forms(of: Ticket, refused: ChangeForm | None) -> dict[str, ChangeForm]:
    """A form for each act, showing this version of the ticket; the refused one keeps what was typed."""
    forms: dict[str, ChangeForm] = {}
    for kind in FORMS:
        form = refused if type(refused) is kind else kind(formdata=None)
        assert form is not None
        form.shows(of)
        if isinstance(form, PriorityForm) and form is not refused:
            form.priority.data = of.priority
        forms[kind.__name__.removesuffix("Form").lower()] = form
    return forms


def possible(of: Ticket, may_write: bool) -> dict[str, bool]:
    """Which acts this ticket allows now; the actions themselves decide again."""
    here = may_write and of.merged_into_id is None
    return {
        "write": here,
        "answer": here and of.status in (Status.OPEN, Status.WAITING_FOR_CITIZEN),
        "close": here and of.status == Status.ANSWERED and rules.may_move(of.status, Status.CLOSED),
        "reopen": here and of.status in rules.REOPENED_FROM,
        "undo": may_write,
    }


def place_from(word: str | None) -> Place | None:
    """Where a page begins, from the word in its URL; a broken one means the beginning."""
    values = unpack(word)
    if values is None or len(values) != 2:
        return None
    try:
        at = None if values[0] == "None" else datetime.fromisoformat(values[0])
        place = Place(at, uuid.UUID(values[1]))
    except ValueError:
        return None
    return place if at is None or at.tzinfo else None
