"""A supervisor's view of the queue: who is there, who has what, and giving work by hand, with a reason and a trace."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, KCCError
from kcc.core.permissions import Permission
from kcc.routing import actions_offers as offers
from kcc.routing import queries, views_words
from kcc.routing import queries_presence as people
from kcc.routing.forms import AssignForm, TakeBackForm
from kcc.routing.views import bp
from kcc.web import panels
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_entry
from kcc.web.person import actor, current_person

add_entry("routing.supervise", _l("Verdelen"), Permission.ROUTING_SUPERVISE, place=16)
MOST = 100


@bp.get("/supervise")
@requires(Permission.ROUTING_SUPERVISE)
def supervise() -> ResponseReturnValue:
    """Who is at work with what, and what waits."""
    return _page()


@bp.get("/supervise/list")
@requires(Permission.ROUTING_SUPERVISE)
def supervise_list() -> ResponseReturnValue:
    """The same as a part, fetched again when something changes."""
    return render_template("routing/_supervise.html", **_values())


@bp.post("/<uuid:item_id>/assign")
@requires(Permission.ROUTING_SUPERVISE)
def assign(item_id: uuid.UUID) -> ResponseReturnValue:
    """Give an item to an agent."""
    form = AssignForm()
    form.account_id.choices = [(each.account_id, each.name) for each in people.at_work()]
    if not form.validate_on_submit():
        return _page(422, faulty={item_id: form})
    return _done(
        lambda: offers.assign(actor=actor(), item_id=item_id, account_id=form.account_id.data, reason=form.reason.data),
        _("Toegewezen."),
    )


@bp.post("/<uuid:item_id>/take-back")
@requires(Permission.ROUTING_SUPERVISE)
def take_back(item_id: uuid.UUID) -> ResponseReturnValue:
    """Put an item that somebody has back in the queue."""
    form = TakeBackForm()
    if not form.validate_on_submit():
        return _page(422, faulty={item_id: form})
    return _done(
        lambda: offers.take_back(actor=actor(), item_id=item_id, reason=form.reason.data), _("Terug in de wachtrij.")
    )


def _done(act: Callable[[], object], words: str) -> ResponseReturnValue:
    try:
        act()
        flash(words, "success")
    except (InvalidInput, InvalidState) as fault:
        _undo(fault)
    return redirect(url_for("routing.supervise"), 303)


def _undo(fault: KCCError) -> None:
    db.session.rollback()
    flash(_(fault.message), "warning")


def _page(status: int = 200, faulty: dict[uuid.UUID, BaseForm] | None = None) -> ResponseReturnValue:
    beside = panels.places("supervise", current_person())
    return render_template("routing/supervise.html", panels=beside, **_values(faulty)), status


def _values(faulty: dict[uuid.UUID, BaseForm] | None = None) -> dict[str, object]:
    """What the page shows; ``faulty`` are forms that were refused, by item: they keep what was chosen and say what is wrong."""
    team = people.at_work()
    form = AssignForm(formdata=None)
    form.account_id.choices = [(each.account_id, each.name) for each in team]
    lines = queries.waiting(MOST)
    return {
        "waiting": [line for line in lines if line.item.state == "waiting"],
        "held": {each.account_id: [line for line in lines if line.item.account_id == each.account_id] for each in team},
        "ringing": {line.item.offered_to: line for line in lines if line.item.offered_to},
        "team": team, "form": form, "take_back_form": TakeBackForm(formdata=None), "words": views_words, "at": now(), "faulty": faulty or {},
    }  # fmt: skip
