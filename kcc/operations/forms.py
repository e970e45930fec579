"""What a supervisor may type on the daily round."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from kcc.operations.actions import LONGEST_NOTE
from kcc.web.forms import BaseForm, Limit


class LookForm(BaseForm):
    """A word about what was seen; may stay empty."""

    note = StringField(_l("Aantekening"), validators=[Limit(LONGEST_NOTE)])
