"""What is typed about an incident."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from kcc.municipalities.actions_incidents import LONGEST_ANSWER, LONGEST_TITLE
from kcc.web.forms import BaseForm, Limit, LongTextField


class IncidentTextForm(BaseForm):
    """What agents read and say."""

    title = StringField(
        _l("Wat is er aan de hand?"), validators=[DataRequired(_l("Vul dit in.")), Limit(LONGEST_TITLE)]
    )
    answer = LongTextField(_l("Wat vertellen wij?"), limit=LONGEST_ANSWER, validators=[DataRequired(_l("Vul dit in."))])


class IncidentForm(IncidentTextForm):
    """A new incident: where, and what contacts about it are counted under."""

    municipalities = SelectMultipleField(
        _l("Gemeenten"), coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
        validators=[InputRequired(_l("Kies minstens één gemeente."))],
    )  # fmt: skip
    topic = SelectField(_l("Onderwerp"), coerce=int)
