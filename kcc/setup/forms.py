"""What administrators may type about a town itself: who it is, how it looks, when it is open, when it takes part.

What a value may be is decided in one place, ``kcc.municipalities.rules_setup``; a form only carries what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.widgets import DateInput, TimeInput

from kcc.core.errors import InvalidInput
from kcc.municipalities import rules_setup as rules
from kcc.municipalities.models import Municipality
from kcc.setup import views_words as words
from kcc.setup.rules import blocks_text, parse_blocks
from kcc.web.forms import BaseForm, Limit, LongTextField, SeenForm


class DayStringField(StringField):  # type: ignore[misc]
    """A day, picked or typed; kept as it was typed."""

    widget = DateInput()


class TimeStringField(StringField):  # type: ignore[misc]
    """A time, picked or typed; kept as it was typed."""

    widget = TimeInput()


class DatedForm(SeenForm):
    """A form whose change may wait for a day to come."""

    effective_on = DayStringField(_l("Gaat in op"), description=_l("Leeg: meteen."))

    def day(self, today: date) -> date | None:
        """The day from which it holds, None for now. Raises InvalidInput for what is no day, or one gone by."""
        typed = self.effective_on.data if "effective_on" in self._fields else ""
        if not typed:
            return None
        try:
            found = date.fromisoformat(rules.day(typed))
        except InvalidInput as fault:
            raise InvalidInput(fault.message, field="effective_on") from fault
        if found < today:
            raise InvalidInput("Kies vandaag of een latere dag.", field="effective_on")
        return found


class NewTownForm(BaseForm):
    """Enough to begin with."""

    centre_id = SelectField(_l("Samenwerkingsverband"), coerce=int)
    name = StringField(_l("Naam"), validators=[Limit(80)], description=_l("Zonder het woord gemeente ervoor."))
    cbs_code = StringField(_l("CBS-code"), description=_l("Vier cijfers, zoals 0530."))
    short_code = StringField(
        _l("Korte code"), description=_l("2 tot 4 letters. Staat voor elk kenmerk, zoals HVS-26-000001.")
    )


class IdentityForm(DatedForm):
    """Who the town is."""

    name = StringField(_l("Naam"), validators=[Limit(80)])
    cbs_code = StringField(_l("CBS-code"), description=_l("Vier cijfers, zoals 0530."))
    short_code = StringField(
        _l("Korte code"), description=_l("2 tot 4 letters. Kenmerken die er al zijn, veranderen niet mee.")
    )
    rsin = StringField(_l("RSIN"), description=_l("Negen cijfers, uit het Handelsregister."))
    oin = StringField(_l("OIN"), description=_l("Twintig cijfers, uit het OIN-register."))
    inhabitants = StringField(_l("Inwoners"), description=_l("Een heel getal, zonder punten."))

    FIELDS = ("name", "cbs_code", "short_code", "rsin", "oin", "inhabitants")


class LooksForm(DatedForm):
    """Its colour and what agents say first."""

    accent = RadioField(_l("Kleur"), coerce=int, choices=list(words.COLOURS.items()))
    greeting = LongTextField(
        _l("Begroeting"),
        limit=300,
        description=_l("Wat een medewerker zegt bij het opnemen. {naam} wordt de voornaam."),
    )

    FIELDS = ("accent", "greeting")


class LogoForm(SeenForm):
    """A picture."""

    logo = FileField(_l("Bestand"), description=_l("Een PNG van hoogstens 200 kB en 800 bij 800 beeldpunten."))


class ColourForm(BaseForm):
    """The town's own colour, to find what is nearest and can be read."""

    own_colour = StringField(
        _l("Huiskleur"), validators=[Limit(20)], description=_l("Zoals #e30613, uit de huisstijl.")
    )


class HoursForm(DatedForm):
    """When it is open: a line for each weekday."""

    monday = StringField(validators=[Limit(120)])
    tuesday = StringField(validators=[Limit(120)])
    wednesday = StringField(validators=[Limit(120)])
    thursday = StringField(validators=[Limit(120)])
    friday = StringField(validators=[Limit(120)])
    saturday = StringField(validators=[Limit(120)])
    sunday = StringField(validators=[Limit(120)])

    DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(self.DAYS):
            self[name].label.text = words.weekday(number).capitalize()

    def fill(self, week: dict[str, Any]) -> None:
        """Show a week."""
        for number, name in enumerate(self.DAYS):
            self[name].data = blocks_text(week.get(str(number), []))

    def week(self) -> dict[str, Any]:
        """The week as typed. Raises InvalidInput at the day."""
        result = {}
        for number, name in enumerate(self.DAYS):
            try:
                result[str(number)] = rules.blocks_of(parse_blocks(self[name].data or ""))
            except InvalidInput as fault:
                raise InvalidInput(fault.message, field=name) from fault
        return result


class HolidaysForm(DatedForm):
    """What the town decides about days that the law leaves open."""

    good_friday = BooleanField(_l("Dicht op Goede Vrijdag"))
    liberation_day = RadioField(_l("5 mei, Bevrijdingsdag"), choices=list(words.LIBERATION.items()))
    christmas_eve_closes_at = TimeStringField(_l("24 december dicht vanaf"), description=_l("Leeg: een gewone dag."))
    new_years_eve_closes_at = TimeStringField(_l("31 december dicht vanaf"), description=_l("Leeg: een gewone dag."))

    FIELDS = ("good_friday", "liberation_day", "christmas_eve_closes_at", "new_years_eve_closes_at")


class ClosingForm(SeenForm):
    """A day on which the town is closed besides."""

    on_day = DayStringField(_l("Dag"))
    label = StringField(_l("Reden"), validators=[Limit(80)])
    closes_at = TimeStringField(_l("Dicht vanaf"), description=_l("Leeg: de hele dag."))


class OpenForm(BaseForm):
    """From when the town takes part."""

    joined_on = DayStringField(_l("Doet mee vanaf"))


def fill(form: BaseForm, town: Municipality, names: Iterable[str]) -> None:
    """Show what the town has."""
    for name in names:
        value = getattr(town, name)
        form[name].data = value.strftime("%H:%M") if hasattr(value, "strftime") else "" if value is None else value


def typed(form: BaseForm, names: Iterable[str]) -> dict[str, Any]:
    """What was typed, by field."""
    return {name: form[name].data for name in names}
