"""Every kind of file that can be taken over, by its fields."""

from __future__ import annotations

from kcc.imports.rules import (
    Field,
    Kind,
    cross,
    day,
    matching,
    moment,
    municipality_code,
    one_of,
    recent_moment,
    refusing,
    text,
    web_address,
    weekdays,
)
from kcc.parties.rules import normalise_email

CHANNELS = one_of(
    {
        **dict.fromkeys(("telefoon", "telefonisch", "bellen", "tel", "phone"), "phone"),
        **dict.fromkeys(("balie", "loket", "counter"), "counter"),
        **dict.fromkeys(("e-mail", "email", "mail"), "email"),
        **dict.fromkeys(("brief", "post", "letter"), "letter"),
        **dict.fromkeys(("webformulier", "website", "web", "formulier", "internet", "webform"), "webform"),
        **dict.fromkeys(("anders", "overig", "other"), "other"),
    }
)
OUTCOMES = one_of(
    {
        **dict.fromkeys(("beantwoord", "afgehandeld", "answered"), "answered"),
        **dict.fromkeys(("doorgezet", "terugbelverzoek", "uitgezet", "escalated"), "escalated"),
        **dict.fromkeys(("doorverbonden", "transferred"), "transferred"),
        **dict.fromkeys(("verwezen", "doorverwezen", "referred"), "referred"),
        **dict.fromkeys(("afgebroken", "opgehangen", "cut_off"), "cut_off"),
        **dict.fromkeys(("ontvangen", "received"), "received"),
    }
)
REFERENCE = matching(r"[^\x00]{1,100}", "too_long")
WHO = (
    Field("citizen", text(200), False, ("naam", "inwoner", "melder", "klant")),
    Field("phone", text(40), False, ("telefoon", "telefoonnummer", "tel")),
    Field("email", refusing(normalise_email, "no_email"), False, ("e-mail", "e-mailadres", "emailadres")),
)

PRODUCTS = Kind(
    "upl",
    (
        Field("upn", text(300), True, ("UniformeProductnaam", "productnaam")),
        Field("uri", web_address, True, ("URI",)),
        Field("for_municipality", cross, False, ("Gemeente",)),
        Field("for_citizen", cross, False, ("Burger",)),
        Field("for_business", cross, False, ("Bedrijf",)),
        Field("law_label", text(1000), False, ("Grondslaglabel",)),
        Field("law_url", web_address, False, ("Grondslaglink",)),
    ),
    # All rows of one product in one chunk: the first ground counts.
    chunk=10_000,
    national=True,
)
PRODUCT_AREAS = Kind(
    "product_areas",
    (
        Field("upn", text(300), True, ("UniformeProductnaam", "productnaam")),
        Field("area_code", matching(r"[A-Z][0-9]{1,2}", "no_area"), True, ("SDG_Code",)),
        Field("area_name", text(200), True, ("SDG_Informatiegebied", "informatiegebied")),
        Field("theme", text(2000), False, ("SDG_Thema", "thema")),
    ),
    national=True,
)
MUNICIPALITIES = Kind(
    "municipalities",
    (Field("code", municipality_code, True, ("gemcode", "gemeentecode")), Field("name", text(100), True, ("naam",))),
    national=True,
)
MUNICIPALITY_HISTORY = Kind(
    "municipality_history",
    (
        Field("code", municipality_code, True, ("92.10 Gemeentecode", "gemeentecode")),
        Field("name", text(100), True, ("92.11 Omschrijving", "naam")),
        Field("successor_code", municipality_code, False, ("92.12 Nieuwe code", "nieuwe code", "opvolger")),
        Field("began_on", day, False, ("99.98 Datum ingang", "begin")),
        Field("ended_on", day, False, ("99.99 Datum einde", "einde")),
    ),
    national=True,
)
RSIN = Kind(
    "rsin",
    (
        Field("code", municipality_code, True, ("gemeenteCode",)),
        Field("rsin", matching(r"[0-9]{9}", "no_rsin"), True, ("rsin",)),
    ),
    national=True,
)
POSTCODES = Kind(
    "postcodes",
    (
        Field("pc4", matching(r"[1-9][0-9]{3}", "no_postcode"), True, ("postcode", "pc4")),
        Field("place", text(100), True, ("plaats", "woonplaats")),
        Field("municipality", text(100), True, ("gemeente", "gemeentenaam")),
        Field("valid_from", day, False, ("geldig van", "ingang")),
        Field("valid_to", day, False, ("geldig tot en met", "einde")),
    ),
    national=True,
)
DEPARTMENTS = Kind(
    "departments",
    (
        Field("key", matching(r"[\w.-]{1,60}", "no_key"), False, ("code", "sleutel", "afdelingscode")),
        Field("name", text(80), True, ("naam", "afdeling", "omschrijving")),
        Field("kind", one_of({"afdeling": "afdeling", "groep": "groep", "team": "groep"}), False, ("soort",)),
        Field("mailbox", refusing(normalise_email, "no_email"), False, ("e-mail", "mailbox", "e-mailadres")),
        Field("phone", text(40), False, ("telefoon", "telefoonnummer")),
        Field("parent", text(80), False, ("valt onder", "hoofdafdeling", "bovenliggend")),
    ),
    chunk=500,
)
COLLEAGUES = Kind(
    "colleagues",
    (
        Field("email", refusing(normalise_email, "no_email"), True, ("e-mail", "e-mailadres", "emailadres")),
        Field("department", text(200), True, ("afdeling",)),
        Field("phone", text(40), False, ("telefoon", "telefoonnummer", "doorkiesnummer")),
        Field("weekdays", weekdays, False, ("werkdagen", "dagen")),
    ),
    chunk=500,
)
ARTICLES = Kind(
    "articles",
    (
        Field("article_id", text(200), True, ("id", "nummer", "kenmerk")),
        Field("title", text(200), True, ("question", "titel", "vraag")),
        Field("html", text(100_000, multiline=True), False, ("reference_answer_html", "html")),
        Field("body", text(20_000, multiline=True), False, ("reference_answer", "tekst", "antwoord")),
        Field("source_url", web_address, False, ("canonical", "bron", "url")),
        Field("reviewed_on", moment, False, ("lastmodified", "laatst gewijzigd", "gewijzigd")),
        Field("keywords", text(500), False, ("subjects", "trefwoorden")),
        Field("topic", text(300), False, ("onderwerp",)),
    ),
    chunk=200,
)
TICKETS = Kind(
    "tickets",
    (
        Field(
            "source_reference",
            REFERENCE,
            True,
            ("kenmerk", "zaaknummer", "ticketnummer", "meldingsnummer", "referentie", "id"),
        ),
        Field("topic", text(300), True, ("onderwerp", "categorie", "product")),
        Field("opened_at", recent_moment, True, ("geopend", "aangemaakt", "ontvangen", "datum", "begindatum")),
        Field("closed_at", recent_moment, False, ("gesloten", "afgesloten", "afgehandeld op", "einddatum")),
        Field("channel", CHANNELS, False, ("kanaal",)),
        Field("outcome", OUTCOMES, False, ("resultaat", "uitkomst")),
        Field("department", text(200), False, ("afdeling",)),
        Field("question", text(10_000, multiline=True), False, ("vraag", "omschrijving", "toelichting")),
        Field("answer", text(10_000, multiline=True), False, ("antwoord", "afhandeling")),
        *WHO,
    ),
    chunk=1000,
    personal=True,
    other_topic=True,
)
CONTACTS = Kind(
    "contacts",
    (
        Field("contact_reference", REFERENCE, True, ("contactnummer", "contact", "id")),
        Field("source_reference", REFERENCE, True, ("kenmerk", "zaaknummer", "ticketnummer", "meldingsnummer")),
        Field("at", recent_moment, True, ("datum", "tijdstip", "moment")),
        Field("channel", CHANNELS, False, ("kanaal",)),
        Field("outcome", OUTCOMES, False, ("resultaat", "uitkomst")),
        Field("note", text(10_000, multiline=True), False, ("notitie", "tekst", "omschrijving")),
        *WHO,
    ),
    chunk=1000,
    personal=True,
)

NATIONAL = (PRODUCTS, PRODUCT_AREAS, MUNICIPALITY_HISTORY, MUNICIPALITIES, RSIN, POSTCODES)
KINDS: dict[str, Kind] = {kind.key: kind for kind in (*NATIONAL, DEPARTMENTS, COLLEAGUES, ARTICLES, TICKETS, CONTACTS)}
"""By name, in the order in which they are best taken over."""
