"""What a town's set-up may be: each field by itself, as JSON has it. Pure: what other rows say is asked elsewhere.

Times are "08:30", days "2026-12-24", a week a mapping of weekday ("0" is Monday) to blocks of an opening and a closing
time. ``CHECKS`` names for each kind of thing the fields that it has and what each may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any
from urllib.parse import urlsplit

from stdnum.exceptions import ValidationError
from stdnum.nl import bsn

from kcc.core.cleaning import clean_text, refuse_reason
from kcc.core.errors import InvalidInput
from kcc.municipalities import rules

Check = Callable[[Any], Any]

CHANNELS = ("phone", "email", "counter", "letter", "webform", "other")
ENTRANCE_KINDS = ("phone", "mailbox", "form", "counter")
UNITS = ("working_minutes", "working_hours", "working_days")
LIBERATION_DAYS = ("never", "lustrum", "always")
ACCENTS = range(1, 13)
MOST_BLOCKS = 6
MOST_QUESTIONS = 12
KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def text(most: int, *, multiline: bool = False, empty: bool = False) -> Check:
    """Cleaned text of at most so many characters."""

    def check(value: Any) -> str:
        raw = "" if value is None else str(value)
        if refuse_reason(raw, most):
            raise InvalidInput("Deze tekst is te lang.")
        cleaned = clean_text(raw, multiline=multiline)
        if not cleaned and not empty:
            raise InvalidInput("Vul dit in.")
        return cleaned

    return check


def maybe(check: Check) -> Check:
    """The same, or nothing at all."""
    return lambda value: None if value is None or value == "" else check(value)


def one_of(*choices: Any) -> Check:
    """One of a list."""

    def check(value: Any) -> Any:
        if value not in choices:
            raise InvalidInput("Kies iets uit de lijst.")
        return value

    return check


def number(least: int, most: int) -> Check:
    """A whole number from ``least`` to ``most``."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}", str(value)) or not least <= int(value) <= most:
            raise InvalidInput("Vul een getal in dat hier past.")
        return int(value)

    return check


def truth(value: Any) -> bool:
    """Yes or no."""
    return bool(value)


def day(value: Any) -> str:
    """A day as ISO text."""
    try:
        found = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as fault:
        raise InvalidInput("Dit is geen datum.") from fault
    if not 1900 <= found.year <= 2200:
        raise InvalidInput("Dit is geen datum.")
    return found.isoformat()


def clock_time(value: Any) -> str:
    """A wall-clock time as "08:30"."""
    try:
        found = value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError as fault:
        raise InvalidInput("Dit is geen tijd. Schrijf bijvoorbeeld 08:30.") from fault
    return found.strftime("%H:%M")


def week(value: Any) -> dict[str, list[list[str]]]:
    """Opening blocks by weekday; days without any are left out. Raises CalendarError for overlap."""
    if not isinstance(value, Mapping) or any(str(each) not in "0123456" or len(str(each)) != 1 for each in value):
        raise InvalidInput("Openingstijden gaan over maandag tot en met zondag.")
    result: dict[str, list[list[str]]] = {}
    for weekday in sorted(value, key=str):
        if blocks := blocks_of(value[weekday]):
            result[str(weekday)] = blocks
    return result


def blocks_of(value: Any) -> list[list[str]]:
    """The blocks of one day, from early to late. A day ends at 23:59 at the latest. Raises CalendarError."""
    if (
        not isinstance(value, list | tuple)
        or len(value) > MOST_BLOCKS
        or not all(isinstance(block, list | tuple) and len(block) == 2 for block in value)
    ):
        raise InvalidInput("Een dag heeft hooguit zes blokken met een begin en een eind.")
    blocks = [[clock_time(opens), clock_time(closes)] for opens, closes in value]
    pairs = tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in blocks)
    if any(closes <= opens for opens, closes in pairs):
        raise rules.CalendarError("Openingstijden lopen van vroeg naar laat en overlappen niet.")
    rules.Calendar("Europe/Amsterdam", {0: pairs})
    return blocks


def short_code(value: Any) -> str:
    """Two to four capitals: what stands before a ticket's number."""
    code = clean_text(str(value or ""), multiline=False).upper()
    if not re.fullmatch(r"[A-Z]{2,4}", code):
        raise InvalidInput("Een korte code bestaat uit 2 tot 4 letters, zoals HVS.")
    return code


def cbs_code(value: Any) -> str:
    """The four digits by which Statistics Netherlands knows a municipality."""
    code = clean_text(str(value or ""), multiline=False)
    if not re.fullmatch(r"\d{1,4}", code, flags=re.ASCII):
        raise InvalidInput("Een CBS-code bestaat uit 4 cijfers, zoals 0530.")
    return code.zfill(4)


def rsin(value: Any) -> str:
    """Nine digits that pass the eleven test, as those of a BSN do (Handelsregister, RSIN)."""
    try:
        return str(bsn.validate(str(value)))
    except ValidationError as fault:
        raise InvalidInput("Dit RSIN klopt niet: het telt 9 cijfers en voldoet aan de elfproef.") from fault


def oin(value: Any) -> str:
    """Twenty digits; those that begin with 00000001 hold an RSIN (Logius, OIN-beleid)."""
    code = re.sub(r"[ .]", "", str(value))
    if not re.fullmatch(r"\d{20}", code, flags=re.ASCII):
        raise InvalidInput("Een OIN telt 20 cijfers.")
    if code.startswith("00000001"):
        rsin(code[8:17])
    return code


def address(kind: str, value: Any) -> str:
    """The address of an entrance: a number as +31181…, a mailbox, or the word by which a form or counter is known."""
    found = clean_text(str(value or ""), multiline=False)
    if kind == "phone":
        digits = re.sub(r"[\s().-]", "", found)
        # 14 0181: the national numbers of towns have no zero before them.
        digits = re.sub(r"^14(?=\d{3,4}$)", "+3114", digits)
        digits = re.sub(r"^(00|\+)", "+", digits) if digits.startswith(("00", "+")) else re.sub(r"^0", "+31", digits)
        if not re.fullmatch(r"\+\d{8,15}", digits, flags=re.ASCII):
            raise InvalidInput("Dit is geen telefoonnummer. Schrijf bijvoorbeeld 0181 331 111.", field="address")
        return digits
    if kind == "mailbox":
        if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}", found) or len(found) > 200:
            raise InvalidInput("Dit is geen mailadres.", field="address")
        return found.lower()
    if not KEY.fullmatch(found.lower()) or len(found) > 60:
        raise InvalidInput("Gebruik kleine letters, cijfers en streepjes, zoals balie-stadhuis.", field="address")
    return found.lower()


def url(value: Any) -> str:
    """The address of a page on the web."""
    found = clean_text(str(value or ""), multiline=False)
    parts = urlsplit(found)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(found) > 2000 or " " in found:
        raise InvalidInput("Een link begint met https://.")
    return found


def sha256(value: Any) -> str:
    """The mark of a picture that the town has."""
    if not re.fullmatch(r"[0-9a-f]{64}", str(value)):
        raise InvalidInput("Dit logo is er niet.")
    return str(value)


def questions(value: Any) -> list[str]:
    """What is asked before a question goes on, in this order."""
    if not isinstance(value, list | tuple) or len(value) > MOST_QUESTIONS:
        raise InvalidInput("Een onderwerp heeft hooguit twaalf vragen.")
    check = text(200)
    return [check(each) for each in value]


CHECKS: dict[str, dict[str, Check]] = {
    "municipality": {
        "name": text(80), "short_code": short_code, "cbs_code": cbs_code, "rsin": maybe(rsin), "oin": maybe(oin),
        "inhabitants": maybe(number(1, 2_000_000)), "accent": number(1, 12), "greeting": text(300), "logo": maybe(sha256),
        "good_friday": truth, "liberation_day": one_of(*LIBERATION_DAYS), "christmas_eve_closes_at": maybe(clock_time),
        "new_years_eve_closes_at": maybe(clock_time), "joined_on": maybe(day), "left_on": maybe(day),
    },
    "entrance": {
        "kind": one_of(*ENTRANCE_KINDS), "address": text(200), "label": text(80), "topic_id": maybe(number(1, 999_999_999)),
        "active": truth,
    },
    "department": {
        "key": text(60), "name": text(80), "kind": one_of("afdeling", "groep"), "mailbox": maybe(lambda v: address("mailbox", v)),
        "phone": maybe(lambda v: address("phone", v)), "parent_id": maybe(number(1, 999_999_999)), "hours": maybe(week),
        "deputy_id": maybe(text(36)), "fallback_id": maybe(number(1, 999_999_999)), "active": truth,
    },
    "service_agreement": {
        "channel": one_of(*CHANNELS), "percent": number(1, 100), "within_seconds": number(1, 86_400),
        "answer_amount": number(1, 10_000), "answer_unit": one_of(*UNITS), "valid_from": day, "valid_to": maybe(day),
    },
    "useful_link": {"label": text(80), "url": url, "position": number(0, 999)},
}  # fmt: skip
ROUTE: dict[str, Check] = {
    "department_id": number(1, 999_999_999), "term_amount": maybe(number(1, 10_000)), "term_unit": maybe(one_of(*UNITS)),
    "questions": questions, "active": truth,
}  # fmt: skip
CLOSING: dict[str, Check] = {"label": text(80), "closes_at": maybe(clock_time)}


def checked(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a thing, each as it may be stored. Raises InvalidInput that names the field."""
    return _each(CHECKS[kind], values)


def checked_days(values: Mapping[str, Any]) -> dict[str, Any]:
    """Closing days by date; None takes one away."""
    return {day(on): None if closing is None else _each(CLOSING, closing) for on, closing in _mapping(values).items()}


def checked_routes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Routes by topic; None takes one away."""
    topic = number(1, 999_999_999)
    return {str(topic(each)): None if r is None else _each(ROUTE, r) for each, r in _mapping(values).items()}


def _mapping(values: Any) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise InvalidInput
    return values


def _each(checks: Mapping[str, Check], values: Mapping[str, Any]) -> dict[str, Any]:
    result = {}
    for name, value in _mapping(values).items():
        if name not in checks:
            raise InvalidInput("Dit is niet in te stellen.", field=name)
        try:
            result[name] = checks[name](value)
        except InvalidInput as fault:
            fault.field = name
            raise
    return result
