"""One's own account: name and language, password, open sessions, signing in with a code."""

from __future__ import annotations

import uuid

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core import sealing
from kcc.core.clock import now
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.people import actions, evidence, queries, rules
from kcc.people.forms import ActForm, CodeForm, PasswordForm, ProofForm, SettingsForm
from kcc.web.forms import BaseForm
from kcc.web.guards import repeatable, requires
from kcc.web.navigation import add_account_entry
from kcc.web.person import actor, current_person

account_bp = Blueprint("account", __name__, url_prefix="/account")
add_account_entry("account.overview", _l("Mijn account"), Permission.ACCOUNT_SELF, place=10)
add_account_entry("account.password", _l("Wachtwoord wijzigen"), Permission.ACCOUNT_SELF, place=20)


@account_bp.get("/")
@requires(Permission.ACCOUNT_SELF)
def overview() -> ResponseReturnValue:
    """Settings, and where one is signed in."""
    account = queries.own_account(current_person().account_id)
    return _overview(SettingsForm(obj=account))


def _overview(form: SettingsForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "people/account.html",
        form=form,
        sessions=[(each, ActForm(formdata=None)) for each in queries.own_sessions()],
        factors=queries.own_factors(),
    ), status


@account_bp.post("/")
@requires(Permission.ACCOUNT_SELF)
def save() -> ResponseReturnValue:
    """Keep name, language and keys."""
    form = SettingsForm()
    if not form.validate_on_submit():
        return _overview(form, 422)
    try:
        account = actions.save_settings(
            actor=actor(),
            name=form.name.data or "",
            locale=form.locale.data or "",
            shortcuts_on=bool(form.shortcuts_on.data),
        )
    except InvalidInput as fault:
        form.refuse(fault)
        return _overview(form, 422)
    with force_locale(account.locale):
        flash(_("Uw gegevens zijn opgeslagen."), "success")
    return redirect(url_for("account.overview"), 303)


@account_bp.get("/password")
@requires(Permission.ACCOUNT_SELF)
def password() -> ResponseReturnValue:
    """Where the password is changed."""
    return render_template("people/password.html", form=PasswordForm())


@account_bp.post("/password")
@requires(Permission.ACCOUNT_SELF)
@repeatable("the old password holds only once, and no trace of it may stay in the memory of forms")
def change_password() -> ResponseReturnValue:
    """Change the password; every other session ends."""
    form = PasswordForm()
    if not form.validate_on_submit() or not may_try(form):
        return render_template("people/password.html", form=form), 422
    try:
        actions.change_password(
            actor=actor(),
            email=current_person().email,
            old=form.password.data or "",
            new=form.new_password.data or "",
            salt=queries.own_factors().salt,
        )
    except InvalidInput as fault:
        form.refuse(fault)
        return render_template("people/password.html", form=form), 422
    flash(_("Uw wachtwoord is gewijzigd. Op andere apparaten bent u afgemeld."), "success")
    return redirect(url_for("account.overview"), 303)


@account_bp.post("/sessions/<uuid:door_id>/end")
@requires(Permission.ACCOUNT_SELF)
def end_session(door_id: uuid.UUID) -> ResponseReturnValue:
    """Sign out somewhere else."""
    actions.end_session(actor=actor(), door_id=door_id)
    flash(_("Die sessie is beëindigd."), "success")
    return redirect(url_for("account.overview"), 303)


@account_bp.get("/second-factor")
@requires(Permission.ACCOUNT_SELF)
def second_factor() -> ResponseReturnValue:
    """Signing in with a code: off, being set up, or on."""
    return _second_factor_page(CodeForm(), ProofForm())


@account_bp.post("/second-factor/offer")
@requires(Permission.ACCOUNT_SELF)
def offer() -> ResponseReturnValue:
    """Make a fresh secret and show it as a QR code."""
    sealed = sealing.seal(current_app.config["SETTINGS"].data_key, rules.make_totp_secret(), "totp")
    actions.offer_totp(actor=actor(), sealed_secret=sealed)
    return redirect(url_for("account.second_factor"), 303)


@account_bp.post("/second-factor/confirm")
@requires(Permission.ACCOUNT_SELF)
@repeatable("codes are switched on once, and recovery codes may not stay in the memory of forms")
def confirm() -> ResponseReturnValue:
    """Switch codes on by a first right one, and show the recovery codes this once."""
    form = CodeForm()
    sealed = queries.own_factors().totp_secret
    if not form.validate_on_submit() or sealed is None:
        return _second_factor_page(form, ProofForm(formdata=None), 422)
    secret = sealing.unseal(current_app.config["SETTINGS"].data_key, sealed, "totp")
    try:
        codes = actions.confirm_totp(actor=actor(), step=rules.matching_step(secret, form.code.data or "", now()))
    except InvalidInput as fault:
        form.refuse(fault)
        return _second_factor_page(form, ProofForm(formdata=None), 422)
    return render_template("people/recovery_codes.html", codes=codes)


@account_bp.post("/second-factor/drop")
@requires(Permission.ACCOUNT_SELF)
@repeatable("off is off, and no trace of the password may stay in the memory of forms")
def drop() -> ResponseReturnValue:
    """Switch codes off, on proof of the password."""
    form = ProofForm()
    if not form.validate_on_submit() or not may_try(form):
        return _second_factor_page(CodeForm(formdata=None), form, 422)
    try:
        actions.drop_totp(actor=actor(), password=form.password.data or "", salt=queries.own_factors().salt)
    except InvalidInput as fault:
        form.refuse(fault)
        return _second_factor_page(CodeForm(formdata=None), form, 422)
    flash(_("Aanmelden met een code staat nu uit."), "success")
    return redirect(url_for("account.overview"), 303)


def _second_factor_page(code_form: CodeForm, proof_form: ProofForm, status: int = 200) -> ResponseReturnValue:
    factors = queries.own_factors()
    secret, picture = None, None
    if factors.totp_secret is not None:
        secret = sealing.unseal(current_app.config["SETTINGS"].data_key, factors.totp_secret, "totp")
        qr = segno.make(rules.totp_uri(secret, current_person().email), error="m")
        picture = qr.svg_data_uri(scale=5, border=4, light="#ffffff", dark="#000000")
    return render_template(
        "people/own_second_factor.html",
        factors=factors,
        secret=secret,
        picture=picture,
        code_form=code_form,
        proof_form=proof_form,
        act_form=ActForm(formdata=None),
    ), status


def may_try(form: BaseForm) -> bool:
    """Count an attempt at one's own password: whoever finds an unlocked screen cannot go on guessing."""
    key = current_app.config["SETTINGS"].data_key
    attempt = evidence.begin_attempt(
        subject=f"own-password:{current_person().account_id}",
        address_hash=sealing.keyed_hash(key, request.remote_addr or "", "address"),
        spice=b"",
    )
    if attempt.wait_seconds:
        form.form_errors.append(
            _(
                "Te vaak een verkeerd wachtwoord. Probeer het over %(minutes)d minuten opnieuw.",
                minutes=attempt.wait_minutes,
            )
        )
    return not attempt.wait_seconds
