"""The colleague finder: who works where, are they there now, and who stands in for them."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.people import queries, views_words
from kcc.people.forms import ColleagueForm
from kcc.web.filters import ZONE
from kcc.web.fragments import render
from kcc.web.guards import reads, requires
from kcc.web.navigation import add_entry

colleagues_bp = Blueprint("colleagues", __name__, url_prefix="/colleagues")
add_entry("colleagues.find", _l("Collega's"), Permission.KNOWLEDGE_READ, place=80)


@colleagues_bp.route("/", methods=["GET", "POST"])
@requires(Permission.KNOWLEDGE_READ)
@reads
def find() -> ResponseReturnValue:
    """Search by name or department; by POST, so that no name stands in an address."""
    form = ColleagueForm()
    towns = municipalities.visible_municipalities()
    form.municipality_id.choices = [("", _("Alle gemeenten")), *((str(town.id), town.name) for town in towns)]
    if request.method == "POST" and not form.validate_on_submit():
        return render("people/colleagues.html", "people/_colleagues.html", 422, form=form, found=None, towns={})
    chosen = form.municipality_id.data if request.method == "POST" else ""
    found = queries.colleagues(form.text.data or "", int(chosen) if chosen else None)
    return render(
        "people/colleagues.html",
        "people/_colleagues.html",
        form=form,
        found=found,
        towns={town.id: town for town in towns},
        most=queries.MOST_COLLEAGUES,
        at=now(),
        today=now().astimezone(ZONE).date(),
        people_words=views_words,
    )
