"""What a supervisor may type about sharing out work: settings, the week to try them on, and the crisis switch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import isfinite
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, SelectField
from wtforms.validators import InputRequired, Optional, ValidationError
from wtforms.widgets import TextInput

from kcc.routing.forms_tuning_words import HINTS, LABELS, UNITS
from kcc.routing.rules_choice import Parameters
from kcc.routing.rules_parameters import BOUNDS, BY_NAME, Bound, on_screen
from kcc.web.forms import BaseForm, LongTextField


class NumberField(Field):  # type: ignore[misc]
    """A number typed the Dutch way (0,5) or with a point; what is no number stays as typed and is refused."""

    widget = TextInput()

    def __init__(self, label: Any = None, bound: Bound | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.bound = bound
        self.typed: str | None = None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else str(self.data).replace(".", ",")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it, or keep it as typed for the reader to repair."""
        if not valuelist:
            return
        self.typed = valuelist[0].strip()
        self.data = None
        try:
            value = float(self.typed.replace(",", "."))
        except ValueError as fault:
            raise ValueError(_("Vul een getal in.")) from fault
        if not isfinite(value):
            raise ValueError(_("Vul een getal in."))
        self.data = value

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is out of bounds, and say what the bounds are."""
        if self.data is None or self.bound is None:
            return
        if not self.bound.least <= self.data <= self.bound.most:
            raise ValidationError(
                _("Vul een waarde in van %(least)s tot en met %(most)s.", least=_n(self.bound.least), most=_n(self.bound.most))
            )  # fmt: skip
        if self.bound.is_whole and self.data != int(self.data):
            raise ValidationError(_("Vul een heel getal in."))


def _n(value: float) -> str:
    return f"{value:g}".replace(".", ",")


class _ParametersBase(BaseForm):
    """The week and the one yes or no; the numbers are added below, one for each bound."""

    week = SelectField(_l("Week"), validate_choice=False)
    interruptible = BooleanField(LABELS["interruptible"], description=HINTS["interruptible"])

    def typed(self) -> dict[str, Any]:
        """What was typed, by name of the setting."""
        values = {bound.name: self[bound.name].data for bound in BOUNDS}
        return values | {"interruptible": bool(self.interruptible.data)}

    def show(self, parameters: Parameters) -> None:
        """Fill in settings."""
        for name, value in on_screen(parameters).items():
            self[name].data = value

    def weeks(self, choices: Iterable[tuple[str, str]]) -> None:
        """The weeks that may be chosen."""
        self.week.choices = list(choices)

    def monday(self) -> date | None:
        """The Monday chosen, None when it is not a day."""
        try:
            return date.fromisoformat(self.week.data or "")
        except ValueError:
            return None

    def of_group(self, group: str) -> list[Field]:
        """The fields of a group, in the order of the page."""
        fields = [self[bound.name] for bound in BOUNDS if bound.group == group]
        return [self.interruptible, *fields] if group == "between" else fields

    def unit(self, name: str) -> str:
        """The unit of a field, in words."""
        bound = BY_NAME.get(name)
        return str(UNITS.get(bound.unit, "")) if bound else ""


ParametersForm: type[_ParametersBase] = type(
    "ParametersForm",
    (_ParametersBase,),
    {
        "__doc__": "The settings of the queue and the week to try them on.",
        **{
            bound.name: NumberField(LABELS[bound.name], bound, description=HINTS[bound.name],
                                    validators=[InputRequired(_l("Vul een getal in."))])
            for bound in BOUNDS
        },
    },
)  # fmt: skip


class SaveForm(BaseForm):
    """From which day a tried proposal holds."""

    valid_from = DateField(_l("Geldt vanaf"), validators=[Optional()], description=_l("Leeg: vanaf nu."))


class CrisisForm(BaseForm):
    """What is the matter, where, and what is said about it."""

    place = SelectField(_l("Voor welke gemeente?"), validate_choice=False)
    topic_group = SelectField(_l("Over welk onderwerp?"), validate_choice=False)
    message = LongTextField(
        _l("Bericht voor alle medewerkers"), limit=600, description=_l("Wat is er aan de hand en wat zeggen we?"),
        validators=[InputRequired(_l("Schrijf wat er aan de hand is en wat medewerkers zeggen."))],
    )  # fmt: skip
    spoken = LongTextField(
        _l("Bericht voor bellers"), limit=400,
        description=_l("De telefooncentrale leest dit voor. Leeg: bellers horen niets extra's."),
    )  # fmt: skip
