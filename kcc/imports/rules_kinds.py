"""Every kind of file that can be taken over, by its fields."""

from __future__ import annotations

from kcc.imports.rules import Field, Kind, cross, day, matching, municipality_code, text, web_address

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

KINDS: dict[str, Kind] = {
    kind.key: kind for kind in (PRODUCTS, PRODUCT_AREAS, MUNICIPALITIES, MUNICIPALITY_HISTORY, RSIN, POSTCODES)
}
"""By name, in the order in which they are best taken over."""
