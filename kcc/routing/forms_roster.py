"""What supervisors may type in the roster."""

from __future__ import annotations

import uuid

from flask_babel import lazy_gettext as _l
from wtforms import DateField, FileField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from kcc.web.forms import BaseForm, Limit

CHANNELS = [
    ("phone", _l("telefoon")),
    ("email", _l("e-mail")),
    ("webform", _l("webformulier")),
    ("counter", _l("balie")),
]


class ShiftForm(BaseForm):
    """Who works, on which day, from when to when, on which channels."""

    account_id = SelectField(_l("Medewerker"), coerce=lambda value: uuid.UUID(str(value)), choices=[])
    on_day = DateField(_l("Dag"), validators=[InputRequired(_l("Kies een dag."))])
    starts = TimeField(_l("Van"), validators=[InputRequired(_l("Vul een tijd in."))])
    ends = TimeField(_l("Tot"), validators=[InputRequired(_l("Vul een tijd in."))])
    channels = SelectMultipleField(
        _l("Kanalen"), choices=CHANNELS, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    note = StringField(_l("Notitie"), validators=[Limit(120)])


class RosterFileForm(BaseForm):
    """A file with shifts."""

    file = FileField(_l("CSV-bestand"))


class PlainRosterForm(BaseForm):
    """A button that needs nothing typed."""
