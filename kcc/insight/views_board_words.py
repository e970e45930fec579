"""What the live board says, in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.insight.rules_board import Verdict

KINDS: dict[str, LazyString] = {
    "call": _l("Telefoon"),
    "counter": _l("Balie"),
    "callback": _l("Terugbelafspraak"),
    "mail": _l("E-mail"),
    "web_form": _l("Webformulier"),
    "returned_task": _l("Terug van de afdeling"),
}
"""Kinds of work, in the order of the board."""
MEASURES: dict[str, LazyString] = {
    "waiting": _l("Wacht nu"),
    "ringing": _l("Gaat over bij een medewerker"),
    "in_hand": _l("In behandeling"),
    "in_time": _l("Vandaag op tijd geholpen"),
    "missed": _l("Vandaag niet op tijd geholpen"),
    "overdue": _l("Wacht langer dan afgesproken"),
    "tasks": _l("Bij een afdeling"),
    "tasks_overdue": _l("Te laat bij een afdeling"),
}
VERDICTS: dict[Verdict, LazyString] = {
    Verdict.NOT_MEASURED: _l("niet gemeten"),
    Verdict.NO_AGREEMENT: _l("geen afspraak"),
    Verdict.BELOW: _l("onder de afspraak"),
    Verdict.UNSURE: _l("verschil kan toeval zijn"),
    Verdict.KEPT: _l("zoals afgesproken"),
}
VERDICT_KINDS: dict[Verdict, str] = {Verdict.BELOW: "late", Verdict.KEPT: "ok"}
"""Colours; all that is not sure has none."""
STATES: dict[str, LazyString] = {
    "available": _l("beschikbaar"),
    "in_conversation": _l("in gesprek"),
    "wrap_up": _l("in nawerk"),
    "break": _l("pauze"),
    "no_answer": _l("neemt niet op"),
}


def agents(counts: Mapping[str, int]) -> list[tuple[str, LazyString, int | None]]:
    """The states of agents in order, with how many are in each; None when nobody takes part, which is no nought."""
    return [
        (state, word, counts.get(state, 0) if counts else None)
        for state, word in STATES.items()
        if state != "no_answer" or counts.get(state)
    ]
