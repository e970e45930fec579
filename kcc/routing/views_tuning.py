"""How work is shared out: the settings, trials on a recorded week, versions to go back to, and the crisis switch."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.people import queries as people
from kcc.routing import actions_crisis, actions_tuning, queries_deciding, queries_tuning, rules_trial
from kcc.routing.forms_tuning import CrisisForm, ParametersForm, SaveForm
from kcc.routing.forms_tuning_words import GROUPS, LABELS, UNITS
from kcc.routing.models_tuning import Crisis, RoutingTrial
from kcc.routing.rules_choice import Parameters
from kcc.routing.rules_parameters import BY_NAME, changes, from_screen
from kcc.web import banners
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_account_entry
from kcc.web.person import actor, current_person

tuning = Blueprint("tuning", __name__, url_prefix="/tuning")
# Seldom used: behind the name, so that the bar stays on one line.
add_account_entry("tuning.overview", _l("Verdeling"), Permission.ROUTING_MANAGE, place=50)

MANAGE = Permission.ROUTING_MANAGE
ALL = "all"


@dataclass(frozen=True)
class Place:
    """The centre that a supervisor tunes: its towns in sight, and whether these are all."""

    centre_id: int
    towns: list[Municipality]
    covers: bool

    @property
    def first(self) -> int:
        """The town whose job a trial is."""
        return min(town.id for town in self.towns)


@tuning.get("/")
@requires(MANAGE)
def overview() -> ResponseReturnValue:
    """The settings that hold, to change and try; earlier versions and trials."""
    place = _place()
    form = ParametersForm(formdata=None)
    form.show(_shown(place))
    return _overview(place, form)


@tuning.post("/try")
@requires(MANAGE)
def try_out() -> ResponseReturnValue:
    """Have the proposal tried on a recorded week."""
    place = _place()
    form = ParametersForm()
    base = queries_deciding.in_force(place.first).parameters
    if form.validate():
        try:
            proposal = from_screen(form.typed(), base)
            week = form.monday()
            if week is None:
                raise InvalidInput("Kies een week uit de lijst.", field="week")
            if proposal == base:
                raise InvalidInput("Dit zijn de waarden die al gelden. Verander er eerst een.", field="kappa")
            made = actions_tuning.try_out(
                actor=actor(), municipality_id=place.first, centre_id=place.centre_id, week=week, proposal=proposal
            )
            return redirect(url_for("tuning.trial", trial_id=made.id), 303)
        except (InvalidInput, NotAllowed) as fault:
            form.refuse(fault if isinstance(fault, InvalidInput) else InvalidInput(fault.message))
    return _overview(place, form, 422)


@tuning.get("/trials/<uuid:trial_id>")
@requires(MANAGE)
def trial(trial_id: uuid.UUID) -> ResponseReturnValue:
    """How far a trial is, or what it found."""
    found = queries_tuning.trial(trial_id)
    return render_template("routing/trial.html", form=SaveForm(formdata=None), **_trial_values(found))


@tuning.get("/trials/<uuid:trial_id>/progress")
@requires(MANAGE)
def progress(trial_id: uuid.UUID) -> ResponseReturnValue:
    """The part of the page that follows the runs; when the last is done, the browser fetches the whole page."""
    found = queries_tuning.trial(trial_id)
    if found.done_at is not None:
        return "", 200, {"HX-Refresh": "true"}
    return render_template("routing/_progress.html", trial=found)


@tuning.post("/trials/<uuid:trial_id>/save")
@requires(MANAGE)
def save(trial_id: uuid.UUID) -> ResponseReturnValue:
    """Let a tried proposal hold."""
    form = SaveForm()
    found = queries_tuning.trial(trial_id)
    if form.validate():
        day = form.valid_from.data
        starts = None if day is None else datetime.combine(day, time(0), queries_tuning.ZONE)
        if day == queries_tuning.today():
            starts = None
        try:
            made = actions_tuning.save_trial(
                actor=actor(), trial_id=trial_id, municipality_id=_place().first, valid_from=starts
            )
            flash(_("Opgeslagen als versie %(n)s.", n=made.version), "success")
            return redirect(url_for("tuning.overview"), 303)
        except InvalidInput as fault:
            form.refuse(fault, "valid_from")
        except (InvalidState, Conflict, NotAllowed) as fault:
            form.refuse(InvalidInput(fault.message))
        db.session.rollback()
        found = queries_tuning.trial(trial_id)
    return render_template("routing/trial.html", form=form, **_trial_values(found)), 422


@tuning.post("/versions/<int:number>/restore")
@requires(MANAGE)
def restore(number: int) -> ResponseReturnValue:
    """Let the values of an earlier version hold again."""
    place = _place()
    if number > 2**31 - 1:
        raise NotFound
    try:
        made = actions_tuning.go_back(
            actor=actor(), centre_id=place.centre_id, municipality_id=place.first, number=number
        )
        flash(_("Versie %(n)s: de waarden van toen gelden weer.", n=made.version), "success")
    except (InvalidState, NotAllowed, Conflict) as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("tuning.overview"), 303)


# crisis ---------------------------------------------------------------------------------------------------------------
@tuning.get("/crisis")
@requires(MANAGE)
def crisis() -> ResponseReturnValue:
    """The switch, and when it was on before."""
    place = _place()
    return _crisis_page(place, _crisis_form(place, empty=True))


@tuning.post("/crisis")
@requires(MANAGE)
def start_crisis() -> ResponseReturnValue:
    """Turn the switch on."""
    place = _place()
    form = _crisis_form(place)
    if form.validate():
        try:
            actions_crisis.start_crisis(
                actor=actor(), centre_id=place.centre_id, municipality_id=_chosen_town(form, place),
                topic_group=_chosen_group(form), message=form.message.data or "", spoken=form.spoken.data or "",
            )  # fmt: skip
            flash(_("De crisisstand staat aan. Alle medewerkers zien het bericht."), "success")
            return redirect(url_for("tuning.crisis"), 303)
        except InvalidInput as fault:
            form.refuse(fault, "message")
        except (InvalidState, NotAllowed) as fault:
            form.refuse(InvalidInput(fault.message), "place")
        db.session.rollback()
        place = _place()
    return _crisis_page(place, form, 422)


@tuning.post("/crisis/<uuid:crisis_id>/end")
@requires(MANAGE)
def end_crisis(crisis_id: uuid.UUID) -> ResponseReturnValue:
    """Turn the switch off."""
    try:
        actions_crisis.end_crisis(actor=actor(), crisis_id=crisis_id)
        flash(_("De crisisstand is uit. Alles loopt weer zoals gewoon."), "success")
    except (InvalidState, NotAllowed) as fault:
        db.session.rollback()
        flash(_(fault.message), "warning")
    return redirect(url_for("tuning.crisis"), 303)


@tuning.get("/crisis/banner")
@requires(Permission.ACCOUNT_SELF)
def crisis_banner() -> ResponseReturnValue:
    """The bar that everybody sees while a crisis holds, fetched again when it changes."""
    return render_template("components/_banners.html", banners=banners.shown())


def banner_of_crisis() -> list[banners.Banner]:
    """What stands on every page while a crisis holds; asked for only when there is one."""
    if not current_person().is_crisis:
        return []
    return [
        banners.Banner(_scope_words(each, town), each.message, _since_words(each, who))
        for each, town, who in queries_tuning.crises_shown()
    ]


banners.add_source(banner_of_crisis)


# helpers --------------------------------------------------------------------------------------------------------------
def _place() -> Place:
    """The centre of this person's first town; who works for two centres sees the first."""
    towns = municipalities.visible_municipalities()
    if not towns:
        raise NotFound
    centre_id = min(town.centre_id for town in towns)
    return Place(centre_id, [t for t in towns if t.centre_id == centre_id], queries_tuning.covers(centre_id))


def _shown(place: Place) -> Parameters:
    """The settings to start from: those of a trial or version that was asked for, else those that hold."""
    try:
        asked = request.args.get("trial")
        if asked:
            return queries_deciding.from_values(queries_tuning.trial(uuid.UUID(asked)).values)
    except (ValueError, NotFound):
        pass
    return queries_deciding.in_force(place.first).parameters


def _overview(place: Place, form: ParametersForm, status: int = 200) -> ResponseReturnValue:  # type: ignore[valid-type]
    found = queries_tuning.weeks(queries_tuning.today()) if place.covers else []
    form.weeks((week.monday.isoformat(), _week_words(week)) for week in found)  # type: ignore[attr-defined]
    versions = queries_tuning.versions(place.centre_id)
    tried = queries_tuning.trials(place.centre_id) if place.covers else []
    in_force = queries_deciding.in_force(place.first)
    page = render_template(
        "routing/tuning.html",
        form=form, place=place, groups=GROUPS, weeks=found, in_force=in_force, trials=tried, act=BaseForm(formdata=None),
        versions=_version_lines(versions), agreements=queries_tuning.agreements(queries_tuning.today()),
        names=people.names_of(_people([*versions, *tried])), crisis=next(iter(queries_tuning.crises_now()), None),
    )  # fmt: skip
    return page, status


def _version_lines(versions: list[queries_tuning.RoutingParameters]) -> list[tuple[queries_tuning.RoutingParameters, list[str]]]:  # fmt: skip
    """Each version with what it changed, newest first."""
    lines = []
    for place, version in enumerate(versions):
        older = queries_deciding.from_values(versions[place + 1].values) if place + 1 < len(versions) else Parameters()
        if place + 1 < len(versions) or version.version == 1:
            lines.append((version, _change_words(older, queries_deciding.from_values(version.values))))
    return lines


def _change_words(before: Parameters, after: Parameters) -> list[str]:
    words = []
    for name, (old, new) in changes(before, after).items():
        if isinstance(new, bool):
            words.append(f"{LABELS[name]}: {_('ja') if new else _('nee')}")
        else:
            unit = UNITS.get(BY_NAME[name].unit, "")
            words.append(f"{LABELS[name]}: {str(old).replace('.', ',')} → {str(new).replace('.', ',')} {unit}".strip())
    return words


def _trial_values(found: RoutingTrial) -> dict[str, object]:
    base = Parameters()
    if found.base_version:
        base = queries_deciding.from_values(queries_tuning.version(found.centre_id, found.base_version).values)
    newest = queries_tuning.versions(found.centre_id, 1)
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    lines = rules_trial.compare(found.runs) if found.done_at else []
    return {
        "trial": found,
        "lines": [line for line in lines if line.town is None or line.town in towns],
        "towns": towns,
        "agreements": queries_tuning.agreements(found.week),
        "changes": _change_words(base, queries_deciding.from_values(found.values)),
        "is_current": (newest[0].version if newest else 0) == found.base_version,
        "last_day": found.week + timedelta(days=6),
        "names": people.names_of(_people([found])),
        "longer": [towns[line.town].name for line in lines if line.town in towns and line.wait.verdict == "up"],
        "shorter": [towns[line.town].name for line in lines if line.town in towns and line.wait.verdict == "down"],
    }


def _people(rows: Iterable[object]) -> list[uuid.UUID]:
    return [who for row in rows if (who := getattr(row, "made_by_id", None)) is not None]


def _week_words(week: queries_tuning.Week) -> str:
    last = week.monday + timedelta(days=6)
    return str(
        _(
            "week %(number)s (%(first)s t/m %(last)s), %(n)s gesprekken",
            number=week.monday.isocalendar().week, first=format_date(week.monday, "d MMM"), last=format_date(last, "d MMM"),
            n=week.contacts,
        )
    )  # fmt: skip


def _crisis_form(place: Place, *, empty: bool = False) -> CrisisForm:
    form = CrisisForm(formdata=None) if empty else CrisisForm()
    everywhere = [(ALL, _("Alle gemeenten"))] if place.covers else []
    form.place.choices = [*everywhere, *((str(town.id), town.name) for town in place.towns)]
    groups = queries_tuning.topic_groups(place.centre_id)
    form.topic_group.choices = [("", _("Alle onderwerpen")), *((group, group) for group in groups)]
    return form


def _chosen_town(form: CrisisForm, place: Place) -> int | None:
    if form.place.data == ALL:
        return None
    for town in place.towns:
        if form.place.data == str(town.id):
            return town.id
    raise InvalidInput("Kies een gemeente uit de lijst.", field="place")


def _chosen_group(form: CrisisForm) -> str:
    chosen = form.topic_group.data or ""
    if chosen not in {str(value) for value, _label in form.topic_group.choices}:
        raise InvalidInput("Kies een onderwerp uit de lijst.", field="topic_group")
    return chosen


def _crisis_page(place: Place, form: CrisisForm, status: int = 200) -> ResponseReturnValue:
    found = queries_tuning.crises(place.centre_id)
    towns = {town.id: town.name for town in place.towns}
    who = [each.started_by_id for each in found] + [each.ended_by_id for each in found]
    page = render_template(
        "routing/crisis.html",
        form=form, place=place, act=BaseForm(formdata=None), now_on=next((each for each in found if each.ended_at is None), None),
        before=[each for each in found if each.ended_at is not None], names=people.names_of([one for one in who if one]),
        scope_words=lambda each: _scope_words(each, towns.get(each.municipality_id)), moment=now(),
    )  # fmt: skip
    return page, status


def _scope_words(crisis: Crisis, town: str | None) -> str:
    where = _("alle gemeenten") if crisis.municipality_id is None else town or _("een gemeente")
    return _("Crisis: %(where)s, %(what)s", where=where, what=crisis.topic_group or _("alle onderwerpen"))


def _since_words(crisis: Crisis, who: str | None) -> str:
    at = crisis.started_at.astimezone(queries_tuning.ZONE).strftime("%H:%M")
    return _("sinds %(at)s, door %(who)s", at=at, who=who or _("een teamleider"))
