"""What people may type about a merger or a leaving."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from kcc.web.forms import BaseForm


class MergerForm(BaseForm):
    """Who goes on as whom, from which day."""

    municipality_id = SelectField(
        _l("Gemeente die opgaat"), coerce=int, validators=[InputRequired(_l("Kies een gemeente."))]
    )
    successor_id = SelectField(
        _l("Gemeente waarin zij opgaat"), coerce=int, validators=[InputRequired(_l("Kies een gemeente."))]
    )
    on_day = DateField(_l("Vanaf welke dag"), validators=[InputRequired(_l("Kies een dag."))])


class LeavingForm(BaseForm):
    """Who leaves, and on which day."""

    leaver_id = SelectField(
        _l("Gemeente die vertrekt"), coerce=int, validators=[InputRequired(_l("Kies een gemeente."))]
    )
    leaves_on = DateField(_l("Op welke dag"), validators=[InputRequired(_l("Kies een dag."))])
