"""What the health page says of the agents' queue: whether anything hangs in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.findings import Finding, Level, check
from kcc.routing import queries_stuck
from kcc.routing.views_words import KINDS
from kcc.web.filters import short_moment


@check("queue")
def queue(at: datetime) -> Iterable[Finding]:
    """Work that nobody will come back to by themselves."""
    found = queries_stuck.stuck(at)
    if not found:
        yield Finding(_l("Wachtrij"), Level.GOOD, _("niets blijft hangen"))
        return
    kinds = ", ".join(f"{KINDS[each.kind]} {each.number}" for each in found)
    oldest = short_moment(min(each.since for each in found))
    yield Finding(
        _l("Wachtrij"),
        Level.WRONG,
        _("blijft hangen: %(kinds)s; het oudste sinds %(at)s", kinds=kinds, at=oldest),
        _("Wijs het toe bij Verdelen of haal het terug. Gaat een aanbod niet over? Dan staat de werker stil: start die opnieuw."),
    )  # fmt: skip
