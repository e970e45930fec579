"""Words for steps, choices and what became of things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.succession import rules
from kcc.succession.models import DepartureCertificate, Succession
from kcc.succession.queries import State

STEPS = {
    "parties": _l("Inwoners en organisaties"),
    "tickets": _l("Open vragen met alles wat erbij hoort"),
    "loose": _l("Wat nog wacht of loopt: gesprekken, post, formulieren"),
    "check": _l("Natellen"),
    "done": _l("Klaar"),
}
WARNINGS = {
    "hours": _l("De nieuwe gemeente heeft nog geen openingstijden. Die van de oude worden overgenomen."),
    "agreement": _l("De nieuwe gemeente heeft nog geen afspraken over termijnen. Die van de oude worden overgenomen."),
    "calls": _l("Er wordt nu gebeld voor deze gemeente. Lopende gesprekken gaan mee en gaan gewoon door."),
}
KINDS = {
    "department": _l("Afdeling"),
    "route": _l("Onderwerp"),
    "entrance": _l("Ingang"),
    "article": _l("Artikel"),
    "overlay": _l("Aanvulling bij artikel"),
}
HOW = {
    "new": _l("overgenomen"),
    "moved": _l("meegegaan"),
    "joined": _l("samengevoegd"),
    "same": _l("ging al daarheen"),
    "old": _l("die van de oude gemeente geldt"),
    "successor": _l("die van de nieuwe gemeente geldt"),
    "both": _l("beide teksten staan er"),
    "closed": _l("was al gesloten"),
}
PARTIES = {
    "new": _l("Overgenomen"),
    "same_number": _l("Waren al bekend, met hetzelfde burgerservicenummer"),
    "alike": _l("Waren al bekend, met dezelfde naam op hetzelfde adres"),
}
TABLES = {
    "ticket": _l("Vragen"), "contact": _l("Contacten"), "writing": _l("Teksten"), "internal_task": _l("Contactverzoeken"),
    "party": _l("Inwoners en organisaties"), "digital_address": _l("Telefoonnummers en e-mailadressen"),
    "kiosk": _l("Nummerzuilen"), "attachment": _l("Bijlagen"), "received_mail": _l("Ontvangen mails"), "outgoing_mail": _l("Verstuurde mails"),
    "received_form": _l("Formulieren"), "call": _l("Telefoongesprekken"), "conversation": _l("Gesprekken"),
    "article": _l("Eigen artikelen"), "article_overlay": _l("Aanvullingen bij artikelen"), "topic_route": _l("Onderwerpen"),
    "department": _l("Afdelingen"), "entrance": _l("Ingangen"), "membership": _l("Rollen"), "work_item": _l("Werk in de wachtrij"),
    "rating": _l("Beoordelingen"), "incident": _l("Storingen"),
}  # fmt: skip
"""Tables that people know by name; of the others the sum is shown."""


def line_of(which: Succession, done: bool | None) -> tuple[str, str]:
    """Where a plan stands, as a tag: words and kind. ``done`` is None before it has begun."""
    if done is not None:
        return (_("klaar"), "ok") if done else (_("bezig"), "open")
    if which.approved_at is not None:
        return _("ondertekend, wacht op de dag"), "info"
    return (_("te beoordelen"), "warn") if which.compared_at else (_("proef loopt"), "neutral")


def department_choices(compared: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a department can become."""
    return [(rules.NEW, _("Nieuw maken")), *((str(one["id"]), str(one["name"])) for one in compared["new_departments"])]


def route_choices(conflict: Mapping[str, Any], old: str, new: str) -> list[tuple[str, str]]:
    """Which department answers a topic that both have."""
    return [
        ("successor", _("%(department)s, zoals %(town)s nu", department=conflict["new_name"], town=new)),
        ("old", _("%(department)s, zoals %(town)s nu", department=conflict["old_name"], town=old)),
    ]


def overlay_choices(old: str, new: str) -> list[tuple[str, str]]:
    """What is added to an article to which both add something."""
    return [
        ("both", _("Beide teksten, met de naam van %(town)s erbij", town=old)),
        ("successor", _("De tekst van %(town)s", town=new)),
        ("old", _("De tekst van %(town)s", town=old)),
    ]


def party_choices() -> list[tuple[str, str]]:
    """Whether people who look alike are the same."""
    return [("apart", _("Apart houden: medewerkers zien beide")), ("join", _("Samenvoegen"))]


def sums(state: State) -> list[tuple[str, int, int, int]]:
    """Named tables with rows before, moved and left; the rest together at the end."""
    named = [(str(TABLES[table]), before, moved, left) for table, before, moved, left in state.sums if table in TABLES]
    rest = [line for line in state.sums if line[0] not in TABLES]
    total = tuple(sum(int(line[place]) for line in rest) for place in (1, 2, 3))
    return [*sorted(named), (_("Al het andere"), *total)]


def counts(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    """Rows by table, the named ones first and the rest together."""
    named = sorted((str(TABLES[table]), int(number)) for table, number in numbers.items() if table in TABLES)
    rest = sum(int(number) for table, number in numbers.items() if table not in TABLES)
    return [*named, (_("Al het andere"), rest)] if numbers else []


def removed(certificate: DepartureCertificate) -> list[tuple[str, int]]:
    """What was removed, as above."""
    return counts(certificate.removed)


def others(certificate: DepartureCertificate) -> list[tuple[str, int | None, bool]]:
    """Each other town of the centre: its name, rows after, and whether all are as they were; other centres as one."""
    found: list[tuple[str, int | None, bool]] = [
        (name, sum(int(table[0]) for table in tables.values()), certificate.others_before.get(name) == tables)
        for name, tables in sorted(certificate.others_after.items())
        if name != "*"
    ]
    if "*" in certificate.others_after:
        same = certificate.others_before.get("*") == certificate.others_after["*"]
        found.append((_("Alle andere samenwerkingsverbanden"), None, same))
    return found
