"""What the lists of the country tell: which town a postcode is of on a day, and which town comes after ours."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core.clock import now
from kcc.core.errors import InvalidState
from kcc.core.permissions import Permission
from kcc.imports.forms import PostcodeForm
from kcc.imports.views_blueprint import bp
from kcc.municipalities import actions_national, queries_national
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.person import actor

ZONE = ZoneInfo("Europe/Amsterdam")
AHEAD = timedelta(days=730)
"""Mergers are decided years before they come."""
POSTCODE = re.compile(r"\s*([1-9][0-9]{3})\s*(?:[A-Za-z]{2})?\s*")


@bp.get("/postcode")
@requires(Permission.SETUP_MANAGE)
def postcode() -> ResponseReturnValue:
    """Which town a postcode is of on a day."""
    today = now().astimezone(ZONE).date()
    asked = "postcode" in request.args
    form = PostcodeForm(request.args if asked else None, meta={"csrf": False}, on=today)
    found, status = None, 200
    if asked:
        valid = form.validate()
        typed = POSTCODE.fullmatch(form.postcode.data or "")
        if valid and typed is None:
            form.postcode.errors = [_("Een postcode begint met vier cijfers, bijvoorbeeld 3231.")]
        if valid and typed is not None:
            found = queries_national.place_on_day(typed[1], form.on.data or today)
        else:
            status = 422
    on = form.on.data or today
    return render_template(
        "imports/postcode.html", form=form, asked=asked and status == 200, found=found, on=on
    ), status


@bp.get("/successors")
@requires(Permission.SETUP_MANAGE)
def successors() -> ResponseReturnValue:
    """Towns of ours that by the list have or get a successor."""
    until = now().astimezone(ZONE).date() + AHEAD
    return render_template(
        "imports/successors.html",
        proposals=queries_national.proposals(until),
        form=lambda: BaseForm(formdata=None),
    )


@bp.post("/successors/<int:municipality_id>/<code>")
@requires(Permission.SETUP_MANAGE)
def apply_successor(municipality_id: int, code: str) -> ResponseReturnValue:
    """Take over that this successor is right; nothing moves yet."""
    until = now().astimezone(ZONE).date() + AHEAD
    try:
        actions_national.apply_successor(
            actor=actor(), municipality_id=municipality_id, successor_code=code, until=until
        )
        flash(_("Overgenomen. De samenvoeging kan nu worden voorbereid."), "success")
    except InvalidState as fault:
        flash(_(fault.message), "warning")
    return redirect(url_for("imports.successors"), 303)
