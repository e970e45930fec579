"""What citizens may type: a question with, when they want an answer that way, where they can be reached; a reply; a rating."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import EmailField, HiddenField, RadioField, StringField, TelField
from wtforms.validators import InputRequired, ValidationError

from kcc.channels.rules_forms import ANSWER_WAYS
from kcc.core.errors import InvalidInput
from kcc.parties.rules import normalise_email, normalise_phone
from kcc.web.forms import BaseForm, Limit, LongTextField

LONGEST_QUESTION = 8_000
LONGEST_REPLY = 8_000
LONGEST_WORDS = 2_000
WAYS = {
    "status": _l("Ik kijk zelf op de statuspagina. Mijn gegevens zijn niet nodig."),
    "email": _l("Per e-mail"),
    "phone": _l("Bel mij"),
}
SCORES = {5: _l("5: zeer goed"), 4: _l("4: goed"), 3: _l("3: gaat wel"), 2: _l("2: matig"), 1: _l("1: slecht")}


class QuestionForm(BaseForm):
    """A question of a citizen. ``website`` is a trap: people do not see it. ``csrf_token`` is the form's own signed token."""

    class Meta(BaseForm.Meta):  # type: ignore[misc]
        """No session stands behind this form, so its token is one of its own."""

        csrf = False

    file_faults: tuple[str, ...] | list[str] = ()
    """Why files that were sent along were not kept."""
    csrf_token = HiddenField()
    taal = HiddenField()
    topic = StringField(_l("Waar gaat uw vraag over?"), validators=[Limit(200)])
    question = LongTextField(
        _l("Uw vraag of melding"), limit=LONGEST_QUESTION, validators=[InputRequired(_l("Vul uw vraag in."))]
    )
    files = MultipleFileField(_l("Foto’s of documenten"))
    answer_by = RadioField(
        _l("Hoe wilt u het antwoord krijgen?"),
        choices=[(way, WAYS[way]) for way in ANSWER_WAYS],
        default="status",
        validators=[InputRequired(_l("Kies hoe u het antwoord wilt krijgen."))],
    )
    name = StringField(_l("Uw naam"), validators=[Limit(200)])
    email = EmailField(_l("E-mailadres"), validators=[Limit(254)])
    phone = TelField(_l("Telefoonnummer"), validators=[Limit(40)])
    website = StringField(_l("Laat dit veld leeg"))

    def validate_email(self, field: Any) -> None:
        """An address that can receive mail; asked for only when the answer goes there."""
        if not field.data:
            if self.answer_by.data == "email":
                raise ValidationError(_("Vul uw e-mailadres in, of kies een andere manier."))
            return
        try:
            field.data = normalise_email(field.data)
        except InvalidInput as fault:
            raise ValidationError(_(fault.message)) from fault

    def validate_phone(self, field: Any) -> None:
        """A number that can be called; asked for only when the answer comes that way."""
        if not field.data:
            if self.answer_by.data == "phone":
                raise ValidationError(_("Vul uw telefoonnummer in, of kies een andere manier."))
            return
        if normalise_phone(field.data)[0] is None:
            raise ValidationError(_("Vul een volledig telefoonnummer in, bijvoorbeeld 0181 12 34 56."))


class StatusForm(BaseForm):
    """Reference and code of a question."""

    reference = StringField(_l("Kenmerk"), validators=[InputRequired(_l("Vul uw kenmerk in.")), Limit(40)])
    code = StringField(_l("Code"), validators=[InputRequired(_l("Vul uw code in.")), Limit(40)])


class ReplyForm(BaseForm):
    """More about a question, from its status page."""

    text = LongTextField(_l("Uw reactie"), limit=LONGEST_REPLY, validators=[InputRequired(_l("Vul uw reactie in."))])


class RatingForm(BaseForm):
    """How well a question was dealt with, in the eyes of who asked it."""

    score = RadioField(
        _l("Hoe goed hebben wij u geholpen?"),
        choices=[(str(number), words) for number, words in SCORES.items()],
        validators=[InputRequired(_l("Kies een cijfer."))],
    )
    words = LongTextField(_l("Wat kan beter, of wat ging goed?"), limit=LONGEST_WORDS)
