"""The words for kinds of set-up, for their fields, and for what a change made of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.dates import get_day_names
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.channels.queries_mail import text_titles
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models_history import SetupChange
from kcc.municipalities.views_meanwhile import TELLERS
from kcc.parties.rules import format_phone
from kcc.people import queries as people
from kcc.setup.rules import week_text
from kcc.web.filters import day, short_moment
from kcc.web.forms import Meanwhile

KINDS: dict[str, LazyString] = {
    "municipality": _l("Gemeente"),
    "entrance": _l("Ingang"),
    "opening_hours": _l("Openingstijden"),
    "closing_days": _l("Sluitingsdagen"),
    "department": _l("Afdeling of groep"),
    "service_agreement": _l("Afspraak"),
    "topic_routes": _l("Onderwerpen en routes"),
    "useful_link": _l("Nuttige link"),
    "mailbox": _l("Mailbox"),
    "standard_text": _l("Standaardtekst"),
    "web_form": _l("Webformulier"),
}
FIELDS: dict[str, LazyString] = {
    "name": _l("Naam"), "short_code": _l("Korte code"), "cbs_code": _l("CBS-code"), "rsin": _l("RSIN"), "oin": _l("OIN"),
    "inhabitants": _l("Inwoners"), "accent": _l("Kleur"), "greeting": _l("Begroeting"), "logo": _l("Logo"), "good_friday": _l("Goede Vrijdag"),
    "liberation_day": _l("5 mei"), "christmas_eve_closes_at": _l("24 december"), "new_years_eve_closes_at": _l("31 december"),
    "joined_on": _l("Doet mee vanaf"), "left_on": _l("Vertrokken op"), "kind": _l("Soort"), "address": _l("Adres"),
    "label": _l("Omschrijving"), "topic_id": _l("Onderwerp"), "active": _l("In gebruik"), "key": _l("Sleutel"),
    "mailbox": _l("Mailadres"), "phone": _l("Telefoon"), "parent_id": _l("Valt onder"), "hours": _l("Bereikbaar"),
    "deputy_id": _l("Vervanger"), "fallback_id": _l("Vangt op"), "channel": _l("Kanaal"), "percent": _l("Percentage"),
    "within_seconds": _l("Opgenomen binnen (seconden)"), "answer_amount": _l("Antwoord binnen"), "answer_unit": _l("Eenheid"),
    "valid_from": _l("Geldt vanaf"), "valid_to": _l("Geldt tot en met"), "url": _l("Adres"), "position": _l("Plaats"),
    "sender_name": _l("Naam van de afzender"), "signature": _l("Ondertekening"), "receipt_on": _l("Ontvangstbevestiging"),
    "receipt_text": _l("Tekst van de ontvangstbevestiging"), "title": _l("Titel"), "body": _l("Tekst"),
    "title_nl": _l("Kop in het Nederlands"), "intro_nl": _l("Inleiding in het Nederlands"), "thanks_nl": _l("Dank in het Nederlands"),
    "title_en": _l("Kop in het Engels"), "intro_en": _l("Inleiding in het Engels"), "thanks_en": _l("Dank in het Engels"),
    "sites": _l("Sites"),
}  # fmt: skip
CHANNELS: dict[str, LazyString] = {
    "phone": _l("Telefoon"), "email": _l("E-mail"), "counter": _l("Balie"), "letter": _l("Brief"), "webform": _l("Webformulier"),
    "other": _l("Overig"),
}  # fmt: skip
ENTRANCES: dict[str, LazyString] = {
    "phone": _l("Telefoonnummer"), "mailbox": _l("Mailbox"), "form": _l("Webformulier"), "counter": _l("Balie"),
}  # fmt: skip
UNITS: dict[str, LazyString] = {
    "working_minutes": _l("werkminuten"), "working_hours": _l("werkuren"), "working_days": _l("werkdagen"),
}  # fmt: skip
ONE_UNIT: dict[str, LazyString] = {
    "working_minutes": _l("werkminuut"), "working_hours": _l("werkuur"), "working_days": _l("werkdag"),
}  # fmt: skip
LIBERATION: dict[str, LazyString] = {
    "never": _l("open"), "lustrum": _l("dicht in lustrumjaren (2030, 2035)"), "always": _l("elk jaar dicht"),
}  # fmt: skip
COLOURS: dict[int, LazyString] = {
    1: _l("Zeegroen"), 2: _l("Rood"), 3: _l("Indigo"), 4: _l("Oker"), 5: _l("Groen"), 6: _l("Paars"), 7: _l("Blauw"),
    8: _l("Olijf"), 9: _l("Magenta"), 10: _l("Bruin"), 11: _l("Leisteen"), 12: _l("Oranje"),
}  # fmt: skip
DEPARTMENT_KINDS: dict[str, LazyString] = {"afdeling": _l("Afdeling"), "groep": _l("Groep")}
NOTHING = "–"


OF_ENTRANCES = ("entrance", "mailbox", "web_form")
"""Kinds whose subject is an entrance, which gives its name."""


@dataclass(frozen=True)
class Names:
    """Names by number of what changes refer to."""

    departments: Mapping[int, str]
    topics: Mapping[int, str]
    people: Mapping[uuid.UUID, str]
    entrances: Mapping[int, str]
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, municipality_id: int, changes: Iterable[SetupChange]) -> Names:
        """Those that these changes of one town need, in four questions."""
        topics, accounts, kinds = set(), set(), set()
        for made in changes:
            kinds.add(made.subject_type)
            for values in (made.before or {}, made.after or {}):
                if made.subject_type == "topic_routes":
                    topics |= {int(topic) for topic in values}
                if values.get("topic_id"):
                    topics.add(int(values["topic_id"]))
                if values.get("deputy_id"):
                    accounts.add(uuid.UUID(values["deputy_id"]))
        return cls(
            municipalities.department_names(municipality_id),
            municipalities.topic_names(topics) if topics else {},
            people.names_of(accounts),
            municipalities.entrance_labels(municipality_id),
            text_titles(municipality_id) if "standard_text" in kinds else {},
        )


@dataclass(frozen=True)
class Line:
    """What one field was and became, in words."""

    label: str
    before: str
    after: str


def title(made: SetupChange, names: Names) -> str:
    """Which thing a change is about."""
    kind = str(KINDS[made.subject_type])
    values = {**(made.before or {}), **(made.after or {})}
    name = values.get("name") or values.get("label") or values.get("title") or ""
    name = names.texts.get(made.subject_id) or name
    if made.subject_id.isdigit():
        of_entrances = names.entrances if made.subject_type in OF_ENTRANCES else {}
        known = names.departments if made.subject_type == "department" else of_entrances
        name = known.get(int(made.subject_id)) or name
    if made.subject_type == "service_agreement" and values.get("channel"):
        name = str(CHANNELS.get(values["channel"], values["channel"]))
    return f"{kind} {name}" if name and made.subject_type != "municipality" else kind


def lines(made: SetupChange, names: Names) -> list[Line]:
    """What a change made of each field, in words."""
    before, after = made.before or {}, made.after or {}
    keys = sorted({*before, *after}, key=lambda key: (list(FIELDS).index(key) if key in FIELDS else 99, key))
    return [
        Line(_label(made, key, names), say(made, key, before.get(key), names), say(made, key, after.get(key), names))
        for key in keys
        if before.get(key) != after.get(key)
    ]


def meanwhile(municipality_id: int, changes: Sequence[SetupChange]) -> list[Meanwhile]:
    """What others did while a page stood open, in words."""
    names = Names.of(municipality_id, changes)
    who = people.names_of([made.account_id for made in changes])
    return [
        Meanwhile(
            title(made, names), by(made, who), [(line.label, line.before, line.after) for line in lines(made, names)]
        )
        for made in changes
    ]


TELLERS.append(meanwhile)


def by(made: SetupChange, names: Mapping[uuid.UUID, str]) -> str:
    """Who made a change, and when."""
    name = names.get(made.account_id) if made.account_id else None
    said = _("%(name)s, %(at)s", name=name or _("het systeem"), at=short_moment(made.made_at))
    return said if made.applied_at else _("%(said)s, gaat in op %(on)s", said=said, on=day(made.effective_on))


def _label(made: SetupChange, key: str, names: Names) -> str:
    if made.subject_type == "opening_hours":
        return weekday(int(key))
    if made.subject_type == "closing_days":
        return format_date(date.fromisoformat(key), "EEE d MMMM y")
    if made.subject_type == "topic_routes":
        return names.topics.get(int(key), NOTHING)
    return str(FIELDS.get(key, key))


def say(made: SetupChange, key: str, value: Any, names: Names) -> str:
    """A value in words."""
    if value is None or value == "":
        return NOTHING
    if made.subject_type == "topic_routes":
        return _route(value, names)
    if made.subject_type == "closing_days":
        closes = _("dicht vanaf %(at)s", at=value["closes_at"]) if value["closes_at"] else _("hele dag dicht")
        return f"{value['label']}, {closes}"
    if made.subject_type == "opening_hours":
        return blocks(value)
    return _field(key, value, names)


def _field(key: str, value: Any, names: Names) -> str:
    if isinstance(value, bool | list):
        return _plain(value)
    if key == "hours":
        return week_text(value)
    if key in ("phone", "address"):
        return format_phone(str(value)) if str(value).startswith("+") else str(value)
    if key == "logo":
        return _("een ander bestand (%(mark)s)", mark=value[:8])
    if key in ("joined_on", "left_on", "valid_from", "valid_to"):
        return format_date(date.fromisoformat(value), "d MMMM y")
    if key.endswith("_closes_at"):
        return _("dicht vanaf %(at)s", at=value)
    if key.endswith("_id"):
        return _named(key, value, names)
    listed = {"channel": CHANNELS, "answer_unit": UNITS, "liberation_day": LIBERATION, "accent": COLOURS}.get(key, {})
    if key == "kind":
        listed = {**ENTRANCES, **DEPARTMENT_KINDS}
    return str(listed.get(value, value))  # type: ignore[attr-defined]


def _named(key: str, value: Any, names: Names) -> str:
    if key == "deputy_id":
        return names.people.get(uuid.UUID(value), NOTHING)
    return (names.topics if key == "topic_id" else names.departments).get(value, NOTHING)


def _plain(value: bool | list[Any]) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or NOTHING
    return _("ja") if value else _("nee")


def _route(route: Mapping[str, Any], names: Names) -> str:
    if not route["active"]:
        return _("niet in gebruik")
    parts = [names.departments.get(route["department_id"], NOTHING)]
    if route["term_amount"]:
        parts.append(term(route["term_amount"], route["term_unit"]))
    if route["questions"]:
        parts.append(ngettext("%(num)d vraag vooraf", "%(num)d vragen vooraf", len(route["questions"])))
    return ", ".join(part for part in parts if part)


def term(amount: int, unit: str) -> str:
    """How long, such as "1 werkdag" or "3 werkdagen"."""
    return f"{amount} {(ONE_UNIT if amount == 1 else UNITS).get(unit, unit)}"


def blocks(value: Iterable[Iterable[str]]) -> str:
    """Opening blocks of a day: "08:30–12:00, 13:00–17:00"."""
    return ", ".join("–".join(block) for block in value) or _("gesloten")


def weekday(number: int) -> str:
    """The name of a weekday; 0 is Monday."""
    return str(get_day_names("wide", locale=get_locale())[number])
