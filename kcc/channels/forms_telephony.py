"""What people may type about telephones."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from kcc.web.forms import BaseForm, Limit


class PhoneForm(BaseForm):
    """Where an agent's telephone is found."""

    account = HiddenField()
    address = StringField(_l("Toestel"), validators=[Limit(200)])
