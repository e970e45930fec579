"""When a town is open: its week, the holidays it keeps, and its own closing days."""

from __future__ import annotations

from datetime import date

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules as calendars
from kcc.municipalities import rules_setup as rules
from kcc.municipalities.actions_subjects import subject
from kcc.municipalities.models import Municipality
from kcc.municipalities.rules_readiness import Step
from kcc.setup.forms import ClosingForm, HolidaysForm, HoursForm, fill, typed
from kcc.setup.views_blueprint import bp
from kcc.setup.views_steps import onward, read_form, refuse, remove, save, stay, step_page, today_of, town_of
from kcc.web.forms import SeenForm
from kcc.web.guards import requires

YEARS_SHOWN = 4


@bp.route("/towns/<int:municipality_id>/hours", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def hours(municipality_id: int) -> ResponseReturnValue:
    """The week: a line for each day."""
    town = town_of(municipality_id)
    form = read_form(HoursForm(), town)
    if form.validate_on_submit():
        try:
            week = form.week()
        except InvalidInput as fault:
            refuse(form, fault)
        else:
            if save(form, town, "opening_hours", "", week):
                return onward(town, Step.HOURS)
    elif not form.is_submitted():
        form.fill(subject("opening_hours").read(town.id, "") or {})
    page = step_page("setup/hours.html", town, Step.HOURS, form=form)
    return page, 422 if form.is_submitted() else 200


@bp.get("/towns/<int:municipality_id>/closing")
@requires(Permission.SETUP_MANAGE)
def closing(municipality_id: int) -> ResponseReturnValue:
    """The holidays it keeps, and its own closing days."""
    return _closing_page(town_of(municipality_id))


@bp.post("/towns/<int:municipality_id>/closing")
@requires(Permission.SETUP_MANAGE)
def save_holidays(municipality_id: int) -> ResponseReturnValue:
    """What it decides about Good Friday, 5 May, 24 and 31 December."""
    town = town_of(municipality_id)
    form = read_form(HolidaysForm(), town)
    if form.validate() and save(form, town, "municipality", town.id, typed(form, HolidaysForm.FIELDS)):
        return stay(town, Step.CLOSING)
    return _closing_page(town, holidays=form), 422


@bp.post("/towns/<int:municipality_id>/closing-days")
@requires(Permission.SETUP_MANAGE)
def add_closing_day(municipality_id: int) -> ResponseReturnValue:
    """A day of its own."""
    town = town_of(municipality_id)
    form = ClosingForm()
    if form.validate():
        try:
            on = rules.day(form.on_day.data or "")
        except InvalidInput as fault:
            refuse(form, InvalidInput(fault.message, field="on_day"))
        else:
            day = {"label": form.label.data, "closes_at": form.closes_at.data}
            if save(form, town, "closing_days", "", {on: day}):
                return stay(town, Step.CLOSING)
    return _closing_page(town, day=form), 422


@bp.post("/towns/<int:municipality_id>/closing-days/<on_day>/remove")
@requires(Permission.SETUP_MANAGE)
def remove_closing_day(municipality_id: int, on_day: str) -> ResponseReturnValue:
    """Open after all."""
    town = town_of(municipality_id)
    try:
        remove(town, "closing_days", "", {rules.day(on_day): None})
    except InvalidInput as fault:
        flash(_(fault.message), "warning")
    return stay(town, Step.CLOSING)


def _closing_page(town: Municipality, holidays: HolidaysForm | None = None, day: ClosingForm | None = None) -> str:
    if holidays is None:
        holidays = read_form(HolidaysForm(formdata=None), town)
        fill(holidays, town, HolidaysForm.FIELDS)
    days = subject("closing_days").read(town.id, "") or {}
    today = today_of(town)
    return step_page(
        "setup/closing.html", town, Step.CLOSING, form=holidays, day_form=day or ClosingForm(formdata=None),
        days=[(date.fromisoformat(on), values) for on, values in sorted(days.items()) if on >= today.isoformat()],
        gone=sum(on < today.isoformat() for on in days), years=_years(town, today), remove_form=SeenForm(formdata=None),
    )  # fmt: skip


def _years(town: Municipality, today: date) -> list[tuple[int, list[tuple[str, str, str | None]]]]:
    """For years ahead every holiday that the town keeps, with the time from which it is closed (None: all day)."""
    choices = municipalities.choices_of(town)
    result = []
    for year in range(today.year, today.year + YEARS_SHOWN):
        days: list[tuple[date, str, str | None]] = [
            (on, name, None) for on, name in calendars.dutch_holidays(year, choices).items()
        ]
        for month_day, closes in ((24, town.christmas_eve_closes_at), (31, town.new_years_eve_closes_at)):
            if closes is not None:
                name = _("Kerstavond") if month_day == 24 else _("Oudejaarsdag")
                days.append((date(year, 12, month_day), name, closes.strftime("%H:%M")))
        result.append((year, [(format_date(on, "EEE d MMM"), name, closes) for on, name, closes in sorted(days)]))
    return result
