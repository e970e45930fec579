"""Tickets on paper: their states and moves, references, outcomes, channels, and what anonymity erases."""

import re
from enum import IntEnum, StrEnum
from typing import NamedTuple

from kcc.core.errors import InvalidInput, InvalidState


class Status(StrEnum):
    """Where a ticket stands. Dutch: status van een vraag."""

    OPEN = "open"
    WITH_BACK_OFFICE = "with_back_office"
    WAITING_FOR_CITIZEN = "waiting_for_citizen"
    ANSWERED = "answered"
    CLOSED = "closed"


class Priority(IntEnum):
    """How urgent a ticket is; the lowest number is worked on first."""

    URGENT = 1
    NORMAL = 2
    LOW = 3


class Outcome(StrEnum):
    """How one contact ended. Dutch: gespreksresultaat."""

    ANSWERED = "answered"
    ESCALATED = "escalated"
    TRANSFERRED = "transferred"
    TRANSFER_FAILED = "transfer_failed"
    REFERRED = "referred"
    CUT_OFF = "cut_off"
    RECEIVED = "received"


class Channel(StrEnum):
    """How a contact came in. Dutch: kanaal."""

    PHONE = "phone"
    COUNTER = "counter"
    EMAIL = "email"
    LETTER = "letter"
    WEBFORM = "webform"
    OTHER = "other"


# The one table of moves of a ticket. A move back to open from answered or closed is a reopening and needs a reason.
MOVES: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.WITH_BACK_OFFICE, Status.WAITING_FOR_CITIZEN, Status.ANSWERED, Status.CLOSED}),
    Status.WITH_BACK_OFFICE: frozenset({Status.OPEN, Status.WAITING_FOR_CITIZEN, Status.ANSWERED}),
    Status.WAITING_FOR_CITIZEN: frozenset({Status.OPEN, Status.WITH_BACK_OFFICE, Status.ANSWERED, Status.CLOSED}),
    Status.ANSWERED: frozenset({Status.OPEN, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.OPEN}),
}
REOPENED_FROM = frozenset({Status.ANSWERED, Status.CLOSED})

STATUS_AFTER: dict[Outcome, Status] = {
    Outcome.ANSWERED: Status.ANSWERED,
    Outcome.ESCALATED: Status.WITH_BACK_OFFICE,
    Outcome.TRANSFERRED: Status.ANSWERED,
    Outcome.TRANSFER_FAILED: Status.OPEN,
    Outcome.REFERRED: Status.ANSWERED,
    Outcome.CUT_OFF: Status.OPEN,
    Outcome.RECEIVED: Status.OPEN,
}

# What can identify somebody in a finished question. Topic, times, channel and outcome stay: they are counted.
PERSONAL_FIELDS = frozenset(
    {"party_id", "name", "phone", "email", "address", "note", "question", "answer", "involvement", "follow_key"}
)

_SHORT_CODE = re.compile(r"[A-Z][A-Z0-9]{1,5}")
_REFERENCE = re.compile(r"\s*([A-Za-z][A-Za-z0-9]{1,5})[\s-]*([0-9]{2})[\s-]+([0-9]{1,9})\s*", re.ASCII)
_NUMBER = re.compile(r"(?<![\w-])(?:\+|0)[0-9][0-9 ()./-]*[0-9]", re.ASCII)
_DATE = re.compile(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:19|20)[0-9]{2}\b", re.ASCII)
FEWEST_DIGITS = 6
"""With fewer, digits with dashes are more often a date or a reference than a phone number."""


class Reference(NamedTuple):
    """The parts of a reference: short code of the municipality, the year in full, the number within that year."""

    short_code: str
    year: int
    number: int


def may_move(a: Status | str, b: Status | str) -> bool:
    """Whether a ticket may go from `a` to `b`; an unknown state may go nowhere."""
    if a not in MOVES or b not in MOVES:
        return False
    return Status(b) in MOVES[Status(a)]


def is_reopening(a: Status | str, b: Status | str) -> bool:
    """Whether the move from `a` to `b` reopens a ticket that was answered or closed."""
    return may_move(a, b) and a in REOPENED_FROM and b == Status.OPEN


def check_move(a: Status | str, b: Status | str, reason: str = "") -> Status:
    """The new state. Raises InvalidState for a move outside the table, InvalidInput for reopening without a reason."""
    if not may_move(a, b):
        raise InvalidState("Deze vraag kan niet van deze status naar die status.")
    if is_reopening(a, b) and not reason.strip():
        raise InvalidInput("Geef een reden om deze vraag te heropenen.", field="reason")
    return Status(b)


def reopen(status: Status | str, reason: str) -> Status:
    """The state after reopening: open. Raises InvalidState unless answered or closed, InvalidInput without a reason."""
    if status not in REOPENED_FROM:
        raise InvalidState("Deze vraag is niet afgerond en kan dus niet heropend worden.")
    return check_move(status, Status.OPEN, reason)


def status_after(outcome: Outcome | str) -> Status:
    """The state of a new ticket whose contact ended with this outcome. Raises InvalidInput for an unknown outcome."""
    try:
        return STATUS_AFTER[Outcome(outcome)]
    except ValueError as error:
        raise InvalidInput("Kies een resultaat uit de lijst.", field="outcome") from error


def reference(short_code: str, year: int, number: int) -> str:
    """The reference a citizen can read aloud, such as BRI-26-004217; `year` in full, `number` from 1 within it.

    Raises InvalidInput for a short code, year or number that would not survive being read back.
    """
    if not _SHORT_CODE.fullmatch(short_code):
        raise InvalidInput("Een gemeentecode heeft 2 tot 6 hoofdletters of cijfers.", field="short_code")
    if not 2000 <= year <= 2099 or not 1 <= number <= 999_999_999:
        raise InvalidInput("Dit nummer past niet in een kenmerk.")
    return f"{short_code}-{year % 100:02}-{number:06}"


def parse_reference(text: str) -> Reference | None:
    """The parts of a reference as people type it (small letters, spaces, no leading zeros); None when it is none."""
    found = _REFERENCE.fullmatch(text)
    if found is None or int(found[3]) == 0:
        return None
    return Reference(found[1].upper(), 2000 + int(found[2]), int(found[3]))


def may_be_anonymous(outcome: Outcome | str) -> bool:
    """Whether a question that ended so can be counted without personal data: nobody has to come back to it."""
    return outcome in {Outcome.ANSWERED, Outcome.TRANSFERRED, Outcome.REFERRED, Outcome.CUT_OFF}


def erases_when_anonymous(field: str) -> bool:
    """Whether finishing anonymously erases this field: everything by which the person could be known or followed."""
    return field in PERSONAL_FIELDS


def number_word(number: str) -> str:
    """A phone number as the one word by which it is indexed and sought: 31612345678; "" without digits.

    The digits of its E.164 form, so that a number kept in that form is the same word. A number that is not complete
    stays a beginning of that word.
    """
    plain = number.strip()
    digits = "".join(char for char in plain.replace("(0)", "") if char.isascii() and char.isdigit())
    if plain.startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    return f"31{digits[1:]}" if digits.startswith("0") else digits


def search_words(text: str) -> str:
    """What was typed, with each phone number in it as the one word under which numbers are indexed."""
    return _NUMBER.sub(lambda found: number_word(found[0]) if _is_number(found[0]) else found[0], text)


def number_words(text: str) -> str:
    """The phone numbers inside a text, each as its one word, to be indexed beside the text as it stands."""
    return " ".join(number_word(found) for found in _NUMBER.findall(text) if _is_number(found))


def _is_number(text: str) -> bool:
    return sum(char.isdigit() for char in text) >= FEWEST_DIGITS and not _DATE.match(text)
