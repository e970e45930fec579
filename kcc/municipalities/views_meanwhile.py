"""What every page of set-up does about colleagues who work at the same: it remembers how far the history was, and tells.

The words for a change stand in an upper room, which registers them in ``TELLERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import g, request

from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.municipalities import queries_history
from kcc.municipalities.actions_history import ChangedMeanwhile
from kcc.municipalities.models_history import SetupChange
from kcc.web.forms import BaseForm, Clash, Meanwhile, SeenForm

Teller = Callable[[int, Sequence[SetupChange]], list[Meanwhile]]
TELLERS: list[Teller] = []
"""Who can say what changes of a town were; the last one says it."""


def remember(municipality_id: int) -> None:
    """Note how far the history of a town is, for the forms of this page: before anything that it shows is read."""
    g.seen = queries_history.mark_of(municipality_id)


def refuse(form: BaseForm, fault: InvalidInput, municipality_id: int, otherwise: str) -> None:
    """Undo what was begun and show why at the field, or above the form what somebody did meanwhile.

    ``otherwise`` is where the page is shown as it is now, when that is not the address to which it was sent.
    """
    if isinstance(fault, ChangedMeanwhile) and isinstance(form, SeenForm):
        rule = request.url_rule
        here = request.path if rule and "GET" in (rule.methods or ()) else otherwise
        # Before what was begun is undone: afterwards the changes can no longer be read.
        told = TELLERS[-1](municipality_id, fault.changes) if TELLERS else []
        form.clash = Clash(told, over=queries_history.mark_of(municipality_id), here=here)
    db.session.rollback()
    form.refuse(fault)
