"""Forms of signing in and of one's own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired

from kcc.web.forms import BaseForm, Limit


class SignInForm(BaseForm):
    """E-mail address and password."""

    email = EmailField(_l("E-mailadres"), validators=[InputRequired(_l("Vul uw e-mailadres in.")), Limit(254)])
    password = PasswordField(_l("Wachtwoord"), validators=[InputRequired(_l("Vul uw wachtwoord in.")), Limit(1000)])
    next = HiddenField()


class CodeForm(BaseForm):
    """A code of the app, or a recovery code."""

    code = StringField(_l("Code"), validators=[InputRequired(_l("Vul de code in.")), Limit(40)])
    next = HiddenField()


class SettingsForm(BaseForm):
    """How KCC addresses somebody."""

    name = StringField(_l("Naam"), validators=[InputRequired(_l("Vul uw naam in.")), Limit(120)])
    locale = RadioField(_l("Taal van het scherm"), choices=[("nl", "Nederlands"), ("en", "English")])
    shortcuts_on = BooleanField(_l("Sneltoetsen gebruiken"))


class PasswordForm(BaseForm):
    """The old password and, twice, the new one."""

    password = PasswordField(
        _l("Huidig wachtwoord"), validators=[InputRequired(_l("Vul uw huidige wachtwoord in.")), Limit(1000)]
    )
    new_password = PasswordField(
        _l("Nieuw wachtwoord"), validators=[InputRequired(_l("Vul een nieuw wachtwoord in.")), Limit(1000)]
    )
    again = PasswordField(
        _l("Nieuw wachtwoord, nog een keer"),
        validators=[EqualTo("new_password", _l("Dit is niet hetzelfde als het nieuwe wachtwoord."))],
    )


class ProofForm(BaseForm):
    """One's password, to confirm something weighty."""

    password = PasswordField(_l("Wachtwoord"), validators=[InputRequired(_l("Vul uw wachtwoord in.")), Limit(1000)])


class ActForm(BaseForm):
    """A button and nothing else."""


class ColleagueForm(BaseForm):
    """Whom somebody looks for, and in which municipality."""

    text = SearchField(_l("Naam of afdeling"), validators=[Limit(100)])
    municipality_id = SelectField(_l("Gemeente"), choices=[])


class OpenInvitationForm(BaseForm):
    """The secret of an invitation's link."""

    code = StringField(
        _l("Code uit de mail"), validators=[InputRequired(_l("Vul de code uit de mail in.")), Limit(100)]
    )


class WelcomeForm(BaseForm):
    """The first password, twice, and the first code of the app; the link's secret and the sealed secret come along."""

    secret = HiddenField(validators=[Limit(100)])
    sealed = HiddenField(validators=[Limit(400)])
    new_password = PasswordField(
        _l("Nieuw wachtwoord"), validators=[InputRequired(_l("Kies een wachtwoord.")), Limit(1000)]
    )
    again = PasswordField(
        _l("Nieuw wachtwoord, nog een keer"),
        validators=[EqualTo("new_password", _l("Dit is niet hetzelfde als het nieuwe wachtwoord."))],
    )
    code = StringField(_l("Code uit de app"), validators=[InputRequired(_l("Vul de code in.")), Limit(40)])


class AddressForm(BaseForm):
    """Another e-mail address, with the password and, where codes are on, a code."""

    email = EmailField(
        _l("Nieuw e-mailadres"), validators=[InputRequired(_l("Vul het nieuwe e-mailadres in.")), Limit(254)]
    )
    password = PasswordField(_l("Wachtwoord"), validators=[InputRequired(_l("Vul uw wachtwoord in.")), Limit(1000)])
    code = StringField(_l("Code uit de app of herstelcode"), validators=[Limit(40)])


class ConfirmAddressForm(BaseForm):
    """The secret of the link to a new address."""

    code = StringField(
        _l("Code uit de mail"), validators=[InputRequired(_l("Vul de code uit de mail in.")), Limit(100)]
    )
