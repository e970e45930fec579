"""The agent's own place in the queue, in the bar of every page: state, what rings, the next piece of work."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Permission
from kcc.routing import actions_offers as offers
from kcc.routing import actions_presence as presence
from kcc.routing import openers, queries, views_words
from kcc.routing import queries_presence as people
from kcc.routing.forms import StateForm
from kcc.routing.rules_presence import AgentMode
from kcc.routing.views import bp
from kcc.web.fragments import render
from kcc.web.guards import repeatable, requires
from kcc.web.person import actor


@bp.get("/state")
@requires(Permission.DESK_USE)
def state() -> ResponseReturnValue:
    """One's own state and what rings: a part for the bar, a page for who has no script."""
    return _bar()


@bp.post("/state")
@requires(Permission.DESK_USE)
def choose() -> ResponseReturnValue:
    """Be available, on a break or offline. Who becomes available gets the caller who waits."""
    form = StateForm()
    chosen, _sep, reason = (form.choice.data or "").partition(":")
    try:
        row = presence.choose(actor=actor(), state=chosen, reason=reason)
        if row.state == AgentMode.AVAILABLE:
            offers.offer_to_me(actor=actor())
    except InvalidInput as fault:
        db.session.rollback()
        form.refuse(fault, "choice")
        return _bar(status=422, fault=_(fault.message))
    return _bar() if request.headers.get("HX-Request") else redirect(_back(), 303)


@bp.post("/beat")
@requires(Permission.DESK_USE)
@repeatable("being there twice is being there")
def beat() -> ResponseReturnValue:
    """The open screen says that it is there."""
    presence.beat(actor=actor())
    return "", 204


@bp.post("/next")
@requires(Permission.DESK_USE)
def ask_next() -> ResponseReturnValue:
    """Take on what should be done now, and go there."""
    try:
        asked = offers.ask_next(actor=actor())
    except InvalidState as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
        return redirect(url_for("routing.queue"), 303)
    if asked.item is None:
        flash(str(views_words.NOTHING_FOR_YOU.get(asked.why_none, views_words.NOTHING_FOR_YOU[""])), "info")
        return redirect(url_for("routing.queue"), 303)
    return redirect(openers.open_item(actor=actor(), item=asked.item), 303)


@bp.post("/<uuid:item_id>/accept")
@requires(Permission.DESK_USE)
def accept(item_id: uuid.UUID) -> ResponseReturnValue:
    """Take what rings, and go there."""
    try:
        item = offers.accept(actor=actor(), item_id=item_id)
    except InvalidState as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
        return redirect(url_for("routing.queue"), 303)
    return redirect(openers.open_item(actor=actor(), item=item), 303)


@bp.post("/<uuid:item_id>/refuse")
@requires(Permission.DESK_USE)
def refuse(item_id: uuid.UUID) -> ResponseReturnValue:
    """Let somebody else take what rings."""
    try:
        offers.refuse(actor=actor(), item_id=item_id)
        flash(_("Doorgegeven aan een collega."), "success")
    except InvalidState as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(_back(), 303)


def _bar(status: int = 200, fault: str = "") -> ResponseReturnValue:
    me = actor().account_id
    assert me is not None
    row = people.state_of(me)
    ringing = queries.ringing(me)
    return render(
        "routing/state.html", "routing/_bar.html", status=status, row=row, state=row.state if row else AgentMode.OFFLINE,
        ringing=ringing, fault=fault, form=StateForm(formdata=None), words=views_words, in_hand=queries.in_hand(me),
    )  # fmt: skip


def _back() -> str:
    """The page on which the button stood, if it is one of ours."""
    page = urlsplit(request.referrer or "")
    here = urlsplit(request.host_url)
    if page.netloc != here.netloc or page.path == url_for("routing.state"):
        return url_for("routing.queue")
    return f"{page.path}?{page.query}" if page.query else page.path
