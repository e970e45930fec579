"""The roster: who works when in a week, by hand, from last week or from a file; and who is expected but not here."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.routing import actions_roster as actions
from kcc.routing import queries_presence
from kcc.routing import queries_roster as queries
from kcc.routing.forms_roster import CHANNELS, PlainRosterForm, RosterFileForm, ShiftForm
from kcc.routing.rules_roster import Shift, expected, monday_of
from kcc.web import panels
from kcc.web.filters import ZONE
from kcc.web.fragments import render
from kcc.web.guards import requires, takes_files
from kcc.web.navigation import add_setup_entry
from kcc.web.person import actor

roster_bp = Blueprint("roster", __name__, url_prefix="/roster")
add_setup_entry(
    "roster.week",
    _l("Rooster"),
    _l("Wie wanneer werkt, met de hand of uit een bestand."),
    Permission.ROUTING_SUPERVISE,
    place=60,
)
panels.register("supervise", "roster.missed", _l("Verwacht, maar er niet"), Permission.ROUTING_SUPERVISE)
LARGEST_FILE = 1_000_000
FIRST_HALF, LAST_HALF = 14, 44
"""What the table of expected people shows: from seven in the morning to ten at night."""


@roster_bp.get("/")
@requires(Permission.ROUTING_SUPERVISE)
def week() -> ResponseReturnValue:
    """A week: a row for each agent, a column for each day."""
    return _page(_monday())


@roster_bp.post("/shifts")
@requires(Permission.ROUTING_SUPERVISE)
def add_shift() -> ResponseReturnValue:
    """Put a shift in the roster."""
    form = ShiftForm()
    form.account_id.choices = [(who, name) for who, name, _email in queries.agents()]
    monday = monday_of(form.on_day.data or _today())
    if not form.validate_on_submit():
        return _page(monday, form, status=422)
    shift = Shift(
        form.on_day.data, form.starts.data, form.ends.data, tuple(form.channels.data or ()), form.note.data or ""
    )  # fmt: skip
    try:
        actions.add_shift(actor=actor(), centre_id=_centre(), account_id=form.account_id.data, shift=shift)
    except InvalidInput as fault:
        form.refuse(fault)
        return _page(monday, form, status=422)
    flash(_("De dienst staat in het rooster."), "success")
    return redirect(url_for("roster.week", week=monday), 303)


@roster_bp.post("/shifts/<uuid:shift_id>/remove")
@requires(Permission.ROUTING_SUPERVISE)
def remove_shift(shift_id: uuid.UUID) -> ResponseReturnValue:
    """Take a shift out."""
    day = actions.remove_shift(actor=actor(), shift_id=shift_id)
    flash(_("De dienst is weggehaald."), "success")
    return redirect(url_for("roster.week", week=monday_of(day)), 303)


@roster_bp.post("/copy")
@requires(Permission.ROUTING_SUPERVISE)
def copy_week() -> ResponseReturnValue:
    """Lay last week's shifts in the shown week, beside what stands there."""
    monday = _monday(request.form.get("week"))
    done = actions.copy_week(actor=actor(), centre_id=_centre(), monday=monday)
    flash(ngettext("%(num)d dienst overgenomen.", "%(num)d diensten overgenomen.", done), "success")
    return redirect(url_for("roster.week", week=monday), 303)


@roster_bp.route("/import", methods=["GET", "POST"])
@requires(Permission.ROUTING_SUPERVISE)
@takes_files(LARGEST_FILE)
def import_roster() -> ResponseReturnValue:
    """Shifts from a file: tried first, then taken over."""
    form = RosterFileForm()
    values = {"columns": actions.COLUMNS, "result": None}
    if request.method == "GET":
        return render_template("routing/roster_file.html", form=form, **values)
    sent = request.files.get("file")
    dry_run = request.form.get("do") != "import"
    try:
        if not form.validate_on_submit() or sent is None or not sent.filename:
            raise InvalidInput("Kies een bestand.", field="file")
        values["result"] = actions.import_roster(
            actor=actor(), centre_id=_centre(), data=sent.read(), dry_run=dry_run
        )  # fmt: skip
    except InvalidInput as fault:
        form.refuse(fault)
        line = fault.details.get("line")
        return render_template("routing/roster_file.html", form=form, line=line, **values), 422
    return render_template("routing/roster_file.html", form=RosterFileForm(formdata=None), dry_run=dry_run, **values)


@roster_bp.get("/missed")
@requires(Permission.ROUTING_SUPERVISE)
def missed() -> ResponseReturnValue:
    """Who ought to be at work by the roster and is not."""
    centre = queries_presence.centre_of_scope()
    found = queries.missed(centre, now(), str(ZONE)) if centre is not None else []
    return render("routing/roster_missed.html", "routing/_roster_missed.html", missed=found)


def _page(monday: date, form: ShiftForm | None = None, status: int = 200) -> ResponseReturnValue:
    agents = queries.agents()
    if form is None:
        form = ShiftForm(
            formdata=None, on_day=max(monday, _today()) if monday <= _today() + timedelta(days=6) else monday
        )
        form.account_id.choices = [(who, name) for who, name, _email in agents]
    shifts = queries.week(_centre(), monday)
    days = [monday + timedelta(days=number) for number in range(7)]
    by_agent: dict[tuple[uuid.UUID, date], list[object]] = {}
    for row in shifts:
        by_agent.setdefault((row.account_id, row.on_day), []).append(row)
    plain = [queries.as_shift(row) for row in shifts]
    return render_template(
        "routing/roster.html", monday=monday, days=days, agents=agents, shifts=by_agent, form=form, today=_today(),
        names={day: format_date(day, "EEE d MMM") for day in days}, channels=dict(CHANNELS), plain=lambda: PlainRosterForm(formdata=None), halves=range(FIRST_HALF, LAST_HALF, 2),
        expected={day: expected(plain, day) for day in days}, printed_at=now(),
        earlier=monday - timedelta(days=7), later=monday + timedelta(days=7),
    ), status  # fmt: skip


def _centre() -> int:
    centre = queries_presence.centre_of_scope()
    if centre is None:
        abort(404)
    return centre


def _today() -> date:
    return now().astimezone(ZONE).date()


def _monday(text: str | None = None) -> date:
    """The Monday that was asked for, or this week's for anything else."""
    try:
        asked = date.fromisoformat(text or request.args.get("week", ""))
        return monday_of(asked) if 2000 < asked.year < 2200 else monday_of(_today())
    except ValueError:
        return monday_of(_today())
