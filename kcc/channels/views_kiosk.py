"""The kiosk: a tablet in the hall where visitors take a number; and the page where its address is made and withdrawn."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.channels import actions_kiosk, queries_kiosk
from kcc.channels import public_door as door
from kcc.channels import rules_kiosk as rules
from kcc.channels import views_strangers as strangers
from kcc.channels.forms_counter import KioskForm
from kcc.channels.models_counter import Kiosk
from kcc.channels.views_blueprint import bp
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.people import queries as people
from kcc.web.forms import BaseForm
from kcc.web.guards import public, requires
from kcc.web.person import actor

COOKIE_DAYS = 400
"""A tablet hangs in a hall for years; browsers keep a cookie no longer, and its address opens it again."""


def cookie_name() -> str:
    """The cookie that holds a kiosk's secret; over TLS it is bound to this host."""
    return "__Host-kcc-kiosk" if current_app.config["SETTINGS"].is_https else "kcc_kiosk"


@bp.get("/zuil/<secret>")
@public("a tablet in a hall is opened by the secret in its address, which the database checks")
def open_kiosk(secret: str) -> ResponseReturnValue:
    """Keep the secret in a cookie and go to the page itself: the address is on no screen that visitors see."""
    try:
        door.kiosk(secret)
    except NotFound:
        return _closed()
    answer = make_response(redirect(url_for("channels.kiosk"), 303))
    answer.set_cookie(
        cookie_name(), secret, max_age=COOKIE_DAYS * 86_400, httponly=True, samesite="Lax", path="/",
        secure=current_app.config["SETTINGS"].is_https,
    )  # fmt: skip
    return answer


@bp.get("/zuil")
@public("numbers for visitors; the secret of the tablet's cookie decides of which counter")
def kiosk() -> ResponseReturnValue:
    """What do you come for? A large button for each group of topics."""
    strangers.speak(request.args.get("taal", "nl"))
    try:
        return _choices(BaseForm(formdata=None))
    except NotFound:
        return _closed()


@bp.post("/zuil")
@public("takes a number and nothing else; the secret of the tablet's cookie decides of which counter")
def kiosk_take() -> ResponseReturnValue:
    """A number, once for each button that was shown."""
    language = strangers.speak(request.args.get("taal", "nl"))
    form = BaseForm()
    try:
        key = uuid.UUID(form.form_key.data or "")
        outcome = door.kiosk_take(_secret(), key=key, topic_group=_group(), language=language)
    except ValueError:
        outcome = "group"
    if outcome == "unknown":
        return _closed()
    if outcome == "taken":
        return redirect(url_for("channels.kiosk_number", number_id=key, taal=language), 303)
    if outcome == "busy":
        form.form_errors.append(_("Er zijn net heel veel nummers genomen. Ga naar een medewerker."))
        return _choices(BaseForm(formdata=None), form.form_errors, 429)
    try:
        return _choices(BaseForm(formdata=None), [_("Dit onderwerp is er niet (meer). Kies opnieuw.")], 422)
    except NotFound:
        return _closed()


@bp.get("/zuil/nummer/<uuid:number_id>")
@public("the number that was just taken, at the tablet that took it")
def kiosk_number(number_id: uuid.UUID) -> ResponseReturnValue:
    """The number, how many are first, what is known of the wait; goes back by itself."""
    language = strangers.speak(request.args.get("taal", "nl"))
    shown = door.kiosk_number(_secret(), number_id)
    minutes = rules.expected_minutes(shown["before"], shown["called"])
    return render_template(
        "channels/kiosk_number.html", shown=shown, at=datetime.fromisoformat(shown["at"]), minutes=minutes,
        is_long=minutes is not None and minutes > rules.LONGEST_SAID, longest=rules.LONGEST_SAID, language=language,
        stays=request.args.get("blijf") == "1", number_id=number_id,
    )  # fmt: skip


def _secret() -> str:
    return request.cookies.get(cookie_name(), "")


def _group() -> str:
    text = request.form.get("topic_group", "")
    if "\0" in text or len(text) > 200:
        raise ValueError(text[:20])
    return text.encode("utf-8", "replace").decode()


def _choices(form: BaseForm, faults: list[str] | None = None, status: int = 200) -> tuple[str, int]:
    shown = door.kiosk(_secret())
    return render_template("channels/kiosk.html", shown=shown, form=form, faults=faults or []), status


def _closed() -> tuple[str, int]:
    return render_template("channels/kiosk_closed.html"), 404


@bp.get("/setup/counters")
@requires(Permission.SETUP_MANAGE)
def kiosks() -> ResponseReturnValue:
    """The counters of one's towns, with the kiosks of each and their addresses."""
    return _settings(None, KioskForm(formdata=None))


@bp.post("/setup/counters/<int:entrance_id>")
@requires(Permission.SETUP_MANAGE)
def make_kiosk(entrance_id: int) -> ResponseReturnValue:
    """A new kiosk at this counter."""
    form = KioskForm()
    entrance = queries_kiosk.counter(entrance_id)
    if not form.validate():
        return _settings(entrance.id, form, 422)
    try:
        actions_kiosk.make_kiosk(
            actor=actor(), entrance_id=entrance_id, place=form.place.data or "", data_key=strangers.data_key()
        )
    except InvalidInput as fault:
        form.refuse(fault, "place")
        return _settings(entrance.id, form, 422)
    flash(_("De zuil is gemaakt. Open het adres op de tablet."), "success")
    return redirect(url_for("channels.kiosks"), 303)


@bp.post("/setup/kiosks/<uuid:kiosk_id>/withdraw")
@requires(Permission.SETUP_MANAGE)
def withdraw_kiosk(kiosk_id: uuid.UUID) -> ResponseReturnValue:
    """Shut the address of a kiosk."""
    actions_kiosk.withdraw_kiosk(actor=actor(), kiosk_id=kiosk_id)
    flash(_("Ingetrokken: dit adres geeft geen nummers meer."), "success")
    return redirect(url_for("channels.kiosks"), 303)


def _settings(refused_at: int | None, form: KioskForm, status: int = 200) -> tuple[str, int]:
    towns = {town.id: town for town in municipalities.visible_municipalities()}
    counters = municipalities.entrances(["counter"])
    kiosks = queries_kiosk.kiosks_of([entrance.id for entrance in counters])
    page = render_template(
        "channels/kiosks.html",
        counters=[(entrance, towns[entrance.municipality_id]) for entrance in counters],
        kiosks={entrance.id: [(one, _address(one)) for one in kiosks if one.entrance_id == entrance.id] for entrance in counters},
        names=people.names_of({one.made_by_id for one in kiosks}), form=form, refused_at=refused_at,
        empty_form=KioskForm(formdata=None), button_form=BaseForm(formdata=None),
    )  # fmt: skip
    return page, status


def _address(kiosk: Kiosk) -> str:
    base = current_app.config["SETTINGS"].public_url.rstrip("/")
    return str(base + url_for("channels.open_kiosk", secret=rules.secret_of(strangers.data_key(), kiosk.id)))
