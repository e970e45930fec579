"""What people may type about a task."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from kcc.web.forms import BaseForm, Limit, LongTextField

LONGEST = 4000


class TalkForm(BaseForm):
    """What was discussed in an attempt to reach the citizen; which button was pressed says how it went."""

    told = LongTextField(_l("Wat hebt u met de inwoner besproken?"), limit=LONGEST)


class NoteForm(BaseForm):
    """A note for colleagues."""

    note = LongTextField(
        _l("Notitie voor collega’s"), limit=LONGEST, validators=[DataRequired(_l("Vul een notitie in."))]
    )


class AnswerForm(BaseForm):
    """An answer in writing."""

    answer = LongTextField(
        _l("Schriftelijk antwoord (leest de inwoner)"),
        limit=LONGEST,
        validators=[DataRequired(_l("Vul een antwoord in."))],
    )


class ForwardForm(BaseForm):
    """To which department of the same town, and why."""

    department_id = SelectField(_l("Naar welke afdeling?"), coerce=int)
    reason = LongTextField(
        _l("Waarom?"), limit=LONGEST, validators=[DataRequired(_l("Geef een reden waarom u dit verzoek doorzet."))]
    )


class ReturnForm(BaseForm):
    """Why the task goes back to the customer contact centre."""

    reason = LongTextField(
        _l("Waarom?"), limit=LONGEST, validators=[DataRequired(_l("Geef een reden waarom u dit verzoek teruggeeft."))]
    )


class AssignForm(BaseForm):
    """To whom of the department the task is given."""

    account_id = SelectField(_l("Aan wie?"))


class EscalateForm(BaseForm):
    """To which department a question goes that is not in a conversation (any more), and whom to reach."""

    department_id = SelectField(_l("Naar welke afdeling?"), coerce=int)
    name = StringField(_l("Naam van de inwoner"), validators=[Limit(200)])
    number = StringField(_l("Telefoonnummer"), validators=[Limit(60)])
    preferred_moment = StringField(_l("Wanneer liefst?"), validators=[Limit(200)])
    reason = LongTextField(_l("Toelichting voor de afdeling"), limit=LONGEST)


class PlainForm(BaseForm):
    """A button that needs nothing typed."""
