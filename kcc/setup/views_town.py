"""A new town, its overview with what is missing, who it is, how it looks, and letting it take part."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core.errors import InvalidInput, InvalidState
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities import queries_history, rules_colours, rules_logo
from kcc.municipalities import rules_setup as setup_rules
from kcc.municipalities.models import Municipality
from kcc.municipalities.rules_readiness import Step
from kcc.setup import actions_towns as actions
from kcc.setup import queries
from kcc.setup import views_words as words
from kcc.setup.forms import ColourForm, IdentityForm, LogoForm, LooksForm, NewTownForm, OpenForm, fill, typed
from kcc.setup.views_blueprint import bp
from kcc.setup.views_steps import onward, read_form, refuse, remove, save, step_page, today_of, town_of
from kcc.web.guards import requires, takes_files
from kcc.web.person import actor, current_person


@bp.route("/towns/new", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def new_town() -> ResponseReturnValue:
    """Begin a new town, with ``name`` and ``cbs_code`` filled in when given; the rest follows step by step, and may wait."""
    form = NewTownForm()
    centres = {town.centre_id for town in municipalities.visible_municipalities()}
    form.centre_id.choices = [(number, name) for number, name in queries.centre_names().items() if number in centres]
    if not form.is_submitted():
        # A list of municipalities may lead here with what it knows.
        form.name.data, form.cbs_code.data = request.args.get("name", "")[:80], request.args.get("cbs_code", "")[:4]
    if form.validate_on_submit():
        try:
            town = actions.make_town(
                actor=actor(), centre_id=form.centre_id.data, name=form.name.data or "",
                short_code=form.short_code.data or "", cbs_code=form.cbs_code.data or "",
            )  # fmt: skip
        except InvalidInput as fault:
            refuse(form, fault)
        else:
            flash(_("De gemeente is in voorbereiding. Elke stap wordt bewaard; u kunt later verder."), "success")
            return redirect(url_for("setup.identity", municipality_id=town.id), 303)
    return render_template("setup/new_town.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/towns/<int:municipality_id>/")
@requires(Permission.SETUP_MANAGE)
def town(municipality_id: int) -> ResponseReturnValue:
    """How far a town is, what is missing, what is to come, and how agents will see it."""
    return _overview(town_of(municipality_id), OpenForm(formdata=None))


@bp.post("/towns/<int:municipality_id>/open")
@requires(Permission.SETUP_MANAGE)
def open_town(municipality_id: int) -> ResponseReturnValue:
    """Let a town take part from a day on."""
    found = town_of(municipality_id)
    form = OpenForm()
    if not form.validate():
        return _overview(found, form), 422
    try:
        on = date.fromisoformat(setup_rules.day(form.joined_on.data or ""))
        actions.open_town(actor=actor(), municipality_id=found.id, on=on)
    except InvalidInput as fault:
        refuse(form, InvalidInput(fault.message, field="joined_on"))
        return _overview(found, form), 422
    except InvalidState as fault:
        refuse(form, InvalidInput(fault.message))
        return _overview(found, form), 422
    flash(_("De gemeente doet mee."), "success")
    return redirect(url_for("setup.town", municipality_id=found.id), 303)


@bp.route("/towns/<int:municipality_id>/identity", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def identity(municipality_id: int) -> ResponseReturnValue:
    """Who the town is."""
    found = town_of(municipality_id)
    form = read_form(IdentityForm(), found)
    if form.validate_on_submit():
        if save(form, found, "municipality", found.id, typed(form, IdentityForm.FIELDS)):
            return onward(found, Step.IDENTITY)
    elif not form.is_submitted():
        fill(form, found, IdentityForm.FIELDS)
    page = step_page("setup/identity.html", found, Step.IDENTITY, form=form)
    return page, 422 if form.is_submitted() else 200


@bp.route("/towns/<int:municipality_id>/looks", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def looks(municipality_id: int) -> ResponseReturnValue:
    """Its colour, with the contrast of each, and what agents say first."""
    return _looks(town_of(municipality_id))


@bp.post("/towns/<int:municipality_id>/logo")
@requires(Permission.SETUP_MANAGE)
@takes_files(rules_logo.LARGEST_BYTES + 100_000)
def save_logo(municipality_id: int) -> ResponseReturnValue:
    """Wear another picture, or none."""
    found = town_of(municipality_id)
    form = LogoForm()
    if not form.validate():
        return _looks(found, form)
    try:
        if request.form.get("do") == "none":
            remove(found, "municipality", found.id, {"logo": None})
        else:
            actions.set_logo(
                actor=actor(),
                municipality_id=found.id,
                data=form.logo.data.read() if form.logo.data else b"",
                seen=form.known,
            )
            flash(_("Bewaard."), "success")
    except InvalidInput as fault:
        refuse(form, fault, found)
        return _looks(found, form)
    return redirect(url_for("setup.looks", municipality_id=found.id), 303)


def _looks(found: Municipality, logo_form: LogoForm | None = None) -> ResponseReturnValue:
    form = read_form(LooksForm(formdata=None) if logo_form else LooksForm(), found)
    if logo_form is None and form.validate_on_submit():
        if save(form, found, "municipality", found.id, typed(form, LooksForm.FIELDS)):
            return onward(found, Step.LOOKS)
    elif logo_form is not None or not form.is_submitted():
        fill(form, found, LooksForm.FIELDS)
    own, near = _own_colour(request.args.get("own_colour", ""))
    size = (
        rules_logo.size_of(picture) if found.logo and (picture := municipalities.logo(found.id, found.logo)) else None
    )
    page = step_page(
        "setup/looks.html", found, Step.LOOKS, form=form, colours=rules_colours.COLOURS, own=own, near=near,
        contrasts={accent: rules_colours.contrasts(accent) for accent in rules_colours.COLOURS},
        enough=rules_colours.ENOUGH, names=words.COLOURS, greeting=_said(found), size=size, logo_form=logo_form or LogoForm(formdata=None),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def _own_colour(text: str) -> tuple[ColourForm, dict[str, object] | None]:
    form = ColourForm(formdata=None)
    form.own_colour.data = text[:20]
    if not text:
        return form, None
    try:
        colour = rules_colours.parse(text)
    except InvalidInput as fault:
        form.refuse(fault)
        return form, None
    ratio = rules_colours.contrast(colour, rules_colours.PAPER["light"])
    return form, {"accent": rules_colours.nearest(colour), "ratio": ratio, "readable": ratio >= rules_colours.ENOUGH}


def _overview(found: Municipality, form: OpenForm) -> str:
    if not form.joined_on.data and not form.is_submitted():
        form.joined_on.data = today_of(found).isoformat()
    coming = queries_history.to_come(found.id)
    names = words.Names.of(found.id, coming)
    return step_page(
        "setup/town.html", found, None, form=form, coming=[(made, words.title(made, names)) for made in coming],
        entrances=queries.entrances_of(found.id), links=municipalities.links_of([found.id]), greeting=_said(found),
        entrance_words=words.ENTRANCES, today=today_of(found),
    )  # fmt: skip


def _said(found: Municipality) -> str:
    """The greeting as this person would say it."""
    return found.greeting.replace("{naam}", current_person().name.split()[0])
