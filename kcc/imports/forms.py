"""What people may choose about imports: a file, columns, a postcode and a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Optional

from kcc.imports.rules import Kind
from kcc.web.forms import BaseForm, Limit


class FileForm(BaseForm):
    """A new import: what it is, for which town, and the file."""

    kind = SelectField(_l("Wat wilt u overnemen?"))
    municipality_id = SelectField(_l("Voor welke gemeente?"), coerce=int)
    file = FileField(_l("Bestand"))


class PostcodeForm(BaseForm):
    """A postcode (its four digits are used) and a day."""

    postcode = StringField(_l("Postcode"), validators=[InputRequired(_l("Vul een postcode in.")), Limit(8)])
    on = DateField(_l("Op welke dag?"), validators=[Optional()])


def columns_form(
    kind: Kind,
    labels: Mapping[str, Any],
    columns: list[str],
    chosen: dict[str, str] | None,
    topics: list[tuple[str, str]],
) -> BaseForm:
    """A choice of column for each field of a kind, called ``column_NAME``, and where the kind has topics one for all that the
    town does not know; ``chosen`` fills it in, None reads what was sent."""
    choices = [("", _l("(niet in dit bestand)")), *((name, name) for name in columns)]
    fields = {f"column_{field.key}": SelectField(labels[field.key], choices=choices) for field in kind.fields}
    if kind.other_topic:
        others = [("", _l("(weigeren)")), *topics]
        fields["other_topic"] = SelectField(
            _l("Onderwerp voor regels met een onbekend onderwerp"), choices=others, default=""
        )
    made = type("ColumnsForm", (BaseForm,), fields)
    if chosen is None:
        return made()  # type: ignore[no-any-return]
    data = {name if name == "other_topic" else f"column_{name}": value for name, value in chosen.items()}
    return made(formdata=None, data=data)  # type: ignore[no-any-return]
