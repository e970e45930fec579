"""Where an invitation leads: choose a password, connect a telephone, keep the recovery codes; and in."""

from __future__ import annotations

import binascii

import segno
from cryptography.exceptions import InvalidTag
from flask import Blueprint, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core import sealing
from kcc.core.clock import now
from kcc.core.errors import InvalidInput
from kcc.people import rules, welcome
from kcc.people.forms import OpenInvitationForm, WelcomeForm
from kcc.people.welcome import Invited
from kcc.web.guards import public
from kcc.web.requests import set_session_cookie

welcome_bp = Blueprint("welcome", __name__, url_prefix="/welcome")


@welcome_bp.get("")
@public("whoever is invited has no session yet")
def door() -> ResponseReturnValue:
    """Where the link of the mail leads; a script takes the secret from behind the #, or it is typed."""
    return render_template("people/welcome_door.html", form=OpenInvitationForm())


@welcome_bp.post("")
@public("whoever is invited has no session yet; the secret of the link is checked by the database")
def begin() -> ResponseReturnValue:
    """The page on which password and code are set, for a link that still works."""
    form = OpenInvitationForm()
    if not form.validate_on_submit():
        return render_template("people/welcome_door.html", form=form), 422
    secret = (form.code.data or "").strip()
    invited = welcome.opened(secret)
    if invited is None:
        form.code.errors = [_("Deze link werkt niet (meer). Vraag uw beheerder om een nieuwe uitnodiging.")]
        return render_template("people/welcome_door.html", form=form), 422
    page = WelcomeForm(formdata=None)
    page.secret.data = secret
    page.sealed.data = sealing.seal(_key(), rules.make_totp_secret(), _context(secret)).hex()
    return _page(page, invited)


@welcome_bp.post("/set")
@public("whoever is invited has no session yet; the secret of the link is checked by the database, once")
def finish() -> ResponseReturnValue:
    """Set both at once and open the session; the recovery codes are shown this once."""
    form = WelcomeForm()
    secret = form.secret.data or ""
    invited = welcome.opened(secret)
    totp = _unsealed(form.sealed.data or "", secret)
    if invited is None or totp is None:
        again = OpenInvitationForm(formdata=None)
        again.code.errors = [_("Deze link werkt niet (meer). Vraag uw beheerder om een nieuwe uitnodiging.")]
        return render_template("people/welcome_door.html", form=again), 422
    step = rules.matching_step(totp, form.code.data or "", now())
    if not _accepted(form, invited, step):
        return _page(form, invited, 422)
    codes, session, settings = rules.make_recovery_codes(), rules.make_secret(), current_app.config["SETTINGS"]
    opened = welcome.accept(
        secret=secret, password=form.new_password.data or "", totp=sealing.seal(_key(), totp, "totp"), step=step or 0,
        codes=codes, session=session, label=rules.device_label(request.user_agent.string),
        idle_minutes=settings.session_idle_minutes, hours=settings.session_hours,
    )  # fmt: skip
    if not opened:
        return _page(form, invited, 422)
    response = make_response(render_template("people/welcome_done.html", codes=codes, invited=invited))
    set_session_cookie(response, session)
    return response


def _accepted(form: WelcomeForm, invited: Invited, step: int | None) -> bool:
    """Whether all that was typed can be kept; what is wrong stands at its field."""
    good = form.validate_on_submit()
    try:
        rules.refuse_weak(form.new_password.data or "", invited.email)
    except InvalidInput as fault:
        if good:
            form.refuse(fault)
        good = False
    if step is None and not form.code.errors:
        form.code.errors = [_("Deze code klopt niet. Wacht op een nieuwe en probeer het nog eens.")]
    return good and step is not None


def _page(form: WelcomeForm, invited: Invited, status: int = 200) -> ResponseReturnValue:
    totp = _unsealed(form.sealed.data or "", form.secret.data or "")
    picture = None
    if totp is not None:
        qr = segno.make(rules.totp_uri(totp, invited.email), error="m")
        picture = qr.svg_data_uri(scale=5, border=4, light="#ffffff", dark="#000000")
    return render_template("people/welcome.html", form=form, invited=invited, picture=picture, totp=totp), status


def _key() -> bytes:
    return bytes(current_app.config["SETTINGS"].data_key)


def _context(secret: str) -> str:
    """What the secret of the codes is sealed for: this link and no other."""
    return f"welcome:{rules.hash_secret(secret).hex()}"


def _unsealed(sealed: str, secret: str) -> str | None:
    try:
        return sealing.unseal(_key(), binascii.unhexlify(sealed), _context(secret))
    except (InvalidTag, ValueError):
        return None
