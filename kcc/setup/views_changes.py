"""What was changed of how a town is set up, what is still to come, and putting it back."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import actions_history as history
from kcc.municipalities import queries as municipalities
from kcc.municipalities import queries_history as queries
from kcc.people import queries as people
from kcc.setup import views_words as words
from kcc.setup.views_blueprint import bp
from kcc.setup.views_steps import step_page
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.paging import page_of, unpack
from kcc.web.person import actor

PAGE_SIZE = 25


@bp.get("/towns/<int:municipality_id>/changes")
@requires(Permission.SETUP_MANAGE)
def changes(municipality_id: int) -> ResponseReturnValue:
    """The history of a town's set-up, the newest first; with ``kind`` of one kind of thing."""
    town = municipalities.municipality(municipality_id)
    kind = request.args.get("kind", "")
    if kind and kind not in words.KINDS:
        abort(404)
    rows = queries.changes_of(town.id, kind or None, PAGE_SIZE + 1, _place(request.args.get("after")))
    page = page_of(rows, PAGE_SIZE, lambda made: (made.made_at, made.id))
    names = people.names_of({who for made in page.rows for who in (made.account_id, made.cancelled_by_id)})
    known = words.Names.of(town.id, page.rows)
    return step_page(
        "setup/changes.html", town, None, in_history=True, kind=kind, kinds=words.KINDS, page=page, names=names,
        lines={made.id: words.lines(made, known) for made in page.rows}, titles={m.id: words.title(m, known) for m in page.rows},
        form=lambda: BaseForm(formdata=None),
    )  # fmt: skip


@bp.post("/towns/<int:municipality_id>/changes/<uuid:change_id>/cancel")
@requires(Permission.SETUP_MANAGE)
def cancel_change(municipality_id: int, change_id: uuid.UUID) -> ResponseReturnValue:
    """Call off what is still to come."""
    queries.change_of(municipality_id, change_id)
    try:
        history.cancel(actor=actor(), change_id=change_id)
    except InvalidState as fault:
        return _told(municipality_id, fault)
    flash(_("De wijziging gaat niet door."), "success")
    return _back(municipality_id)


@bp.post("/towns/<int:municipality_id>/changes/<uuid:change_id>/put-back")
@requires(Permission.SETUP_MANAGE)
def put_back_change(municipality_id: int, change_id: uuid.UUID) -> ResponseReturnValue:
    """Make it again as it was before."""
    queries.change_of(municipality_id, change_id)
    try:
        history.put_back(actor=actor(), change_id=change_id)
    except (InvalidState, InvalidInput, NotFound) as fault:
        return _told(municipality_id, fault)
    flash(_("Teruggezet. Ook dat staat bij de wijzigingen."), "success")
    return _back(municipality_id)


def _back(municipality_id: int) -> ResponseReturnValue:
    return redirect(url_for("setup.changes", municipality_id=municipality_id), 303)


def _told(municipality_id: int, fault: InvalidState | InvalidInput | NotFound) -> ResponseReturnValue:
    db.session.rollback()
    flash(_(fault.message), "warning")
    return _back(municipality_id)


def _place(word: str | None) -> tuple[datetime, uuid.UUID] | None:
    values = unpack(word)
    if values is None or len(values) != 2:
        return None
    try:
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None
