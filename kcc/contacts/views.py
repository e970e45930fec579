"""The list of tickets, the search in it, and the views that people keep. The pages of one ticket join from beside."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.contacts import actions_views, queries, queries_lists, rules, rules_lists, views_changes, views_party
from kcc.contacts.forms import PRIORITIES, SearchForm, ViewForm
from kcc.contacts.queries_lists import Row
from kcc.contacts.rules_lists import STANDARD_VIEWS, TicketFilter, filter_from
from kcc.contacts.views_ticket import bp, place_from
from kcc.contacts.views_words import CHANNEL_WORDS, STATUS_KINDS, STATUS_WORDS, age_words, due_words
from kcc.core.clock import now
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.people import queries as people
from kcc.web.guards import reads, requires
from kcc.web.navigation import add_entry
from kcc.web.paging import Page, pack, page_of
from kcc.web.person import actor, current_person

__all__ = ["bp", "views_changes", "views_party"]

PAGE = 25
STANDARD_WORDS = {
    "open": _l("Open"),
    "overdue": _l("Te laat"),
    "today": _l("Vandaag"),
    "answered": _l("Beantwoord"),
}
SHOW_WORDS = {
    "open": _l("niet beantwoord"),
    "answered": _l("beantwoord"),
    "closed": _l("gesloten"),
    "all": _l("alle"),
}

add_entry("contacts.tickets", _l("Vragen"), Permission.TICKET_READ, place=30)


@bp.get("/")
@requires(Permission.TICKET_READ)
def tickets() -> ResponseReturnValue:
    """Tickets in sight, as the URL's filter asks."""
    asked = filter_from(request.args)
    towns = {town.id: town for town in municipalities.visible_municipalities(gone=True)}
    topics = queries_lists.topics()
    chosen = [asked.municipality_id] if asked.municipality_id in towns else list(towns)
    rows = queries_lists.tickets(
        asked,
        municipality_ids=chosen,
        topic_ids=_topics_of_group(topics, asked.group_id),
        account_id=current_person().account_id,
        after=place_from(request.args.get("after")),
        most=PAGE + 1,
    )
    page = page_of(rows, PAGE, lambda row: (row.due_at if asked.by_due else row.opened_at, row.id))
    return render_template(
        "contacts/list.html",
        page=page,
        asked=asked,
        view_chips=_view_chips(asked),
        groups=rules_lists.group_ids([(number, group) for number, (_name, group) in topics.items()]),
        search_form=SearchForm(formdata=None),
        view_form=_view_form(asked),
        show_words=SHOW_WORDS,
        priorities=PRIORITIES,
        **_table(page.rows, towns, topics),
    )


@bp.get("/search")
@requires(Permission.TICKET_READ)
def no_search() -> ResponseReturnValue:
    """What was sought stands in no URL, so there is nothing to come back to: the list, then."""
    return redirect(url_for("contacts.tickets"), 303)


@bp.post("/search")
@requires(Permission.TICKET_READ)
@reads
def search() -> ResponseReturnValue:
    """Tickets by words, name or number, newest first; a reference leads straight to its ticket."""
    form = SearchForm()
    if not form.validate_on_submit():
        return render_template(
            "contacts/search.html", form=form, page=Page([]), next_form=None, **_table([], {}, {})
        ), 422
    text = form.q.data or ""
    parts = rules.parse_reference(text)
    known = queries.ticket_by_reference(rules.reference(*parts)) if parts else None
    if known is not None:
        return redirect(url_for("contacts.ticket", ticket_id=known.id), 303)
    rows = queries_lists.found(text, before=place_from(form.after.data), most=PAGE + 1)
    page = Page(rows[:PAGE])
    next_form = None
    if len(rows) > PAGE:
        next_form = SearchForm(formdata=None)
        next_form.q.data, next_form.after.data = text, pack(page.rows[-1].opened_at, page.rows[-1].id)
    is_first = not form.after.data
    form.after.data = ""
    towns = {town.id: town for town in municipalities.visible_municipalities(gone=True)}
    return render_template(
        "contacts/search.html",
        form=form,
        page=page,
        next_form=next_form,
        is_first=is_first,
        **_table(page.rows, towns, queries_lists.topics()),
    )


@bp.get("/views")
@requires(Permission.TICKET_READ)
def views() -> ResponseReturnValue:
    """One's own views, to rename or throw away."""
    return _views_page()


@bp.post("/views")
@requires(Permission.TICKET_WRITE)
def save_view() -> ResponseReturnValue:
    """Keep the filter of the list under a name."""
    form = ViewForm()
    asked = filter_from(dict(parse_qsl((form.filter.data or "")[:500])))
    if form.validate_on_submit():
        try:
            actions_views.save_view(actor=actor(), name=form.name.data or "", asked=asked)
            flash(_("De weergave is bewaard."), "success")
            return redirect(_url(asked), 303)
        except InvalidInput as fault:
            form.refuse(fault, "name")
    return _views_page(form, 422)


@bp.post("/views/<uuid:view_id>")
@requires(Permission.TICKET_WRITE)
def change_view(view_id: uuid.UUID) -> ResponseReturnValue:
    """Rename one's own view, or throw it away when that button was pressed."""
    form = ViewForm()
    if request.form.get("do") == "delete":
        actions_views.delete_view(actor=actor(), view_id=view_id)
        flash(_("De weergave is verwijderd."), "success")
        return redirect(url_for("contacts.views"), 303)
    if form.validate_on_submit():
        try:
            actions_views.rename_view(actor=actor(), view_id=view_id, name=form.name.data or "")
            flash(_("De weergave heeft een andere naam."), "success")
            return redirect(url_for("contacts.views"), 303)
        except InvalidInput as fault:
            form.refuse(fault, "name")
    return _views_page(form, 422, view_id)


def _topics_of_group(topics: dict[int, tuple[str, str]], group_id: int | None) -> list[int] | None:
    if group_id not in topics:
        return None
    group = topics[group_id][1]
    return [number for number, (_name, other) in topics.items() if other == group]


def _table(rows: Sequence[Row], towns: dict[int, Any], topics: dict[int, tuple[str, str]]) -> dict[str, Any]:
    """What the table of tickets needs: one question for the words, one for names, one for departments."""
    at = now()
    return {
        "towns": towns,
        "topics": topics,
        "words": queries_lists.first_words(rows),
        "names": people.names_of({row.opened_by_id for row in rows if not row.department_ids}),
        "departments": queries_lists.department_names({number for row in rows for number in row.department_ids}),
        "dues": {row.id: due_words(row.due_at, row.status, at) for row in rows},
        "ages": {row.id: age_words(row.opened_at, at) for row in rows},
        "status_words": {status: str(word) for status, word in STATUS_WORDS.items()},
        "status_kinds": STATUS_KINDS,
        "channel_words": {channel: str(word) for channel, word in CHANNEL_WORDS.items()},
    }


def _view_chips(asked: TicketFilter) -> list[dict[str, Any]]:
    standard = [(str(STANDARD_WORDS[name]), view.query()) for name, view in STANDARD_VIEWS.items()]
    own = [(view.name, filter_from(dict(parse_qsl(view.query))).query()) for view in queries_lists.saved_views()]
    here = asked.query()
    return [
        {"label": label, "url": _url(filter_from(query)), "active": query == here} for label, query in standard + own
    ]


def _url(asked: TicketFilter) -> str:
    values: dict[str, Any] = {**asked.query()}
    return url_for("contacts.tickets", **values)


def _view_form(asked: TicketFilter) -> ViewForm:
    form = ViewForm(formdata=None)
    form.filter.data = "&".join(f"{name}={value}" for name, value in asked.query().items())
    return form


def _views_page(
    refused: ViewForm | None = None, status: int = 200, view_id: uuid.UUID | None = None
) -> tuple[str, int]:
    rows = []
    for view in queries_lists.saved_views():
        is_refused = refused is not None and view.id == view_id
        form = refused if refused is not None and is_refused else ViewForm(formdata=None)
        form.name.id = f"name-{view.id}"
        form.name.label.field_id = form.name.id
        if not is_refused:
            form.name.data = view.name
        rows.append((view, form, _url(filter_from(dict(parse_qsl(view.query))))))
    new = refused if view_id is None else None
    return render_template("contacts/views.html", views=rows, refused=refused, new=new), status
