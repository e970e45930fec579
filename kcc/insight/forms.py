"""What a reader of figures may choose: a period, a channel, a group of topics."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField
from wtforms.validators import Optional

from kcc.contacts.rules import Channel
from kcc.core.errors import InvalidInput
from kcc.insight.rules import Period
from kcc.web.forms import BaseForm

OWN = "own"
MONTHS, WEEKS, QUARTERS = 13, 8, 5
"""How many of each stand in the list, the one that runs first; older ones are reached by their own days."""
CHANNELS = {
    Channel.PHONE: _l("Telefoon"),
    Channel.COUNTER: _l("Balie"),
    Channel.EMAIL: _l("E-mail"),
    Channel.LETTER: _l("Brief"),
    Channel.WEBFORM: _l("Formulier"),
    Channel.OTHER: _l("Anders"),
}
_CODE = re.compile(r"([0-9]{4})-(?:(W|Q)?([0-9]{1,2}))", re.ASCII)


class SelectionForm(BaseForm):
    """Asks by GET and changes nothing, so it carries no token."""

    class Meta(BaseForm.Meta):
        """Without the token that writing forms carry."""

        csrf = False

    period = SelectField(_l("Periode"), validate_choice=False)
    first = DateField(_l("Van"), validators=[Optional()])
    last = DateField(_l("Tot en met"), validators=[Optional()])
    channel = SelectField(_l("Kanaal"), validate_choice=False)
    group = SelectField(_l("Onderwerpen"), validate_choice=False)


def fill_choices(form: SelectionForm, today: date, groups: Iterable[str]) -> None:
    """Give the lists their words; ``groups`` are the groups of topics."""
    months = _steps(Period.month(today.year, today.month), MONTHS)
    weeks = _steps(Period.week(*today.isocalendar()[:2]), WEEKS)
    quarters = _steps(Period.quarter(today.year, (today.month + 2) // 3), QUARTERS)
    lists = {
        _("Maand"): [(code_of(period), name_of(period)) for period in months],
        _("Week"): [(code_of(period), name_of(period)) for period in weeks],
        _("Kwartaal"): [(code_of(period), name_of(period)) for period in quarters],
        _("Anders"): [(OWN, _("Eigen periode…"))],
    }
    form.period.choices = lists
    form.channel.choices = [("", _("Alle kanalen")), *((channel.value, text) for channel, text in CHANNELS.items())]
    form.group.choices = [("", _("Alle onderwerpen")), *((group, group) for group in groups)]


def read_period(form: SelectionForm, today: date) -> Period:
    """The period asked for: this month so far by default. Raises InvalidInput naming the field."""
    code = form.period.data or ""
    if code == OWN:
        return _own(form, today)
    if not code:
        return Period.month(today.year, today.month)
    found = _CODE.fullmatch(code)
    if found is None:
        raise InvalidInput("Kies een periode uit de lijst.", field="period")
    year, number = int(found[1]), int(found[3])
    try:
        if found[2] == "W":
            return Period.week(year, number)
        return Period.quarter(year, number) if found[2] == "Q" else Period.month(year, number)
    except (InvalidInput, OverflowError) as fault:
        raise InvalidInput("Deze periode bestaat niet.", field="period") from fault


def read_choice(form: SelectionForm, field: str) -> str | None:
    """What was chosen in ``channel`` or ``group``, None for all. Raises InvalidInput for what is not in the list."""
    value = form[field].data or ""
    if not value:
        return None
    if value not in {str(choice[0]) for choice in form[field].choices}:
        raise InvalidInput("Maak een keuze uit de lijst.", field=field)
    return str(value)


def code_of(period: Period) -> str:
    """A period as a word for a URL: 2026-10, 2026-W41, 2026-Q4, or ``own`` (with its days beside it)."""
    if period.kind == "month":
        return f"{period.first:%Y-%m}"
    if period.kind == "week":
        year, week, _day = period.first.isocalendar()
        return f"{year}-W{week:02}"
    if period.kind == "quarter":
        return f"{period.first.year}-Q{(period.first.month + 2) // 3}"
    return OWN


def name_of(period: Period) -> str:
    """A period in words, such as 'oktober 2026' or 'week 41 (5 t/m 11 oktober)'."""
    if period.kind == "month":
        return str(format_date(period.first, "LLLL y", rebase=False))
    days = _("%(first)s t/m %(last)s", first=_day(period.first), last=_day(period.last))
    if period.kind == "week":
        return str(_("week %(number)s (%(days)s)", number=period.first.isocalendar()[1], days=days))
    if period.kind == "quarter":
        return str(_("%(number)se kwartaal %(year)s", number=(period.first.month + 2) // 3, year=period.first.year))
    return str(_("%(first)s t/m %(last)s", first=_day(period.first, year=True), last=_day(period.last, year=True)))


def _day(day: date, *, year: bool = False) -> str:
    return str(format_date(day, "d MMMM y" if year else "d MMMM", rebase=False))


def _own(form: SelectionForm, today: date) -> Period:
    for name in ("first", "last"):
        if form[name].errors:
            raise InvalidInput("Kies een dag.", field=None)
    if form.first.data is None:
        form.first.data = min(today.replace(day=1), form.last.data or today)
    if form.last.data is None:
        form.last.data = max(today, form.first.data)
    period = Period(form.first.data, form.last.data)
    if period.days > 2 * 366:
        raise InvalidInput("Kies een periode van hoogstens twee jaar.", field="last")
    return period


def _steps(period: Period, number: int) -> list[Period]:
    steps = []
    for _each in range(number):
        steps.append(period)
        before = period.first - timedelta(days=1)
        if period.kind == "week":
            period = Period.week(*before.isocalendar()[:2])
        elif period.kind == "quarter":
            period = Period.quarter(before.year, (before.month + 2) // 3)
        else:
            period = Period.month(before.year, before.month)
    return steps
