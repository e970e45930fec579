"""What is wrong with the set-up, in plain words: on the page of health, and for ``flask --app wsgi check``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.core.findings import Finding, Level, check
from kcc.setup import queries_check as queries
from kcc.setup.queries_check import TownFacts
from kcc.web.filters import ZONE

MISSING: dict[str, tuple[LazyString, LazyString]] = {
    "phones": (_l("Geen telefoonnummer"), _l("Voeg bij Inrichting, Gemeenten een ingang voor telefoon toe.")),
    "hours": (_l("Geen openingstijden"), _l("Vul bij Inrichting, Gemeenten de openingstijden in.")),
    "agreements": (_l("Geen afspraken die nu gelden"), _l("Vul bij Inrichting, Gemeenten de dienstverlening in.")),
    "departments": (_l("Geen afdelingen"), _l("Maak bij Inrichting, Gemeenten de afdelingen.")),
    "routes": (_l("Geen onderwerpen"), _l("Kies bij Inrichting, Gemeenten onderwerpen met hun afdeling.")),
    "agents": (_l("Geen KCC-medewerkers"), _l("Geef bij Inrichting, Mensen iemand de rol KCC-medewerker.")),
    "supervisors": (_l("Geen teamleider"), _l("Geef bij Inrichting, Mensen iemand de rol teamleider.")),
    "administrators": (_l("Geen beheerder"), _l("Laat een beheerder van een andere gemeente iemand voorstellen.")),
}
LOOSE: dict[str, tuple[LazyString, Level, LazyString]] = {
    "entrance_twice": (
        _l("Ingang staat er twee keer"), Level.WRONG, _l("Een nummer of mailbox leidt naar één gemeente. Haal er een weg."),
    ),
    "topic": (
        _l("Onderwerp zonder route"), Level.ATTENTION, _l("Geen gemeente biedt dit onderwerp aan. Kies een afdeling, of haal het weg."),
    ),
    "route": (
        _l("Route naar een gesloten afdeling"), Level.WRONG, _l("Vragen hierover komen bij niemand. Kies een andere afdeling."),
    ),
    "department": (
        _l("Afdeling zonder medewerkers"), Level.WRONG, _l("Contactverzoeken blijven liggen. Voeg bij Mensen behandelaars toe."),
    ),
    "phone": (
        _l("Medewerker zonder toestel"), Level.ATTENTION, _l("Deze medewerker krijgt geen telefoon. Vul bij Telefonie het toestel in."),
    ),
}  # fmt: skip
NAMES_SHOWN = 8


@check("configuration")
def configuration(at: datetime) -> Iterable[Finding]:
    """Towns that miss something, and what is there twice or leads nowhere."""
    facts = queries.towns(at.astimezone(ZONE).date())
    found = [*_missing(facts), *_one_administrator(facts), *_loose()]
    yield from found or [Finding(_l("Inrichting"), Level.GOOD, _("niets ontbreekt"))]


def _missing(facts: list[TownFacts]) -> Iterable[Finding]:
    for name, (subject, advice) in MISSING.items():
        towns = [town.name for town in facts if not getattr(town, name)]
        if towns:
            yield Finding(subject, Level.WRONG, _named(towns), advice)


def _one_administrator(facts: list[TownFacts]) -> Iterable[Finding]:
    towns = [town.name for town in facts if town.administrators == 1]
    if towns:
        advice = _("Een tweede beheerder bevestigt wat de eerste voorstelt, en vervangt bij ziekte.")
        yield Finding(_l("Maar één beheerder"), Level.ATTENTION, _named(towns), advice)


def _loose() -> Iterable[Finding]:
    by_kind: dict[str, list[str]] = {}
    for each in queries.loose_ends():
        by_kind.setdefault(each.kind, []).append(each.name)
    for kind, (subject, level, advice) in LOOSE.items():
        if kind in by_kind:
            yield Finding(subject, level, _named(by_kind[kind]), advice)


def _named(names: list[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return _("%(names)s en nog %(n)d", names=shown, n=more) if more > 0 else shown
