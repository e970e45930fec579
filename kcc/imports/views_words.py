"""What imports are called on screen: kinds, fields, states, and why a row was refused."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from kcc.imports.models import ImportRun

KIND_WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "upl": (_l("Producten (UPL)"), _l("De landelijke productnamen: UPL-actueel.csv.")),
    "product_areas": (
        _l("Informatiegebieden van producten"),
        _l("UPL-SDG-Informatiegebied.csv. Neem eerst de producten over."),
    ),
    "municipality_history": (
        _l("Gemeenten door de jaren, met opvolgers"),
        _l("Tabel 33 van de BRP: Tabel33_Gemeententabel.csv."),
    ),
    "municipalities": (_l("Gemeenten van nu"), _l("De indeling van het CBS: codes en namen.")),
    "rsin": (_l("RSIN van gemeenten"), _l("RSIN.csv. Neem eerst de gemeenten over.")),
    "postcodes": (_l("Postcodes"), _l("Postcode, plaats en gemeente. Neem eerst de gemeenten over.")),
    "departments": (_l("Afdelingen"), _l("Namen, mailboxen en telefoonnummers van afdelingen en groepen.")),
    "colleagues": (
        _l("Medewerkers bij afdelingen"),
        _l("Wie waar werkt, en wanneer. Accounts maakt u bij Mensen; hier kiest u hun afdeling."),
    ),
    "articles": (
        _l("Artikelen van een gemeente"),
        _l("Vragen en antwoorden (VAC’s), als artikelen van deze gemeente."),
    ),
    "tickets": (_l("Oude vragen"), _l("Vragen uit een vorig systeem, elk met een kenmerk, onderwerp en datum.")),
    "contacts": (_l("Oude contacten"), _l("Contacten bij oude vragen. Neem eerst de vragen over.")),
}
"""The name of each kind, and which file it wants."""
FIELD_WORDS: dict[str, LazyString] = {
    "upn": _l("Productnaam"),
    "uri": _l("Webadres in de lijst"),
    "for_municipality": _l("Voor gemeenten"),
    "for_citizen": _l("Voor inwoners"),
    "for_business": _l("Voor ondernemers"),
    "law_label": _l("Wettelijke grondslag"),
    "law_url": _l("Webadres van de grondslag"),
    "area_code": _l("Code van het informatiegebied"),
    "area_name": _l("Informatiegebied"),
    "theme": _l("Thema"),
    "code": _l("Gemeentecode"),
    "name": _l("Naam"),
    "successor_code": _l("Code van de opvolger"),
    "began_on": _l("Begin"),
    "ended_on": _l("Einde"),
    "rsin": _l("RSIN"),
    "pc4": _l("Postcode (vier cijfers)"),
    "place": _l("Plaats"),
    "municipality": _l("Gemeente"),
    "valid_from": _l("Geldig vanaf"),
    "valid_to": _l("Geldig tot en met"),
    "key": _l("Code van de afdeling"),
    "kind": _l("Soort"),
    "mailbox": _l("Mailbox"),
    "parent": _l("Valt onder"),
    "weekdays": _l("Werkdagen"),
    "article_id": _l("Nummer van het artikel"),
    "title": _l("Titel"),
    "html": _l("Tekst als HTML"),
    "body": _l("Tekst"),
    "source_url": _l("Bron"),
    "reviewed_on": _l("Laatst nagekeken"),
    "keywords": _l("Trefwoorden"),
    "source_reference": _l("Kenmerk van de vraag"),
    "contact_reference": _l("Kenmerk van het contact"),
    "topic": _l("Onderwerp"),
    "opened_at": _l("Geopend op"),
    "closed_at": _l("Gesloten op"),
    "at": _l("Moment"),
    "channel": _l("Kanaal"),
    "outcome": _l("Resultaat"),
    "department": _l("Afdeling"),
    "question": _l("Vraag"),
    "answer": _l("Antwoord"),
    "note": _l("Notitie"),
    "citizen": _l("Naam van de inwoner"),
    "phone": _l("Telefoonnummer"),
    "email": _l("E-mailadres"),
}
REASONS: dict[str, LazyString] = {
    "columns": _l("De regel heeft een ander aantal kolommen dan de eerste."),
    "missing": _l("Dit is verplicht en ontbreekt."),
    "too_long": _l("De tekst is te lang."),
    "no_url": _l("Dit is geen webadres."),
    "no_cross": _l("Verwacht wordt X of leeg."),
    "no_code": _l("Dit is geen gemeentecode van vier cijfers."),
    "no_municipality": _l("Deze code is niet van een gemeente."),
    "no_area": _l("Dit is geen code van een informatiegebied."),
    "no_date": _l("Dit is geen datum."),
    "no_rsin": _l("Een RSIN heeft negen cijfers."),
    "no_postcode": _l("Dit zijn geen vier cijfers van een postcode."),
    "no_choice": _l("Dit woord is hier niet bekend."),
    "no_key": _l("Een code heeft letters, cijfers, punten en streepjes."),
    "no_weekdays": _l("Schrijf werkdagen als ma-vr of ma di do."),
    "unknown_account": _l("In deze gemeente heeft niemand een account met dit adres."),
    "not_accepted": _l("Deze waarde kan hier niet."),
    "too_old": _l("De datum ligt voor het jaar 2000."),
    "future": _l("De datum ligt in de toekomst."),
    "twice": _l("Dit kenmerk komt al eerder voor."),
    "no_email": _l("Dit is geen e-mailadres."),
    "unknown_topic": _l("De gemeente heeft dit onderwerp niet."),
    "unknown_department": _l("De gemeente heeft deze afdeling niet."),
    "unknown_ticket": _l("Deze vraag is niet eerder overgenomen."),
    "before": _l("Het einde ligt voor het begin."),
    "unknown_product": _l("Dit product staat niet in de productenlijst."),
    "unknown_municipality": _l("Deze gemeente staat niet in de gemeentetabel."),
    "database": _l("De waarden passen niet bij wat er al is."),
    "in_use": _l("Dit is intussen in gebruik en blijft staan."),
}
STATES: dict[str, tuple[LazyString, str]] = {
    "new": (_l("kolommen kiezen"), "open"),
    "ready": (_l("klaar om te proberen"), "info"),
    "trying": (_l("wordt geprobeerd"), "info"),
    "running": (_l("bezig"), "info"),
    "tried": (_l("geprobeerd"), "open"),
    "done": (_l("overgenomen"), "ok"),
    "stopped": (_l("gestopt"), "warn"),
    "undoing": (_l("wordt teruggedraaid"), "info"),
    "undone": (_l("teruggedraaid"), "neutral"),
}


def state_of(run: ImportRun) -> tuple[LazyString, str]:
    """The word and colour for where a run stands."""
    if run.dry_run and run.state in ("running", "done"):
        return STATES["trying" if run.state == "running" else "tried"]
    return STATES[run.state]


def field_word(name: str) -> LazyString | str:
    """A field as the screen calls it; empty for the row as a whole."""
    return FIELD_WORDS.get(name, name)


def reason_word(code: str) -> LazyString | str:
    """Why something was refused, in words."""
    return REASONS.get(code, code)
