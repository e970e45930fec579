"""The index of the set-up, and the towns of the centre."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.setup import (
    views_changes,
    views_check,
    views_hours,
    views_people,
    views_person,
    views_rights,
    views_rows,
    views_topics,
    views_town,
)
from kcc.setup.views_blueprint import bp
from kcc.web.guards import requires
from kcc.web.navigation import add_entry, add_setup_entry, setup_entries_for
from kcc.web.person import current_person

__all__ = [
    "bp",
    "views_changes",
    "views_check",
    "views_hours",
    "views_people",
    "views_person",
    "views_rights",
    "views_rows",
    "views_topics",
    "views_town",
]

add_entry("setup.index", _l("Inrichting"), Permission.SETUP_MANAGE, place=80)
add_setup_entry(
    "setup.towns", _l("Gemeenten"), _l("Een gemeente toevoegen, aanpassen, en zien wat er is gewijzigd."),
    Permission.SETUP_MANAGE, place=10,
)  # fmt: skip


@bp.get("/")
@requires(Permission.SETUP_MANAGE)
def index() -> ResponseReturnValue:
    """All there is to set up, for this person, and what of it asks for attention."""
    at = now()
    entries = [
        (entry, url_for(entry.endpoint), entry.mark(at) if entry.mark else None)
        for entry in setup_entries_for(current_person())
    ]
    return render_template("setup/index.html", entries=entries)


@bp.get("/towns")
@requires(Permission.SETUP_MANAGE)
def towns() -> ResponseReturnValue:
    """The towns that one sets up."""
    return render_template("setup/towns.html", towns=municipalities.visible_municipalities(gone=True))
