"""The door: signing in, the second factor, signing out, and where each person begins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core import sealing
from kcc.core.clock import now
from kcc.core.permissions import Permission
from kcc.people import evidence, rules
from kcc.people import sign_in as doors
from kcc.people.forms import CodeForm, SignInForm
from kcc.people.views_account import account_bp
from kcc.people.views_address import new_address_bp
from kcc.people.views_colleagues import colleagues_bp
from kcc.people.views_jobs import jobs_bp
from kcc.people.views_welcome import welcome_bp
from kcc.web.guards import public, requires
from kcc.web.navigation import items_for
from kcc.web.person import current_person
from kcc.web.requests import cookie_name, set_session_cookie

__all__ = ["account_bp", "colleagues_bp", "jobs_bp", "new_address_bp", "people_bp", "welcome_bp"]

people_bp = Blueprint("people", __name__)


@people_bp.app_context_processor
def beginning() -> dict[str, Any]:
    """Where the name of the centre in the bar leads to."""
    return {} if g.get("person") is None else {"home_url": url_for("people.home")}


@people_bp.get("/")
@requires(Permission.ACCOUNT_SELF)
def home() -> ResponseReturnValue:
    """Everybody begins at the first thing in their own bar."""
    items = items_for(current_person())
    return redirect(items[0].url if items else url_for("account.overview"), 303)


@people_bp.route("/sign-in", methods=["GET", "POST"])
@public("whoever signs in is still a stranger")
def sign_in() -> ResponseReturnValue:
    """E-mail address and password; the answer and its time are the same whether the account exists or not."""
    form = SignInForm()
    if request.method == "GET":
        form.next.data = rules.own_path(request.args.get("next"))
        return render_template("people/sign_in.html", form=form)
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form), 422
    email, settings = form.email.data or "", current_app.config["SETTINGS"]
    attempt = _attempt(email)
    if attempt.wait_seconds:
        form.form_errors.append(_too_often(attempt))
        return render_template("people/sign_in.html", form=form), 429
    secret = rules.make_secret()
    needs_code = doors.open_session(
        email=email,
        proof=rules.proof_of(form.password.data or "", attempt.salt),
        secret=secret,
        label=rules.device_label(request.user_agent.string),
        idle_minutes=settings.session_idle_minutes,
        hours=settings.session_hours,
    )
    if needs_code is None:
        form.form_errors.append(_("Het e-mailadres of het wachtwoord is niet juist."))
        return render_template("people/sign_in.html", form=form), 422
    # Whatever session this browser still carried ends here: a planted one never becomes somebody's.
    doors.close_session(request.cookies.get(cookie_name(), ""))
    target = rules.own_path(form.next.data)
    response = redirect(url_for("people.second_factor", next=target) if needs_code else target, 303)
    set_session_cookie(response, secret)
    return response


@people_bp.route("/sign-in/code", methods=["GET", "POST"])
@public("the session is not open yet; its secret is checked by the database")
def second_factor() -> ResponseReturnValue:
    """The code of an app or a recovery code, once each; the session goes on under a new secret."""
    secret = request.cookies.get(cookie_name(), "")
    half = doors.half_open(secret)
    if half is None:
        return redirect(url_for("people.sign_in", next=rules.own_path(request.values.get("next"))), 303)
    form = CodeForm()
    if request.method == "GET":
        form.next.data = rules.own_path(request.args.get("next"))
        return render_template("people/second_factor.html", form=form)
    if not form.validate_on_submit():
        return render_template("people/second_factor.html", form=form), 422
    attempt = _attempt(f"second-factor:{half.account_id}")
    if attempt.wait_seconds:
        form.form_errors.append(_too_often(attempt))
        return render_template("people/second_factor.html", form=form), 429
    new_secret = rules.make_secret()
    if not _accepted(half, secret, form.code.data or "", new_secret):
        form.code.errors = [_("Deze code is niet juist, of is al gebruikt. Wacht op een nieuwe code.")]
        form.code.data = ""
        return render_template("people/second_factor.html", form=form), 422
    response = redirect(rules.own_path(form.next.data), 303)
    set_session_cookie(response, new_secret)
    return response


def _accepted(half: doors.HalfOpen, secret: str, code: str, new_secret: str) -> bool:
    if not rules.is_totp_code(code):
        return doors.use_recovery_code(secret=secret, code=code, new_secret=new_secret)
    totp = sealing.unseal(current_app.config["SETTINGS"].data_key, half.totp_secret, "totp")
    step = rules.matching_step(totp, code, now())
    return step is not None and doors.confirm_code(secret=secret, step=step, new_secret=new_secret)


@people_bp.post("/sign-out")
@public("works for a session that is over, too: it only ever ends the one whose secret is sent")
def sign_out() -> ResponseReturnValue:
    """End this session, in the database as well as in the browser."""
    doors.close_session(request.cookies.get(cookie_name(), ""))
    flash(_("U bent afgemeld."), "success")
    response = redirect(url_for("people.sign_in"), 303)
    secure = current_app.config["SETTINGS"].is_https
    response.delete_cookie(cookie_name(), httponly=True, secure=secure, samesite="Lax", path="/")
    return response


def _attempt(subject: str) -> evidence.Attempt:
    key = current_app.config["SETTINGS"].data_key
    return evidence.begin_attempt(
        subject=subject,
        address_hash=sealing.keyed_hash(key, request.remote_addr or "", "address"),
        spice=sealing.keyed_hash(key, "salt of strangers", "sign-in"),
    )


def _too_often(attempt: evidence.Attempt) -> str:
    return str(
        _(
            "Er is te vaak een verkeerd wachtwoord of een verkeerde code ingevuld."
            " Probeer het over %(minutes)d minuten opnieuw.",
            minutes=attempt.wait_minutes,
        )
    )
