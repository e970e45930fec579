"""The unit of work of a request: its scope, its one transaction, its one commit, and the answer to a form sent twice."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response as BaseResponse

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import Maintenance
from kcc.core.models import Submission
from kcc.core.permissions import Permission
from kcc.core.tenancy import doorless_scope, scope
from kcc.web.guards import Stamp, stamp_of
from kcc.web.person import read_person

SAFE = ("GET", "HEAD", "OPTIONS")
DOOR_FAULTS = ("KC001", "KC002", "KC003")
BESIDE_THE_TEXT = ("csrf_token", "form_key", "send_step")
"""Fields that may differ between two sendings of the same form."""
TOUCH_AFTER = timedelta(minutes=1)


class KCC(Flask):
    """Flask with one unit of work around every view."""

    def preprocess_request(self) -> ResponseReturnValue | None:
        """Let a form with files carry more, before anything reads the form."""
        stamp = stamp_of(self.view_functions[str(request.endpoint)]) if request.endpoint else None
        if stamp is not None and stamp.most_bytes:
            request.max_content_length = stamp.most_bytes
        return super().preprocess_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view within its scope and transaction."""
        if request.routing_exception is not None or request.endpoint == "static":
            return super().dispatch_request()
        return unit_of_work(super().dispatch_request)


def cookie_name() -> str:
    """The session cookie's name; over TLS it carries the prefix that binds it to this host."""
    return "__Host-kcc" if current_app.config["SETTINGS"].is_https else "kcc_session"


def set_session_cookie(response: BaseResponse, secret: str) -> None:
    """Hand the browser the session's secret: unreadable to scripts, not sent along from other sites."""
    secure = current_app.config["SETTINGS"].is_https
    response.set_cookie(cookie_name(), secret, httponly=True, secure=secure, samesite="Lax", path="/")


def unit_of_work(view: Callable[[], ResponseReturnValue]) -> BaseResponse:
    """Scope, transaction, view, commit. Anything but a 2xx or 3xx answer, and any exception, rolls back."""
    stamp = stamp_of(current_app.view_functions[str(request.endpoint)])
    if stamp is None:
        abort(500 if current_app.testing else 403, f"{request.endpoint} has no permission stamp")
    g.person = None
    if stamp.permission is None:
        with doorless_scope():
            return _committed(make_response(view()))
    secret = request.cookies.get(cookie_name(), "")
    if not secret:
        return to_sign_in()
    read_only = request.method in SAFE or stamp.reads
    try:
        with scope(secret, stamp.permission, read_only=read_only):
            g.person = read_person()
            if g.person is None:
                return to_sign_in()
            if not g.person.may(stamp.permission):
                abort(403)
            if g.person.maintenance and not read_only:
                raise Maintenance(g.person.maintenance)
            response = (
                _once(stamp, view) if not read_only and not stamp.repeatable else _committed(make_response(view()))
            )
            seen_at = g.person.seen_at
    except DBAPIError as fault:
        if getattr(fault.orig, "sqlstate", None) in DOOR_FAULTS:
            return to_sign_in()
        raise
    # What a screen asks by itself is no use of the session: a page left open signs out in time.
    if now() - seen_at > TOUCH_AFTER and "X-KCC-Background" not in request.headers:
        touch(secret, stamp.permission)
    return response


def touch(secret: str, permission: Permission) -> None:
    """Note that the session is in use, in a transaction of its own: pages that only read cannot."""
    with scope(secret, permission):
        db.session.execute(sa.text("select kcc_touch()"))
        db.session.commit()


def to_sign_in() -> BaseResponse:
    """Send the reader to sign-in and back here; a script's request is told 401, so that what was typed stays on screen."""
    if request.headers.get("HX-Request") or request.headers.get("X-KCC-Autosave"):
        return Response(status=401, headers={"X-KCC-Sign-In": url_for("people.sign_in")})
    if request.method in SAFE:
        back = request.full_path.rstrip("?")
    else:
        page = urlsplit(request.referrer or "/")
        back = f"{page.path}?{page.query}" if page.query else page.path
    return redirect(url_for("people.sign_in", next=back if back.startswith("/") else "/"), 303)


def _committed(response: BaseResponse) -> BaseResponse:
    if response.status_code < 400:
        db.session.flush()
        db.session.commit()
    else:
        db.session.rollback()
    return response


def _once(stamp: Stamp, view: Callable[[], ResponseReturnValue]) -> BaseResponse:
    """Accept a form once: the key's row makes parallel copies wait, and later ones get the first one's answer."""
    try:
        key = uuid.UUID(request.form.get("form_key", "") or request.headers.get("X-KCC-Form-Key", ""))
    except ValueError:
        abort(400, "form_key")
    digest = _digest()
    made = db.session.execute(
        sa.text(
            "insert into submission (account_id, key, endpoint, digest, at) values (:a, :k, :e, :d, :t)"
            " on conflict (account_id, key) do nothing"
        ),
        {"a": g.person.account_id, "k": key, "e": request.endpoint, "d": digest, "t": now()},
    )
    if made.rowcount == 0:  # type: ignore[attr-defined]
        return _answer_again(key, digest)
    response = make_response(view())
    if response.status_code < 400:
        body = None if response.is_streamed or response.location else response.get_data(as_text=True)
        db.session.execute(
            sa.update(Submission)
            .where(Submission.account_id == g.person.account_id, Submission.key == key)
            .values(status=response.status_code, location=response.location, body=body)
        )
    return _committed(response)


def _answer_again(key: uuid.UUID, digest: bytes) -> BaseResponse:
    first = db.session.scalar(
        sa.select(Submission).where(Submission.account_id == g.person.account_id, Submission.key == key)
    )
    if first is None or first.digest != digest or first.endpoint != request.endpoint:
        abort(409)
    response = Response(first.body or "", status=first.status or 200, mimetype="text/html")
    if first.location:
        response.headers["Location"] = first.location
    return response


def _digest() -> bytes:
    """A fingerprint of what was sent, without the tokens that differ between copies of one page.

    Keyed, because what was sent may be short and secret: a plain hash of it could be guessed from a copy of the table.
    """
    parts = sorted((k, v) for k, v in request.form.items(multi=True) if k not in BESIDE_THE_TEXT)
    text = repr((request.path, parts))
    key = current_app.config["SETTINGS"].secret_key.encode()
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
