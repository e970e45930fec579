"""Another e-mail address for oneself: asked on one's own account, confirmed from the new mailbox."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core import sealing
from kcc.core.clock import now
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Permission
from kcc.people import actions_address as actions
from kcc.people import new_address, queries
from kcc.people.forms import ActForm, AddressForm, ConfirmAddressForm
from kcc.people.views_account import account_bp, may_try
from kcc.web.guards import public, repeatable, requires
from kcc.web.person import actor
from kcc.web.requests import cookie_name

new_address_bp = Blueprint("new_address", __name__, url_prefix="/new-address")


@account_bp.get("/email")
@requires(Permission.ACCOUNT_SELF)
def email() -> ResponseReturnValue:
    """Where another address is asked for, and how far one is that was."""
    return _page(AddressForm())


@account_bp.post("/email")
@requires(Permission.ACCOUNT_SELF)
@repeatable(
    "the newest takes the place of the one before, and no trace of the password may stay in the memory of forms"
)
def ask_email() -> ResponseReturnValue:
    """Ask for it; the answer is the same whether the address is free or not."""
    form = AddressForm()
    if not form.validate_on_submit() or not may_try(form):
        return _page(form, 422)
    sealed, key = queries.own_code(), current_app.config["SETTINGS"].data_key
    try:
        actions.ask_own(
            actor=actor(), email=form.email.data or "", password=form.password.data or "", salt=queries.own_factors().salt,
            code=form.code.data or "", totp_secret=sealing.unseal(key, sealed, "totp") if sealed else None, at=now(),
        )  # fmt: skip
    except InvalidInput as fault:
        form.refuse(fault)
        return _page(form, 422)
    flash(
        _("Er gaat een mail naar het nieuwe adres. Open de link daarin; tot dan blijft alles zoals het was."), "success"
    )
    return redirect(url_for("account.email"), 303)


@account_bp.post("/email/withdraw")
@requires(Permission.ACCOUNT_SELF)
def withdraw_email() -> ResponseReturnValue:
    """Take it back, also when an administrator asked."""
    actions.withdraw_own(actor=actor())
    flash(_("De wijziging is ingetrokken. De link werkt niet meer."), "success")
    return redirect(url_for("account.email"), 303)


@new_address_bp.get("")
@public("the link is opened in another browser, or after signing out")
def door() -> ResponseReturnValue:
    """Where the link of the mail leads; a script takes the secret from behind the #, or it is typed."""
    return render_template("people/new_address.html", form=ConfirmAddressForm())


@new_address_bp.post("")
@public("the secret of the link is checked by the database, once")
def confirm() -> ResponseReturnValue:
    """Use the new address from now on."""
    form = ConfirmAddressForm()
    if form.validate_on_submit():
        address = new_address.confirm(
            secret=(form.code.data or "").strip(), kept_session=request.cookies.get(cookie_name(), "")
        )
        if address is not None:
            return render_template("people/new_address_done.html", address=address)
        form.code.errors = [_("Deze link werkt niet (meer). Vraag de wijziging opnieuw aan.")]
    return render_template("people/new_address.html", form=form), 422


def _page(form: AddressForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "people/email.html", form=form, has_code=queries.own_factors().has_totp, change=queries.own_email_change(),
        plain=ActForm(formdata=None), at=now(),
    ), status  # fmt: skip
