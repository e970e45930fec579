"""Telephone numbers as exchanges give them: SIP and tel URIs, display names, withheld callers, 14 0xx, foreign numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from kcc.core.cleaning import clean_text
from kcc.parties.rules import normalise_phone

LONGEST_RAW = 200
"""Characters of a number that are kept as given."""
_URI = re.compile(r"(?:sips?|tel):([^@?>\s]*)", re.IGNORECASE)
_ANGLED = re.compile(r"<([^<>]*)>\s*(?:;.*)?$")
_WITHHELD = frozenset(
    "anonymous anoniem restricted private unavailable unknown withheld afgeschermd onbekend anonymous.invalid none".split()
)
_BARE = re.compile(r"31[1-9]\d{6,9}")
"""A Dutch number with its country and without + or 00, as many trunks send it."""


@dataclass(frozen=True)
class Given:
    """A number as the exchange gave it: in E.164 form when it is a number, what was given, and whether it was withheld."""

    number: str | None
    raw: str
    withheld: bool


def read_number(text: str) -> Given:
    """What a ``from`` or ``to`` of an exchange says: ``+31612345678``, ``sip:0181…@host;user=phone``, ``"A" <tel:…>``.

    A number that cannot be one keeps its raw form; an anonymous caller has neither number nor raw form.
    """
    raw = clean_text(text, multiline=False)[:LONGEST_RAW]
    user = _user_of(raw)
    if not user or user.casefold() in _WITHHELD:
        return Given(None, "", withheld=True)
    number, _raw = normalise_phone(user)
    if number is None and _BARE.fullmatch(user):
        number, _raw = normalise_phone(f"+{user}")
    return Given(number, raw, withheld=False)


def _user_of(raw: str) -> str:
    """The part of an address that names who: of ``"Jan" <sip:0612@host>`` it is 0612."""
    angled = _ANGLED.search(raw)
    address = angled[1] if angled else raw
    uri = _URI.search(address)
    user = unquote(uri[1]) if uri else address.partition("@")[0]
    # Parameters of the user part (0612;phone-context=…) say nothing more.
    return user.partition(";")[0].strip().strip('"').strip()


def phone_key(address: str) -> str:
    """What two ways of writing one telephone inside the exchange have in common: ``1001`` and ``sip:1001@host`` are one."""
    return _user_of(clean_text(address, multiline=False)[:LONGEST_RAW]).casefold()
