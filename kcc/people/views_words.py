"""What screens say about departments: whether one can be reached now, and why another answers in its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.municipalities.rules_departments import FallReason, Reach
from kcc.web.filters import ZONE, moment

FAULTS = {
    "out_of_use": _l("%(department)s is niet meer in gebruik"),
    "nobody": _l("bij %(department)s werkt niemand"),
}


def reach_words(found: Reach, at: datetime) -> str:
    """Whether a department is open ``at`` this moment (UTC), until when, or from when on."""
    if found.open_now and found.until is not None:
        return _("nu open, tot %(time)s uur", time=moment(found.until, "HH:mm"))
    if found.opens_at is None:
        return _("nooit open")
    if found.opens_at.astimezone(ZONE).date() == at.astimezone(ZONE).date():
        return _("nu dicht, open vandaag vanaf %(time)s uur", time=moment(found.opens_at, "HH:mm"))
    return _("nu dicht, weer open %(when)s", when=moment(found.opens_at))


def reach_word(found: Reach, at: datetime) -> str:
    """The same in few words, for beside a name in a list."""
    if found.open_now:
        return _("nu open")
    if found.opens_at is None:
        return _("nooit open")
    today = found.opens_at.astimezone(ZONE).date() == at.astimezone(ZONE).date()
    return _("open vanaf %(when)s", when=moment(found.opens_at, "HH:mm" if today else "EEE d MMM HH:mm"))


def fault_words(department: str, reason: FallReason) -> str:
    """Why a department cannot answer."""
    return str(FAULTS[reason]) % {"department": department}


def passed_words(passed: Sequence[tuple[str, FallReason]]) -> str:
    """Why departments that were meant were passed over, as the end of a sentence; empty when none was."""
    return ", ".join(fault_words(name, reason) for name, reason in passed)
