"""What the queue says on screen: kinds, classes, states, and why something went where it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.routing.rules import Kind, PriorityClass
from kcc.routing.rules_choice import Why
from kcc.routing.rules_presence import AgentMode, BreakReason
from kcc.web.filters import duration, number

KINDS: dict[str, LazyString] = {
    Kind.CALL: _l("Telefoon"),
    Kind.COUNTER: _l("Balie"),
    Kind.CALLBACK: _l("Terugbelverzoek"),
    Kind.MAIL: _l("E-mail"),
    Kind.WEB_FORM: _l("Webformulier"),
    Kind.RETURNED_TASK: _l("Terug van de afdeling"),
}
CLASSES: dict[int, LazyString] = {
    PriorityClass.CRISIS: _l("crisis"),
    PriorityClass.URGENT_CALLBACK: _l("nu terugbellen"),
    PriorityClass.LIVE: _l("wacht nu"),
    PriorityClass.DUE_TODAY: _l("vandaag af"),
    PriorityClass.LATER: _l("later"),
}
CLASS_TAGS: dict[int, str] = {
    PriorityClass.CRISIS: "late",
    PriorityClass.URGENT_CALLBACK: "late",
    PriorityClass.LIVE: "warn",
    PriorityClass.DUE_TODAY: "info",
    PriorityClass.LATER: "neutral",
}
STATES: dict[str, LazyString] = {
    AgentMode.AVAILABLE: _l("Beschikbaar"),
    AgentMode.IN_CONVERSATION: _l("In gesprek"),
    AgentMode.WRAP_UP: _l("Nawerk"),
    AgentMode.BREAK: _l("Pauze"),
    AgentMode.NO_ANSWER: _l("Niet opgenomen"),
    AgentMode.OFFLINE: _l("Niet aangemeld voor werk"),
}
STATE_KINDS: dict[str, str] = {
    AgentMode.AVAILABLE: "ready",
    AgentMode.IN_CONVERSATION: "busy",
    AgentMode.WRAP_UP: "wrapup",
    AgentMode.BREAK: "away",
    AgentMode.NO_ANSWER: "wrapup",
    AgentMode.OFFLINE: "away",
}
BREAKS: dict[str, LazyString] = {
    BreakReason.BREAK: _l("Pauze"),
    BreakReason.MEETING: _l("Overleg"),
    BreakReason.TRAINING: _l("Opleiding"),
    BreakReason.OTHER_WORK: _l("Ander werk"),
}
ASSIGN_WORDS: dict[str, LazyString] = {
    "knows_case": _l("Kent deze zaak"),
    "load": _l("Werk beter verdelen"),
    "other": _l("Andere reden"),
    "skill": _l("Heeft de kennis"),
    "urgent": _l("Kan niet wachten"),
}
NOTHING_FOR_YOU: dict[str, LazyString] = {
    "": _l("Er wacht nu niets. Nieuw werk verschijnt vanzelf."),
    Why.CAPACITY: _l("Rond eerst af wat u hebt opgepakt, of geef het terug."),
    Why.RESERVE: _l("U bent de laatste vrije medewerker en blijft bereikbaar voor bellers. U mag zelf iets kiezen uit de lijst."),
    Why.STICKY: _l("Wat er wacht, wordt bewaard voor de collega die de zaak kent."),
    Why.LEVEL: _l("Wat er wacht, mag u niet behandelen."),
    Why.LANGUAGE: _l("Wat er wacht, is in een andere taal. Eerst krijgen collega’s die deze taal spreken de kans."),
}  # fmt: skip
PASSED_OVER: dict[str, LazyString] = {
    Why.TOWN: _l("werkt niet voor deze gemeente"),
    Why.LEVEL: _l("mag dit onderwerp niet behandelen"),
    Why.LANGUAGE: _l("spreekt deze taal niet"),
    Why.STICKY: _l("bewaard voor wie de zaak kent"),
    Why.CAPACITY: _l("heeft de handen vol"),
    Why.RESERVE: _l("blijft vrij voor bellers"),
    Why.REFUSED: _l("gaf het net door"),
    Why.BUSY: _l("bezig of krijgt al iets aangeboden"),
}
WAYS: dict[str, LazyString] = {
    "next": _l("Opgepakt met Volgende"),
    "offer": _l("Aangeboden"),
    "offer_free": _l("Aangeboden aan wie vrijkwam"),
    "by_hand": _l("Zelf gekozen uit de lijst"),
    "assigned": _l("Toegewezen door een teamleider"),
    "taken_back": _l("Teruggehaald door een teamleider"),
    "handed_over": _l("Terug, omdat de medewerker hier niet meer werkt"),
    "expired": _l("Aanbod niet opgenomen"),
    "refused": _l("Aanbod doorgegeven"),
    "put_down": _l("Neergelegd voor een beller"),
}


@dataclass(frozen=True)
class LookedAt:
    """A line of what was looked at: what or who, whether it was chosen, and why (not)."""

    name: str
    is_chosen: bool
    text: str


def looked_at(detail: dict[str, Any], way: str, chosen: str | None, me: str, towns: dict[int, str]) -> list[LookedAt]:
    """What a decision looked at, in words. Colleagues stay colleagues: how long somebody was idle is theirs."""
    lines, colleagues = [], 0
    for each in detail.get("looked", ()):
        if way == "offer":
            colleagues += each["id"] != me
            name = _("U") if each["id"] == me else _("Collega %(n)s", n=colleagues)
            text = _agent_text(each)
        else:
            name = _("%(town)s, wachtte %(time)s", town=towns.get(each["m"], "…"), time=duration(each.get("waited")))
            text = _item_text(each)
        lines.append(LookedAt(name, each["id"] == chosen, text))
    return lines


def _agent_text(each: dict[str, Any]) -> str:
    if each.get("why"):
        return str(PASSED_OVER.get(str(each["why"]), each["why"]))
    words = [
        _("ervaren voor deze gemeente") if each.get("agent_level") == 2 else _("basisniveau"),
        _("al %(time)s vrij", time=duration(each.get("idle"))),
    ]
    if each.get("interrupts"):
        words.append(_("legt er ander werk voor neer"))
    return ", ".join(words)


def _item_text(each: dict[str, Any]) -> str:
    if each.get("why"):
        return str(PASSED_OVER.get(str(each["why"]), each["why"]))
    if "score" not in each:
        return f"{CLASSES[each['class']]}, {_due_text(float(each.get('due_in') or 0))}"
    if each["score"] >= 1e6:
        return _("wachtte te lang: dan gaat de oudste voor")
    words = [_("%(n)s keer de afgesproken wachttijd", n=number(round(each["ratio"], 1)))]
    if each["profile"] < 1:
        words.append(_("veel drukker dan verwacht (× %(n)s)", n=number(each["profile"])))
    if abs(each["level"] - 1) > 0.005:
        behind = each["level"] > 1
        n = number(round(each["level"], 2))
        words.append(
            _("gemeente loopt vandaag achter (× %(n)s)", n=n)
            if behind
            else _("gemeente loopt vandaag voor (× %(n)s)", n=n)
        )
    if each["skill"] < 1:
        words.append(_("basisniveau (× %(n)s)", n=number(each["skill"])))
    return ", ".join(words)


def _due_text(seconds: float) -> str:
    length = format_timedelta(timedelta(seconds=abs(seconds)), locale=get_locale())
    return (
        _("had klaar moeten zijn, %(time)s geleden", time=length)
        if seconds < 0
        else _("moet klaar binnen %(time)s", time=length)
    )
