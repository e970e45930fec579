"""What people may choose about their place in the queue, and about work given by hand."""

from __future__ import annotations

import uuid

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField

from kcc.routing.actions_offers import ASSIGN_REASONS
from kcc.routing.views_words import ASSIGN_WORDS
from kcc.web.forms import BaseForm


def _account(value: object) -> uuid.UUID:
    return uuid.UUID(str(value))


class StateForm(BaseForm):
    """Which state an agent chooses: ``available``, ``offline``, or ``break:`` with its reason. Buttons say which."""

    choice = StringField()


class AssignForm(BaseForm):
    """To which agent, and why. A reason from a list: free text would hold what does not belong in figures."""

    account_id = SelectField(_l("Medewerker"), coerce=_account)
    reason = SelectField(_l("Waarom"), choices=[(key, ASSIGN_WORDS[key]) for key in sorted(ASSIGN_REASONS)])


class TakeBackForm(BaseForm):
    """Why work goes back to the queue."""

    reason = SelectField(_l("Waarom"), choices=[(key, ASSIGN_WORDS[key]) for key in sorted(ASSIGN_REASONS)])
