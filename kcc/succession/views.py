"""Plans for merging towns: what would happen, choosing, signing, and how it goes."""

from __future__ import annotations

import json
import uuid
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.errors import InvalidInput, InvalidState, NotAllowed
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.succession import actions, actions_leaving, queries, rules
from kcc.succession import views_words as words
from kcc.succession.forms import LeavingForm, MergerForm
from kcc.succession.models import Succession
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_setup_entry
from kcc.web.person import actor

bp = Blueprint("succession", __name__, url_prefix="/succession")
add_setup_entry(
    "succession.overview", _l("Samenvoegen en vertrek"), _l("Een gemeente gaat op in een andere, of vertrekt. Eerst een proef, dan twee handtekeningen."),
    Permission.SETUP_MANAGE, place=90,
)  # fmt: skip


@bp.get("/")
@requires(Permission.SETUP_MANAGE)
def overview() -> ResponseReturnValue:
    """All plans, and the forms for a new one."""
    return _overview(_merger_form(), _leaving_form())


@bp.post("/merger")
@requires(Permission.SETUP_MANAGE)
def plan_merger() -> ResponseReturnValue:
    """Note a merger, and have it tried."""
    form = _merger_form()
    if not form.validate():
        return _overview(form, _leaving_form(fresh=True)), 422
    try:
        made = actions.plan_merger(
            actor=actor(), municipality_id=form.municipality_id.data, successor_id=form.successor_id.data,
            on_day=form.on_day.data,
        )  # fmt: skip
    except InvalidInput as fault:
        form.refuse(fault)
        return _overview(form, _leaving_form(fresh=True)), 422
    flash(_("Het plan staat er. De proef loopt; ververs de pagina over een halve minuut."), "success")
    return redirect(url_for("succession.show", succession_id=made.id), 303)


@bp.post("/leaving")
@requires(Permission.SETUP_MANAGE)
def plan_leaving() -> ResponseReturnValue:
    """Note that a town leaves."""
    form = _leaving_form()
    if not form.validate():
        return _overview(_merger_form(fresh=True), form), 422
    try:
        made = actions_leaving.plan_leaving(
            actor=actor(), municipality_id=form.leaver_id.data, on_day=form.leaves_on.data
        )
    except InvalidInput as fault:
        form.refuse(InvalidInput(fault.message, field="leaver_id"))
        return _overview(_merger_form(fresh=True), form), 422
    flash(_("Het plan staat er. Er gebeurt niets voordat twee beheerders hebben ondertekend."), "success")
    return redirect(url_for("succession.show", succession_id=made.id), 303)


@bp.get("/certificates/<uuid:certificate_id>")
@requires(Permission.SETUP_MANAGE)
def certificate(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """That a town left, to read and print."""
    return render_template(
        "succession/certificate.html", certificate=(found := queries.certificate(certificate_id)), removed=words.removed(found),
        others=words.others(found),
    )  # fmt: skip


@bp.get("/certificates/<uuid:certificate_id>.json")
@requires(Permission.SETUP_MANAGE)
def certificate_json(certificate_id: uuid.UUID) -> ResponseReturnValue:
    """The same for machines, with every checksum."""
    found = queries.certificate(certificate_id)
    names = [column.key for column in found.__table__.columns]
    body = json.dumps({name: getattr(found, name) for name in names}, default=str, ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f'attachment; filename="vertrek-{found.cbs_code}.json"'}
    return Response(body, mimetype="application/json", headers=headers)


@bp.get("/<uuid:succession_id>")
@requires(Permission.SETUP_MANAGE)
def show(succession_id: uuid.UUID) -> ResponseReturnValue:
    """One plan: what the proof found, the mapping, who signed, and how far it is."""
    return _page(queries.succession(succession_id))


@bp.post("/<uuid:succession_id>/choices")
@requires(Permission.SETUP_MANAGE)
def choose(succession_id: uuid.UUID) -> ResponseReturnValue:
    """Lay down the mapping."""
    which, form = queries.succession(succession_id), BaseForm()
    if not form.validate():
        return _page(which, form), 422
    chosen = {}
    for name, value in request.form.items():
        kind, found, subject = name.partition("-")
        if found and kind in ("department", "route", "overlay", "parties"):
            chosen[kind, subject] = value
    try:
        changed = actions.choose(actor=actor(), which=which, chosen=chosen)
    except InvalidInput as fault:
        form.refuse(fault)
        return _page(which, form), 422
    except InvalidState as fault:
        return _told(which, fault)
    flash(_("Bewaard. Eerdere handtekeningen tellen niet meer.") if changed else _("Er is niets veranderd."), "success")
    return _back(which)


@bp.post("/<uuid:succession_id>/compare")
@requires(Permission.SETUP_MANAGE)
def compare(succession_id: uuid.UUID) -> ResponseReturnValue:
    """Try it again."""
    which = queries.succession(succession_id)
    if queries.state_of(which.id) or queries.departure_of(which.id):
        return _told(which, InvalidState("Dit is al begonnen of ingetrokken."))
    actions.ask_compare(actor=actor(), which=which)
    flash(_("De proef loopt; ververs de pagina over een halve minuut."), "success")
    return _back(which)


@bp.post("/<uuid:succession_id>/sign")
@requires(Permission.SETUP_MANAGE)
def sign(succession_id: uuid.UUID) -> ResponseReturnValue:
    """Sign what stands there."""
    which = queries.succession(succession_id)
    try:
        signed = actions.sign(actor=actor(), which=which)
    except (InvalidState, NotAllowed) as fault:
        return _told(which, fault)
    ready = signed >= actions.SIGNATURES
    flash(
        _("Ondertekend door twee beheerders: het gaat door.")
        if ready
        else _("Ondertekend. Een tweede beheerder moet dit ook doen."),
        "success",
    )
    return _back(which)


@bp.post("/<uuid:succession_id>/cancel")
@requires(Permission.SETUP_MANAGE)
def cancel(succession_id: uuid.UUID) -> ResponseReturnValue:
    """Take the plan back."""
    which = queries.succession(succession_id)
    try:
        actions.cancel(actor=actor(), which=which)
    except InvalidState as fault:
        return _told(which, fault)
    flash(_("Het plan is ingetrokken."), "success")
    return redirect(url_for("succession.overview"), 303)


def _overview(form: MergerForm, leaving: LeavingForm) -> str:
    towns = {town.id: town for town in municipalities.visible_municipalities(gone=True)}
    begun = queries.begun()
    plans = [(which, words.line_of(which, begun.get(which.id))) for which in queries.successions()]
    return render_template(
        "succession/overview.html", towns=towns, plans=plans, form=form, leaving=leaving, certificates=queries.certificates()
    )  # fmt: skip


def _merger_form(*, fresh: bool = False) -> MergerForm:
    form = MergerForm(formdata=None) if fresh else MergerForm()
    form.municipality_id.choices = form.successor_id.choices = _towns_to_choose()
    return form


def _leaving_form(*, fresh: bool = False) -> LeavingForm:
    form = LeavingForm(formdata=None) if fresh else LeavingForm()
    form.leaver_id.choices = _towns_to_choose()
    return form


def _towns_to_choose() -> list[tuple[int, str]]:
    return [(town.id, town.name) for town in municipalities.visible_municipalities()]


def _page(which: Succession, form: BaseForm | None = None) -> str:
    towns = {town.id: town for town in municipalities.visible_municipalities(gone=True)}
    old, new = towns[which.municipality_id], towns.get(which.successor_id or 0)
    state = queries.state_of(which.id) if new else None
    departure = None if new else queries.departure_of(which.id)
    begun = (state.done_at is not None) if state else (False if departure else None)
    signed = queries.signatures(which.id)
    me = actor().account_id
    return render_template(
        "succession/show.html", which=which, old=old, new=new, state=state, line=words.line_of(which, begun), signed=signed, departure=departure,
        signed_by_me=any(who == me for who, _name, _at in signed), form=form or BaseForm(formdata=None),
        empty_form=lambda: BaseForm(formdata=None), **_review(which, old, new), **_progress(which, state),
    )  # fmt: skip


def _review(which: Succession, old: Municipality, new: Municipality | None) -> dict[str, Any]:
    """The dry run and the mapping, as the template shows them."""
    compared = which.compared
    if compared is None or new is None:
        counts = (compared or {}).get("counts", {})
        return {"compared": None, "leaving_counts": words.counts(counts), "predecessors": _predecessors(which)}
    chosen = {(line.kind, line.subject): line.choice for line in queries.choices_of(which)}
    return {
        "compared": compared,
        "chosen": chosen,
        "warnings": [words.WARNINGS[word] for word in rules.warnings(compared)],
        "conflicts": rules.conflicts_left(compared, chosen),
        "department_choices": words.department_choices(compared),
        "route_choices": lambda conflict: words.route_choices(conflict, old.name, new.name),
        "overlay_choices": words.overlay_choices(old.name, new.name),
        "party_choices": words.party_choices(),
    }


def _predecessors(which: Succession) -> list[str]:
    """Names of the towns that went on as the one that leaves."""
    names = {town.id: town.name for town in municipalities.visible_municipalities(gone=True)}
    return sorted(names[old] for old, heir in municipalities.heirs().items() if heir == which.municipality_id)


def _progress(which: Succession, state: queries.State | None) -> dict[str, Any]:
    """How far it is, and what became of what."""
    if state is None:
        return {"steps": []}
    place = queries.STEPS.index(state.step)
    ways = queries.parties_by_way(which.id)
    return {
        "steps": [(words.STEPS[name], place > n or state.step == "done") for n, name in enumerate(queries.STEPS[:-1])],
        "sums": words.sums(state) if state.done_at else [],
        "parties": [(words.PARTIES[how], number) for how, number in ways.items()],
        "trace": [(words.KINDS[row.kind], row.old_name, row.new_name, words.HOW[row.how]) for row in queries.trace(which.id)],
    }  # fmt: skip


def _told(which: Succession, fault: InvalidState | NotAllowed) -> ResponseReturnValue:
    flash(_(fault.message), "warning")
    return _back(which)


def _back(which: Succession) -> ResponseReturnValue:
    return redirect(url_for("succession.show", succession_id=which.id), 303)
