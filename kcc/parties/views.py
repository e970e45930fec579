"""One citizen of one municipality on a page of its own, for agents; opening it leaves evidence."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.parties import evidence, queries
from kcc.parties.rules import format_phone
from kcc.web import panels
from kcc.web.guards import requires
from kcc.web.person import actor, current_person

bp = Blueprint("parties", __name__, url_prefix="/parties")


@bp.app_template_filter("phone")
def phone(number: str | None) -> str:
    """A number as people here write it; one that is kept as it was typed stays so."""
    return format_phone(number) if number and number.startswith("+") else number or ""


@bp.get("/<int:municipality_id>/<uuid:party_id>")
@requires(Permission.DESK_USE)
def show(municipality_id: int, party_id: uuid.UUID) -> ResponseReturnValue:
    """Who this is, how to reach them; a secret address is not shown, a BSN only masked; other rooms tell the rest."""
    town = municipalities.municipality(municipality_id)
    evidence.record_look(
        actor=actor(), municipality_id=town.id, what="party_open", reason="page", party_id=party_id, found=1
    )
    return render_template(
        "parties/show.html",
        town=town,
        party=queries.card(town.id, party_id),
        panels=panels.places("party", current_person(), municipality_id=town.id, party_id=party_id),
    )
