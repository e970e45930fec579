"""The agents' queue: what waits, oldest first."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidState, NotAllowed
from kcc.core.permissions import Permission
from kcc.routing import actions, openers, queries, views_words
from kcc.routing.views_roster import roster_bp as roster_bp
from kcc.routing.views_tuning import tuning as tuning
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.paging import pack, unpack
from kcc.web.person import actor

bp = Blueprint("routing", __name__, url_prefix="/queue")
add_entry("routing.queue", _l("Wachtrij"), Permission.DESK_USE, place=15)

openers.open_tickets_with(lambda ticket_id: url_for("contacts.ticket", ticket_id=ticket_id))

PAGE_SIZE = 50


@bp.get("/")
@requires(Permission.DESK_USE)
def queue() -> ResponseReturnValue:
    """What waits for an agent, why it came back, and who took it on."""
    return render_template("routing/queue.html", **_values())


@bp.get("/list")
@requires(Permission.DESK_USE)
def queue_list() -> ResponseReturnValue:
    """The list as a part, fetched again when it changes."""
    return render_template("routing/_queue.html", **_values())


@bp.post("/<uuid:item_id>/claim")
@requires(Permission.DESK_USE)
def claim(item_id: uuid.UUID) -> ResponseReturnValue:
    """Take an item on and open its ticket; who comes second is told by whom."""
    try:
        item = actions.claim(actor=actor(), item_id=item_id)
    except InvalidState as fault:
        name = queries.taker(item_id)
        flash(_("%(name)s was u voor: deze vraag is al opgepakt.", name=name) if name else _(fault.message), "warning")
        return redirect(url_for("routing.queue"), 303)
    return redirect(openers.open_item(actor=actor(), item=item), 303)


@bp.post("/<uuid:item_id>/give-back")
@requires(Permission.DESK_USE)
def give_back(item_id: uuid.UUID) -> ResponseReturnValue:
    """Put an item back for colleagues."""
    return _done(lambda: actions.give_back(actor=actor(), item_id=item_id), _("Terug in de wachtrij."))


@bp.post("/<uuid:item_id>/done")
@requires(Permission.DESK_USE)
def done(item_id: uuid.UUID) -> ResponseReturnValue:
    """Take an item off the queue."""
    return _done(lambda: actions.done(actor=actor(), item_id=item_id), _("Van de wachtrij af."))


def _done(act, words: str) -> ResponseReturnValue:  # type: ignore[no-untyped-def]
    try:
        act()
        flash(words, "success")
    except (InvalidState, NotAllowed) as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("routing.queue"), 303)


def escalate_url(ticket_id: uuid.UUID) -> str | None:
    """Where a ticket is handed to a department again, when a room above does that."""
    endpoint = "backoffice.ask_escalate"
    return url_for(endpoint, ticket_id=ticket_id) if endpoint in current_app.view_functions else None


def _values() -> dict[str, object]:
    lines = queries.waiting(PAGE_SIZE + 1, after=_place(request.args.get("after")))
    shown = lines[:PAGE_SIZE]
    last = shown[-1] if len(lines) > PAGE_SIZE else None
    me = actor().account_id
    return {
        "lines": shown,
        "form": BaseForm(formdata=None),
        "me": me,
        "mine": [line for line in shown if line.item.account_id == me],
        "ringing": [line for line in shown if line.item.offered_to == me],
        "others": [line for line in shown if line.item.account_id != me and line.item.offered_to != me],
        "escalate_url": escalate_url,
        "after": request.args.get("after"),
        "next_url": url_for("routing.queue", after=pack(*last.place)) if last else None,
        "words": views_words,
        "at": now(),
    }


def _place(word: str | None) -> tuple[int, datetime, uuid.UUID] | None:
    values = unpack(word)
    if values is None or len(values) != 3:
        return None
    try:
        at = datetime.fromisoformat(values[1])
        return (int(values[0]), at, uuid.UUID(values[2])) if at.tzinfo and len(values[0]) == 1 else None
    except ValueError:
        return None


from kcc.routing import views_health, views_presence, views_supervise, views_why  # noqa: E402, F401 - routes and a check
