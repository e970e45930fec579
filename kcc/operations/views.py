"""The health of the installation, the supervisor's daily round, and figures for monitoring."""

from __future__ import annotations

import hmac
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.errors import NotAllowed
from kcc.core.findings import Level, findings
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.operations import actions, metrics, queries, queries_round
from kcc.operations.forms import LookForm
from kcc.operations.views_words import LEVELS, POINTS
from kcc.web.forms import BaseForm
from kcc.web.guards import public, requires
from kcc.web.navigation import add_entry
from kcc.web.person import actor, current_person

bp = Blueprint("operations", __name__, url_prefix="/operations")
add_entry("operations.day", _l("Dagronde"), Permission.HEALTH_SEE, place=85)
PLACES: dict[str, tuple[str, Permission]] = {
    "overdue_questions": ("contacts.tickets", Permission.TICKET_READ),
    "waiting_long": ("routing.queue", Permission.DESK_USE),
    "old_reports": ("knowledge_editing.inbox", Permission.KNOWLEDGE_EDIT),
    "dead_jobs": ("jobs.overview", Permission.JOB_SEE),
    "health": ("operations.health", Permission.HEALTH_SEE),
}
"""Where a point of the round is worked on; linked for those who may go there."""


@bp.get("/")
@requires(Permission.HEALTH_SEE)
def day() -> ResponseReturnValue:
    """What must be looked at today, ticked or not."""
    return _day_page()


def _day_page(refused: tuple[str, LookForm] | None = None) -> str:
    towns = _towns()
    today = _today(towns)
    numbers = queries_round.amounts(towns[0].centre_id, [town.id for town in towns], now())
    looked = {check.point: (check, name) for check, name in queries.checked(today)}
    week = queries.days_checked(actions.POINTS, today - timedelta(days=6))
    return render_template(
        "operations/day.html",
        points=[
            (point, *POINTS[point], numbers.get(point), looked.get(point), _place(point)) for point in actions.POINTS
        ],
        week=[(today - timedelta(days=back), week.get(today - timedelta(days=back), 0)) for back in range(6, -1, -1)],
        most=len(actions.POINTS),
        today=today,
        form=lambda point: refused[1] if refused and refused[0] == point else LookForm(formdata=None),
        back_form=lambda: BaseForm(formdata=None),
        me=actor().account_id,
    )


@bp.get("/health")
@requires(Permission.HEALTH_SEE)
def health() -> ResponseReturnValue:
    """Whether each part of the installation is well, the worst first, and what to do about it."""
    found = findings(now(), _("kon niet worden nagekeken"))
    return render_template(
        "operations/health.html",
        findings=[(finding, *LEVELS[finding.level]) for finding in found],
        good=all(finding.level is Level.GOOD for finding in found),
    )


@bp.post("/<point>/look")
@requires(Permission.HEALTH_SEE)
def look(point: str) -> ResponseReturnValue:
    """Tick a point of today's round."""
    if point not in POINTS:
        abort(404)
    form = LookForm()
    if not form.validate():
        return _day_page((point, form)), 422
    towns = _towns()
    actions.look(
        actor=actor(), centre_id=towns[0].centre_id, on_day=_today(towns), point=point, note=form.note.data or ""
    )
    return redirect(url_for("operations.day"), 303)


@bp.post("/<point>/take-back")
@requires(Permission.HEALTH_SEE)
def take_back(point: str) -> ResponseReturnValue:
    """Take one's own tick back."""
    if point not in POINTS:
        abort(404)
    towns = _towns()
    try:
        actions.take_back(actor=actor(), centre_id=towns[0].centre_id, on_day=_today(towns), point=point)
    except NotAllowed as fault:
        flash(_(fault.message), "warning")
    return redirect(url_for("operations.day"), 303)


@bp.get("/metrics")
@public("for a monitoring system that knows the token; totals of the machine only, of no municipality")
def show_metrics() -> ResponseReturnValue:
    """Figures in the text format of Prometheus, for who sends KCC_METRICS_TOKEN as bearer; without it this page is not there."""
    token = current_app.config["SETTINGS"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    return Response(metrics.text(queries.job_totals(), queries.last_backup(), now()), mimetype=metrics.MEDIA_TYPE)


def _towns() -> list[Municipality]:
    """The towns of one centre: the day is that of a centre."""
    visible = municipalities.visible_municipalities()
    if not visible:
        abort(404)
    first = visible[0].centre_id
    return [town for town in visible if town.centre_id == first]


def _today(towns: list[Municipality]) -> date:
    return now().astimezone(ZoneInfo(towns[0].zone)).date()


def _place(point: str) -> str | None:
    endpoint, permission = PLACES.get(point, ("", Permission.ACCOUNT_SELF))
    return url_for(endpoint) if endpoint and current_person().may(permission) else None
