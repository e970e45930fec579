"""What the queue says on screen."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kcc.routing.rules import Kind

KINDS = {
    Kind.CALL: _l("Telefoon"),
    Kind.COUNTER: _l("Balie"),
    Kind.CALLBACK: _l("Terugbelverzoek"),
    Kind.MAIL: _l("E-mail"),
    Kind.WEB_FORM: _l("Webformulier"),
    Kind.RETURNED_TASK: _l("Terug van de afdeling"),
}
