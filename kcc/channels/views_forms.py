"""Forms that a person has to judge, and how each form looks and where it may be shown."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import actions_forms, actions_texts, queries_forms
from kcc.channels import rules_forms as rules
from kcc.channels.forms_settings import WebFormForm
from kcc.channels.public_door import Entrance as Address
from kcc.channels.views_blueprint import bp
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities import views_meanwhile
from kcc.municipalities.models import Entrance
from kcc.parties.evidence import record_look
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_account_entry, add_setup_entry
from kcc.web.paging import page_of, unpack
from kcc.web.person import actor

add_account_entry("channels.form_settings", _l("Webformulieren"), Permission.SETUP_MANAGE, place=40)
add_setup_entry(
    "channels.form_settings", _l("Webformulieren"), _l("De woorden van elk formulier, en waar het mag staan."),
    Permission.SETUP_MANAGE, place=40,
)  # fmt: skip

PAGE_SIZE = 25
DOUBT_WORDS = {
    "trap": _l("een veld dat mensen niet zien, was ingevuld"),
    "too_fast": _l("ingevuld in minder dan 3 seconden"),
    "links": _l("veel links"),
    "often": _l("veel formulieren van hetzelfde netwerk"),
    "failed": _l("verwerken lukte niet"),
}


@bp.get("/forms/")
@requires(Permission.FORM_SORT)
def held_forms() -> ResponseReturnValue:
    """Forms that wait for a judgement; with ``weg`` those that were thrown away. That one looks is written down first."""
    state = "discarded" if request.args.get("weg") else "quarantine"
    page = page_of(
        queries_forms.held(state, PAGE_SIZE + 1, _place(request.args.get("after"))),
        PAGE_SIZE,
        lambda held: (held.form.received_at, held.form.id),
    )
    for town in sorted({held.municipality.id for held in page.rows}):
        record_look(actor=actor(), municipality_id=town, what="form_open", reason="quarantine")
    return render_template(
        "channels/held_forms.html", page=page, discarded=state == "discarded", stuck=len(queries_forms.stuck()),
        doubt_words=DOUBT_WORDS, form=BaseForm(formdata=None),
    )  # fmt: skip


@bp.post("/forms/<uuid:form_id>/release")
@requires(Permission.FORM_SORT)
def release_form(form_id: uuid.UUID) -> ResponseReturnValue:
    """It is a question: on to the queue."""
    try:
        ticket = actions_forms.release(actor=actor(), form_id=form_id)
    except InvalidState as fault:
        return _told(fault)
    flash(_("De vraag staat in de wachtrij als %(reference)s.", reference=ticket.reference), "success")
    return redirect(url_for("channels.held_forms"), 303)


@bp.post("/forms/<uuid:form_id>/discard")
@requires(Permission.FORM_SORT)
def discard_form(form_id: uuid.UUID) -> ResponseReturnValue:
    """It is no question; it can still be found."""
    try:
        actions_forms.discard(actor=actor(), form_id=form_id)
    except InvalidState as fault:
        return _told(fault)
    flash(_("Weggelegd. U vindt het terug onder ‘weggelegd’."), "success")
    return redirect(url_for("channels.held_forms"), 303)


@bp.get("/setup/forms")
@requires(Permission.SETUP_MANAGE)
def form_settings() -> ResponseReturnValue:
    """The forms of one's towns, with their addresses."""
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    forms = [
        (entrance, towns[entrance.municipality_id], _address(entrance))
        for entrance in municipalities.entrances(["form"])
    ]
    return render_template("channels/form_settings.html", forms=forms)


@bp.route("/setup/forms/<int:webform_id>", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def edit_form(webform_id: int) -> ResponseReturnValue:
    """The words of the form behind an entrance, and the sites that may show it."""
    entrance = municipalities.entrance(webform_id)
    if entrance.kind != "form":
        raise NotFound
    views_meanwhile.remember(entrance.municipality_id)
    town = municipalities.municipality(entrance.municipality_id)
    form = WebFormForm()
    if form.validate_on_submit():
        try:
            actions_texts.set_web_form(
                actor=actor(), entrance_id=entrance.id, words=form.words(), sites=rules.sites_of(form.sites.data or ""),
                seen=form.known,
            )  # fmt: skip
        except InvalidInput as fault:
            views_meanwhile.refuse(form, fault, town.id, request.path)
        else:
            flash(_("Het formulier is aangepast."), "success")
            return redirect(url_for("channels.form_settings"), 303)
    if not form.is_submitted():
        _fill(form, entrance)
    page = render_template(
        "channels/form_edit.html", form=form, entrance=entrance, municipality=town, address=_address(entrance)
    )
    return page, 422 if form.is_submitted() else 200


def _fill(form: WebFormForm, entrance: Entrance) -> None:
    stored = queries_forms.web_form(entrance.municipality_id, entrance.id)
    if stored is None:
        return
    for language in rules.LANGUAGES:
        for name in ("title", "intro"):
            form[f"{name}_{language}"].data = stored.words.get(language, {}).get(name, "")
    form.sites.data = "\n".join(stored.frame_ancestors)


def _address(entrance: Entrance) -> str:
    base = current_app.config["SETTINGS"].public_url.rstrip("/")
    return str(base + url_for("channels.web_form", key=Address(entrance.id, entrance.address).key))


def _told(fault: InvalidState) -> ResponseReturnValue:
    db.session.rollback()
    flash(_(fault.message), "warning")
    return redirect(url_for("channels.held_forms"), 303)


def _place(word: str | None) -> tuple[datetime, uuid.UUID] | None:
    values = unpack(word)
    if values is None or len(values) != 2:
        return None
    try:
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None
