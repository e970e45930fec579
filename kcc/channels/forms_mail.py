"""What people may type about mail: an answer, a decision about a mail, and how a town writes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, EmailField, SelectField, StringField
from wtforms.validators import DataRequired

from kcc.contacts.forms import ChangeForm, TypedText
from kcc.web.forms import BaseForm, Limit, LongTextField, SeenForm

DISMISSAL_WORDS = {
    "spam": _l("Ongewenste reclame of oplichting"),
    "automatic": _l("Automatisch bericht waar niets mee hoeft"),
    "information": _l("Ter informatie, er wordt niets gevraagd"),
    "wrong_address": _l("Niet voor deze gemeente bedoeld, afzender is ingelicht"),
    "unreadable": _l("Niet te lezen, ook niet met de hand"),
}


class MailAnswerForm(ChangeForm):
    """An answer by mail; the button says whether the citizen has to do something next."""

    recipient = EmailField(
        _l("Aan"), validators=[DataRequired(_l("Vul het e-mailadres van de inwoner in.")), Limit(254)]
    )
    body = TypedText(_l("Antwoord"), _l("Vul het antwoord in."))
    files = MultipleFileField(_l("Bestanden meesturen"))


class AttachForm(BaseForm):
    """To which ticket a mail belongs."""

    reference = StringField(
        _l("Kenmerk van de vraag"), validators=[DataRequired(_l("Vul een kenmerk in, zoals BRI-26-004217.")), Limit(40)]
    )


class DismissForm(BaseForm):
    """Why a mail is no question."""

    reason = SelectField(_l("Waarom is het geen vraag?"), choices=list(DISMISSAL_WORDS.items()))
    note = StringField(_l("Toelichting"), validators=[Limit(500)])


class TownForm(BaseForm):
    """For which municipality a mail was meant."""

    municipality_id = SelectField(_l("Voor welke gemeente is deze mail?"), coerce=int)


class PlainMailForm(BaseForm):
    """A button that needs nothing typed."""


class MailboxForm(SeenForm):
    """How a town writes from a mailbox."""

    sender_name = StringField(_l("Naam van de afzender"), validators=[Limit(100)])
    signature = LongTextField(_l("Ondertekening"), limit=1000)
    receipt_on = BooleanField(_l("Stuur de inwoner een ontvangstbevestiging"))
    receipt_text = LongTextField(_l("Tekst van de ontvangstbevestiging"), limit=2000)


class StandardTextForm(SeenForm):
    """A text to answer with."""

    title = StringField(_l("Titel"), validators=[DataRequired(_l("Geef de tekst een titel.")), Limit(100)])
    body = LongTextField(_l("Tekst"), limit=8000, validators=[DataRequired(_l("Vul de tekst in."))])
    active = BooleanField(_l("In gebruik"), default=True)
