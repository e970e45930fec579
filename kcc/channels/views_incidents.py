"""Running incidents: started, changed and ended by supervisors and editors; shown to every agent as they are now."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import queries_incidents
from kcc.channels.forms_incidents import IncidentForm, IncidentTextForm
from kcc.channels.views_blueprint import bp
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import actions_incidents, queries
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.person import actor

add_entry("channels.incidents", _l("Storingen"), Permission.INCIDENT_MANAGE, place=55)


@bp.get("/incidents/")
@requires(Permission.INCIDENT_MANAGE)
def incidents() -> ResponseReturnValue:
    """What runs now, with how many contacts were logged on it, and what ended lately."""
    return _page(_filled(IncidentForm(formdata=None)))


@bp.post("/incidents/start")
@requires(Permission.INCIDENT_MANAGE)
def start_incident() -> ResponseReturnValue:
    """Start one, in several towns at once when they share it."""
    form = _filled(IncidentForm())
    # A town out of sight is as unknown as one that does not exist, whatever else is right or wrong with the form.
    if not set(form.municipalities.data or []) <= {number for number, _name in form.municipalities.choices or []}:
        raise NotFound
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        actions_incidents.start_incident(
            actor=actor(), municipality_ids=form.municipalities.data or [], topic_id=form.topic.data,
            title=form.title.data or "", answer=form.answer.data or "",
        )  # fmt: skip
    except InvalidInput as fault:
        db.session.rollback()
        form.refuse(fault)
        return _page(form, 422)
    flash(_("De storing staat nu bij elke medewerker."), "success")
    return redirect(url_for("channels.incidents"), 303)


@bp.route("/incidents/<int:incident_id>", methods=["GET", "POST"])
@requires(Permission.INCIDENT_MANAGE)
def edit_incident(incident_id: int) -> ResponseReturnValue:
    """Change the text of one that runs."""
    found = next((each for each in queries_incidents.incidents(running=True) if each.incident.id == incident_id), None)
    if found is None:
        raise NotFound
    form = IncidentTextForm(obj=found.incident)
    if form.validate_on_submit():
        actions_incidents.edit_incident(
            actor=actor(), incident_id=incident_id, title=form.title.data or "", answer=form.answer.data or ""
        )
        flash(_("De tekst is aangepast en staat nu bij elke medewerker."), "success")
        return redirect(url_for("channels.incidents"), 303)
    return render_template("channels/incident_edit.html", form=form, found=found), 422 if form.is_submitted() else 200


@bp.post("/incidents/<int:incident_id>/end")
@requires(Permission.INCIDENT_MANAGE)
def end_incident(incident_id: int) -> ResponseReturnValue:
    """It is over."""
    try:
        actions_incidents.end_incident(actor=actor(), incident_id=incident_id)
        flash(_("De storing is beëindigd."), "success")
    except InvalidState as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("channels.incidents"), 303)


@bp.get("/incidents/now")
@requires(Permission.DESK_USE)
def running_incidents() -> ResponseReturnValue:
    """What every agent has in sight: the incidents of their towns, as they are now."""
    return render_template("channels/_running_incidents.html", running=queries_incidents.incidents(running=True))


def _filled(form: IncidentForm) -> IncidentForm:
    towns = queries.visible_municipalities()
    form.municipalities.choices = [(town.id, town.name) for town in towns]
    form.topic.choices = sorted(queries.offered_topics().items(), key=lambda pair: pair[1])
    return form


def _page(form: IncidentForm, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "channels/incidents.html",
        form=form,
        button_form=BaseForm(formdata=None),
        running=queries_incidents.incidents(running=True),
        ended=queries_incidents.incidents(running=False),
    )
    return page, status
