"""What is chosen at a counter: what a visitor comes for, and at which desk they are awaited."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from kcc.web.forms import BaseForm, Limit


class TakeForm(BaseForm):
    """A number for a visitor."""

    topic_group = SelectField(_l("Waar komt de bezoeker voor?"), choices=[("", _l("Weet ik niet / iets anders"))])
    language = SelectField(_l("Taal"), choices=[("nl", _l("Nederlands")), ("en", _l("Engels"))])


class KioskForm(BaseForm):
    """A new kiosk."""

    place = StringField(
        _l("Waar staat de zuil?"), validators=[DataRequired(_l("Vul in waar de zuil staat.")), Limit(60)]
    )


class DeskForm(BaseForm):
    """Where a visitor is called to."""

    desk = StringField(_l("Loket"), validators=[Limit(30)])
