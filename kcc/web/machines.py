"""The unit of work of a machine's request: its signature, its scope, its one transaction, the same answer to an event sent again.

The signature is checked inside the database, which mints a door of one minute (``kcc_open_exchange``). The application
never holds the key and never names a municipality: the door does (docs/tenancy.md).
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, KCCError, NotFound
from kcc.core.permissions import Permission
from kcc.core.tenancy import scope
from kcc.integrations.telephony import signing

LARGEST_BODY = 65_536
"""Bytes of one request of a machine; events are a few hundred."""
_NONCE = re.compile(r"[\w.~-]{8,64}", re.ASCII)
_SIGNATURE = re.compile(r"v1=([0-9a-f]{64})")
_EVENT = re.compile(r"[\x21-\x7e]{1,100}")
SAID = {
    "refused": "unknown key or wrong signature",
    "late": "the clock differs by more than five minutes",
    "replayed": "this nonce was used before",
}
STATUS: dict[type[KCCError], int] = {NotFound: 404, InvalidInput: 422, InvalidState: 409}

View = Callable[..., dict[str, Any]]


class Refused(Exception):
    """The request opens no door; says why."""


class Malformed(Exception):
    """The request cannot be read: status, what is wrong, and where. For machines, so in English."""

    def __init__(self, status: int, message: str, field: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.field = status, message, field


def exempt_from_form_tokens(blueprint: Blueprint) -> None:
    """A machine has no page and no cookie that a foreign site could ride on: its signature stands for the form's token."""
    blueprint.record_once(lambda state: _csrf(state.app).exempt(blueprint))


def _csrf(app: Any) -> Any:
    return app.extensions["csrf"]


def signed(view: View) -> Callable[..., ResponseReturnValue]:
    """Answer a signed request in the exchange's own scope; ``view`` gets ``body`` (the JSON object) and returns one.

    A POST carries ``id``: the event's own id. Sent again (with a new nonce) it gets the same answer, and happens once.
    """

    @wraps(view)
    def answer(**values: Any) -> ResponseReturnValue:
        try:
            secret = _open_door()
            with scope(secret, Permission.TELEPHONE_EXCHANGE, read_only=request.method == "GET"):
                return _within(view, values)
        except Refused as fault:
            return _fault(401, str(fault), SAID[str(fault)])
        except OperationalError:
            db.session.rollback()
            response = _fault(503, "unavailable", "try again")
            response.headers["Retry-After"] = "2"
            return response

    return answer


def _open_door() -> str:
    """The secret of a door of this exchange. Raises Refused; a nonce counts as used from here on."""
    given = _SIGNATURE.fullmatch(request.headers.get(signing.SIGNATURE, ""))
    at, nonce = request.headers.get(signing.TIMESTAMP, ""), request.headers.get(signing.NONCE, "")
    if not given or not (at.isascii() and at.isdigit() and len(at) <= 12) or not _NONCE.fullmatch(nonce):
        raise Refused("refused")
    body = request.get_data()
    if len(body) > LARGEST_BODY:
        raise Refused("refused")
    secret = secrets.token_urlsafe(32)
    found = db.session.execute(
        sa.text("select * from kcc_open_exchange(:key, :at, :nonce, :called, :body, :signature, :hash)"),
        {
            "key": request.headers.get(signing.KEY, "")[:100],
            "at": int(at),
            "nonce": nonce,
            "called": f"{request.method} {request.full_path.rstrip('?')}",
            "body": body,
            "signature": bytes.fromhex(given[1]),
            "hash": hashlib.sha256(secret.encode()).digest(),
        },
    ).one()
    db.session.commit()
    if found.outcome != "open":
        raise Refused(found.outcome)
    return secret


def _within(view: View, values: dict[str, Any]) -> Response:
    try:
        body = _body()
        if request.method == "GET":
            return jsonify(view(body=body, **values))
        return _once(view, body, values)
    except Malformed as fault:
        db.session.rollback()
        return _fault(fault.status, "malformed", fault.message, **({"field": fault.field} if fault.field else {}))
    except KCCError as fault:
        db.session.rollback()
        status = next((number for kind, number in STATUS.items() if isinstance(fault, kind)), 400)
        field = {"field": fault.field} if isinstance(fault, InvalidInput) and fault.field else {}
        return _fault(status, fault.__class__.__name__, fault.message, **field)


def _body() -> dict[str, Any]:
    if request.method == "GET":
        return {}
    try:
        body = json.loads(request.get_data())
    except ValueError as error:
        raise Malformed(422, "the body is not JSON") from error
    if not isinstance(body, dict) or not _EVENT.fullmatch(str(body.get("id", ""))):
        raise Malformed(422, "the body is an object with an id of 1 to 100 printable characters", "id")
    return body


def _once(view: View, body: dict[str, Any], values: dict[str, Any]) -> Response:
    digest = hashlib.sha256(request.path.encode() + b"\n" + request.get_data()).digest()
    first = db.session.execute(
        sa.text("select * from kcc_exchange_begin(:event, :digest)"), {"event": str(body["id"]), "digest": digest}
    ).one()
    if first.known:
        if not first.same:
            raise Malformed(409, "this id was used for another event", "id")
        db.session.rollback()
        return current_app.response_class(first.body, status=first.status, mimetype="application/json")
    response = make_response(jsonify(view(body=body, **values)))
    db.session.flush()
    db.session.execute(
        sa.text("select kcc_exchange_end(:event, :status, :body)"),
        {"event": str(body["id"]), "status": response.status_code, "body": response.get_data(as_text=True)},
    )
    db.session.commit()
    return response


def _fault(status: int, code: str, message: str, **more: str) -> Response:
    response = jsonify(error={"code": code, "message": message, **more})
    response.status_code = status
    return response
