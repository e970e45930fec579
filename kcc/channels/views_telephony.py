"""Telephony for those who watch over it: today's calls, numbers that lead nowhere, agents' telephones."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.channels import actions_calls as calls
from kcc.channels import actions_phones as phones
from kcc.channels import queries_calls as queries
from kcc.channels.forms_telephony import PhoneForm
from kcc.channels.rules_calls import CallState
from kcc.channels.views_blueprint import bp
from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.parties.rules import format_phone
from kcc.web.forms import BaseForm
from kcc.web.guards import requires
from kcc.web.navigation import add_account_entry
from kcc.web.paging import pack, unpack
from kcc.web.person import actor

add_account_entry("channels.telephony", _l("Telefonie"), Permission.TELEPHONE_MANAGE, place=60)
PAGE_SIZE = 25
STATES = {
    CallState.RINGING: (_l("Wacht"), "warn"),
    CallState.TALKING: (_l("In gesprek"), "ok"),
    CallState.ON_HOLD: (_l("In de wacht"), "ok"),
    CallState.ENDED: (_l("Beantwoord"), "ok"),
    CallState.ABANDONED: (_l("Afgehaakt"), "warn"),
    CallState.CALLED_BACK: (_l("Terugbellen"), "open"),
    CallState.CLOSED: (_l("Gesloten"), "neutral"),
    CallState.LOST: (_l("Zonder einde gebleven"), "late"),
}


@bp.get("/telephony")
@requires(Permission.TELEPHONE_MANAGE)
def telephony() -> ResponseReturnValue:
    """Everything on one page."""
    return _page()


@bp.post("/telephony/phone")
@requires(Permission.TELEPHONE_MANAGE)
def set_phone() -> ResponseReturnValue:
    """Say where one agent's telephone is found."""
    form = PhoneForm()
    try:
        account_id = uuid.UUID(form.account.data or "")
    except ValueError as error:
        raise NotFound from error
    if form.validate_on_submit():
        try:
            phones.set_phone(actor=actor(), account_id=account_id, address=form.address.data or "")
            flash(_("Toestel bewaard."), "success")
            return redirect(url_for("channels.telephony"), 303)
        except InvalidInput as fault:
            db.session.rollback()
            form.refuse(fault, "address")
    return _page(form, account_id), 422


@bp.post("/telephony/stray/<uuid:stray_id>/seen")
@requires(Permission.TELEPHONE_MANAGE)
def see_stray(stray_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody has seen to a number that led nowhere."""
    calls.see_stray(actor=actor(), stray_id=stray_id)
    flash(_("Bewaard als gezien."), "success")
    return redirect(url_for("channels.telephony"), 303)


def _page(refused: PhoneForm | None = None, refused_id: uuid.UUID | None = None) -> str:
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    zone = ZoneInfo(next((town.zone for town in towns.values()), "Europe/Amsterdam"))
    began = datetime.combine(now().astimezone(zone).date(), time(0), zone)
    lines = queries.recent(PAGE_SIZE + 1, before=_place(request.args.get("after")))
    last = lines[PAGE_SIZE - 1].call if len(lines) > PAGE_SIZE else None
    return render_template(
        "channels/telephony.html",
        towns=towns,
        figures=queries.figures(list(towns), began, now()),
        strays=queries.strays(),
        lines=lines[:PAGE_SIZE],
        states=STATES,
        next_url=url_for("channels.telephony", after=pack(last.arrived_at, last.id)) if last else None,
        phones=[(each, _form(each, refused, refused_id)) for each in queries.phones()],
        form=BaseForm(formdata=None),
        format_phone=format_phone,
    )


def _form(phone: queries.Phone, refused: PhoneForm | None, refused_id: uuid.UUID | None) -> PhoneForm:
    if refused is not None and phone.account_id == refused_id:
        return refused
    return PhoneForm(formdata=None, data={"account": str(phone.account_id), "address": phone.address})


def _place(word: str | None) -> tuple[datetime, uuid.UUID] | None:
    values = unpack(word)
    if values is None or len(values) != 2:
        return None
    try:
        at = datetime.fromisoformat(values[0])
        return (at, uuid.UUID(values[1])) if at.tzinfo else None
    except ValueError:
        return None
