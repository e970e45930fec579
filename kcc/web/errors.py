"""Every expected fault becomes one page, here and nowhere else."""

from __future__ import annotations

from flask import Flask, current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, NoResultFound, OperationalError, ProgrammingError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, KCCError, Maintenance, NotAllowed, NotFound

STATUS: dict[type[KCCError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    InvalidInput: 422,
    InvalidState: 409,
    Conflict: 409,
    Maintenance: 503,
}
SAID = (
    _l("Dit kan nu niet."),
    _l("Dit bestaat niet (meer)."),
    _l("U mag dit niet doen."),
    _l("Controleer wat u hebt ingevuld."),
    _l("Dit kan niet meer: iemand anders was u voor."),
    _l("Deze gemeente is samengegaan met een andere. U kunt hier nog lezen; nieuw werk hoort bij de nieuwe gemeente."),
    _l("Iemand anders heeft dit intussen gewijzigd. Uw tekst is bewaard; bekijk de wijziging en probeer opnieuw."),
)
"""What the faults of ``kcc.core.errors`` say by themselves: named here so that the catalogue has them."""
CLOSED = "Deze gemeente is samengegaan met een andere. U kunt hier nog lezen; nieuw werk hoort bij de nieuwe gemeente."
OUT_OF_RANGE = "22003"
PAGES = (400, 403, 404, 409, 413, 422, 429, 500, 503)


def register_error_pages(app: Flask) -> None:
    """Have the application show a page of its own for each fault."""
    app.register_error_handler(KCCError, lambda fault: _page(_status(fault), fault.message))
    app.register_error_handler(NoResultFound, lambda fault: _page(404))
    app.register_error_handler(StaleDataError, lambda fault: _page(409, Conflict.message))
    app.register_error_handler(CSRFError, lambda fault: _page(400))
    app.register_error_handler(HTTPException, lambda fault: _http(fault))
    app.register_error_handler(OperationalError, lambda fault: _page(503))
    app.register_error_handler(DataError, _no_such_number)
    app.register_error_handler(ProgrammingError, _closed)
    app.register_error_handler(500, lambda fault: _page(500))


def _no_such_number(fault: DataError) -> tuple[str, int, dict[str, str]]:
    """A number larger than any id is an unknown id; other data that does not fit is a fault of ours."""
    if getattr(fault.orig, "sqlstate", None) == OUT_OF_RANGE:
        return _page(404)
    current_app.logger.error("data that does not fit a column", exc_info=fault)
    return _page(500)


def _closed(fault: ProgrammingError) -> tuple[str, int, dict[str, str]]:
    """Writing in a town that went on as another is refused by the database; any other refusal is a fault of ours."""
    if 'policy "closed_' in str(fault.orig):
        return _page(409, CLOSED)
    current_app.logger.error("a statement that the database refuses", exc_info=fault)
    return _page(500)


def _status(fault: KCCError) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(fault, kind)), 400)


def _http(fault: HTTPException):  # type: ignore[no-untyped-def]
    if fault.code is None or fault.code < 400 or fault.response is not None:
        return fault
    return _page(fault.code)


def _page(status: int, message: str | None = None) -> tuple[str, int, dict[str, str]]:
    db.session.rollback()
    page = status if status in PAGES else 400
    headers = {"Retry-After": "5"} if status == 503 else {}
    message = _(message) if message else None
    if request.headers.get("HX-Request"):
        return render_template("errors/fragment.html", status=status, message=message), status, headers
    return render_template(f"errors/{page}.html", message=message), status, headers
