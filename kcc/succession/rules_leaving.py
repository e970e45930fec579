"""What a town that leaves is given, on paper: which tables, in which files, and which not, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

OF_THE_GUARD = ("succession_run", "succession_map")
"""What says which town went on as which, and what became of what: kept in the schema ``guard``."""
ALONG = ("municipality", "centre", "account", "topic", "article_topic", "article_version", *OF_THE_GUARD)
"""Tables of others of which rows go along that the town's own lean on."""
NOT_ALONG = {
    "agent_language": "of the centre's staff",
    "agent_phone": "of the centre's staff",
    "agent_state": "of the centre's staff, of this moment",
    "agent_state_period": "of the centre's staff",
    "alembic_version": "of the database itself",
    "daily_check": "of the centre",
    "departure_certificate": "of the centre",
    "draft": "working notes, gone when a conversation is finished",
    "information_area": "a national list",
    "municipality_register": "a national list",
    "postcode_area": "a national list",
    "product": "a national list",
    "product_area": "a national list",
    "roster_shift": "of the centre's staff",
    "routing_parameters": "settings of the centre",
    "routing_trial": "of the centre, figures only",
    "saved_view": "of one account",
    "staff_insight": "a setting of the centre",
    "stray_call": "calls that were for no town",
    "submission": "memory of forms, for a day",
}
"""Tables of which nothing goes along, and why. A table that is here nor there stops the export."""
MAIN = {
    "ticket": "vragen",
    "contact": "contacten",
    "writing": "teksten",
    "internal_task": "contactverzoeken",
    "party": "inwoners",
    "digital_address": "bereikbaarheid",
    "party_identifier": "nummers",
    "article": "artikelen",
    "topic_route": "routes",
    "membership": "rollen",
}
"""The tables that people open most: these also come as CSV, under a Dutch name."""


def unknown(tables: Mapping[str, bool]) -> list[str]:
    """Tables of which nobody said whether they go along; ``tables`` says of each whether it is municipal."""
    return sorted(
        name for name, municipal in tables.items() if not municipal and name not in ALONG and name not in NOT_ALONG
    )


def taken(tables: Mapping[str, bool]) -> list[str]:
    """The tables of the export, by name."""
    return sorted({name for name, municipal in tables.items() if municipal} | (set(ALONG) & set(tables)))


def cell(value: Any) -> str:
    """A value for a CSV file; text that a spreadsheet would take for a formula is shown as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def columns_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns of a CSV file: those of the first row, without what only machines read."""
    first = next(iter(rows), {})
    return [name for name in first if name not in ("terms", "title_terms", "ciphertext", "lookup_hash", "search_name")]
