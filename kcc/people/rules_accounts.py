"""Accounts on paper: whose address is an address of nobody in particular, when a role holds, when a review is due."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kcc.core.errors import InvalidInput
from kcc.core.permissions import Role

INVITATION_HOURS = 7 * 24
"""How long the link of an invitation works: long enough for a week off, short for a link in a mailbox."""
NEW_ADDRESS_HOURS = 24
"""How long the link works with which a new address is confirmed: who asked sits at the mailbox."""
REVIEW_DAYS = 30
"""Days from the first day of a quarter within which every role must have been looked at."""
SHARED = frozenset({
    "abuse", "administratie", "admin", "algemeen", "applicatiebeheer", "archief", "baliemedewerker", "balie", "beheer", "burgerzaken",
    "callcenter", "communicatie", "contact", "facturen", "financien", "frontoffice", "functioneelbeheer", "gemeente", "griffie",
    "helpdesk", "info", "inkoop", "kcc", "klachten", "klantcontact", "klantenservice", "mail", "medewerker", "meldingen", "no-reply",
    "noreply", "office", "post", "postbus", "postmaster", "publiekszaken", "receptie", "secretariaat", "servicedesk", "stage",
    "support", "team", "telefonie", "test", "uitzendkracht", "vergunningen", "webmaster", "welkom", "werkplek",
})  # fmt: skip
"""First words of addresses that more than one person reads (BIO 5.16.02: no accounts of groups)."""
ADDRESS = re.compile(r"[^\s@<>\"(),;:\\\[\]]+@[^\s@<>\"(),;:\\\[\]]+\.[^\s@<>\"(),;:\\\[\]]{2,}")


def own_address(text: str) -> str:
    """An address as it is kept, in small letters. Raises InvalidInput (``email``) for no address, or a shared one."""
    address = text.strip().lower()
    if len(address) > 254 or not ADDRESS.fullmatch(address):
        raise InvalidInput("Vul een e-mailadres in, zoals j.jansen@gemeente.nl.", field="email")
    if is_shared(address):
        raise InvalidInput(
            "Dit lijkt een adres dat meer mensen lezen. Een account is van één persoon: gebruik diens eigen adres.",
            field="email",
        )
    return address


def is_shared(address: str) -> bool:
    """Whether an address looks as if more than one person reads it: info@, balie2@, kcc-team@."""
    first = re.split(r"[-_.+]", address.split("@", 1)[0].lower(), maxsplit=1)[0]
    return first.rstrip("0123456789") in SHARED or first in SHARED


def period(starts: date | None, last_day: date | None, zone: str, at: datetime) -> tuple[datetime, datetime | None]:
    """From when to when (UTC) a role holds that was asked from a day up to and including another.

    Without a first day, or with one that is past, it holds from ``at`` on. Raises InvalidInput (``valid_to``) when it
    would be over before it begins.
    """
    there = ZoneInfo(zone)
    begin = at if starts is None else max(at, datetime.combine(starts, time.min, there).astimezone(UTC))
    if last_day is None:
        return begin, None
    end = datetime.combine(last_day + timedelta(days=1), time.min, there).astimezone(UTC)
    if end <= begin:
        raise InvalidInput("De laatste dag ligt voor de eerste.", field="valid_to")
    return begin, end


def quarter_of(day: date) -> date:
    """The first day of the quarter in which a day lies."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def review_due(quarter: date) -> date:
    """The last day on which the review of a quarter is in time."""
    return quarter + timedelta(days=REVIEW_DAYS)


def needs_review(valid_from: datetime, quarter: date, zone: str) -> bool:
    """Whether a role is looked at in the review of a quarter: it was given before the quarter began."""
    return valid_from.astimezone(ZoneInfo(zone)).date() < quarter


def role_of(word: str) -> Role:
    """A role by its name in the code, or as people write it in a file. Raises InvalidInput (``role``)."""
    try:
        return Role(ROLE_NAMES.get(word.strip().lower(), word.strip().lower()))
    except ValueError:
        raise InvalidInput("Deze rol bestaat niet.", field="role") from None


ROLE_NAMES: dict[str, str] = {
    "medewerker": "agent",
    "kcc-medewerker": "agent",
    "behandelaar": "handler",
    "coördinator": "coordinator",
    "coordinator": "coordinator",
    "redacteur": "editor",
    "teamleider": "supervisor",
    "contractmanager": "contract_manager",
    "privacyfunctionaris": "privacy_officer",
    "beheerder": "administrator",
}
"""Roles as Dutch files name them."""
