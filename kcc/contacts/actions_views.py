"""Views of the list that people keep for themselves: save, rename, throw away. Dutch: weergave."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from kcc.contacts import queries_lists
from kcc.contacts.rules_lists import LONGEST_VIEW_NAME, MOST_VIEWS, TicketFilter
from kcc.core import audit
from kcc.core.cleaning import clean_text, refuse_reason
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor
from kcc.people.models import SavedView


def save_view(*, actor: Actor, name: str, asked: TicketFilter) -> SavedView:
    """Keep a filter under a name of one's own; raises InvalidInput for a name that is empty, too long or taken."""
    known = queries_lists.saved_views()
    if len(known) >= MOST_VIEWS:
        raise InvalidInput("U hebt het grootste aantal weergaven. Verwijder er eerst een.", field="name")
    view = SavedView(
        account_id=actor.account_id,
        list_name=queries_lists.LIST_NAME,
        name=_name(name, known),
        query=urlencode(asked.query()),
        position=1 + max((view.position for view in known), default=0),
    )
    db.session.add(view)
    _record(actor, "view.saved", view)
    return view


def rename_view(*, actor: Actor, view_id: uuid.UUID, name: str) -> SavedView:
    """Give one's own view another name; raises NotFound, or InvalidInput as for a new one."""
    view = queries_lists.saved_view(view_id)
    view.name = _name(name, [other for other in queries_lists.saved_views() if other.id != view.id])
    _record(actor, "view.renamed", view)
    return view


def delete_view(*, actor: Actor, view_id: uuid.UUID) -> None:
    """Throw one's own view away; raises NotFound."""
    view = queries_lists.saved_view(view_id)
    _record(actor, "view.deleted", view)
    db.session.delete(view)
    db.session.flush()


def _name(name: str, others: list[SavedView]) -> str:
    text = clean_text(name, multiline=False)
    fault = refuse_reason(name, LONGEST_VIEW_NAME)
    if fault or not text:
        raise InvalidInput(fault or "Geef de weergave een naam.", field="name")
    if text.casefold() in {other.name.casefold() for other in others}:
        raise InvalidInput("U hebt al een weergave met deze naam.", field="name")
    return text


def _record(actor: Actor, verb: str, view: SavedView) -> None:
    db.session.flush()
    audit.record(
        actor=actor, verb=verb, subject_type="saved_view", subject_id=view.id, municipality_id=None, fields=["name"]
    )
    db.session.flush()
