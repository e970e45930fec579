"""How people and organisations are written: BSN, telephone number, postcode, e-mail address, name."""

import re
import unicodedata

import phonenumbers
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn

from kcc.core.errors import InvalidInput

_PARTICLES = (
    "'s 't 'n aan af al am an auf bij d da das de degli dei del della den der des di do dos du e een el en het il in "
    "la las le les lo los of onder op over s t te ten ter thoe tot uit uijt van vande vanden vander ver vom von voor "
    "vor y zu zum zur"
)
PARTICLES = frozenset(_PARTICLES.split())
_INTERNATIONAL = re.compile(r"\s*(\+|00)")
_LOCAL_SERVICE = re.compile(r"(?:\+31|0031)?14(0[0-9]{2,3})")
_NOT_DIGIT = re.compile(r"[^0-9+]")
_BSN_MARKS = re.compile(r"[\s.\-]")
_POSTCODE = re.compile(r"([1-9][0-9]{3})\s*([A-Za-z]{2})")
_NO_POSTCODE_LETTERS = frozenset({"SA", "SD", "SS"})
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]{1,64}@([^@\s]{1,253})")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_WORD = re.compile(r"[a-z0-9']+")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})


def is_bsn(text: str) -> bool:
    """Whether `text` is a citizen service number that passes the eleven test, blanks and dashes left aside."""
    try:
        normalise_bsn(text)
    except InvalidInput:
        return False
    return True


def normalise_bsn(text: str) -> str:
    """The nine digits of a citizen service number, an eight-digit one with its leading zero. Raises InvalidInput."""
    digits = _BSN_MARKS.sub("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) in (8, 9)) or int(digits) == 0:
        raise InvalidInput("Dit is geen geldig burgerservicenummer.", field="bsn")
    try:
        return str(bsn.validate(digits.zfill(9)))
    except ValidationError as error:
        raise InvalidInput("Dit is geen geldig burgerservicenummer.", field="bsn") from error


def mask_bsn(text: str) -> str:
    """A citizen service number as screens show it: seven dots and its last two digits. Raises InvalidInput."""
    return "•" * 7 + normalise_bsn(text)[-2:]


def normalise_phone(text: str) -> tuple[str | None, str]:
    """The number in E.164 form, and what was typed without blanks around it.

    A number without country is Dutch. Municipal 14 0xx numbers, 0800, 0900 and 088 are numbers too. The first part
    is None when it cannot be a number: the person may still mean something by it, so what was typed is kept.
    """
    raw = text.strip()
    if local_service := _LOCAL_SERVICE.fullmatch(_NOT_DIGIT.sub("", raw)):
        return f"+3114{local_service[1]}", raw
    # "+31 (0)6 …" is how many people write it, and no number as it stands.
    candidate = raw.replace("(0)", "") if _INTERNATIONAL.match(raw) else raw
    try:
        number = phonenumbers.parse(candidate, "NL")
    except phonenumbers.NumberParseException:
        return None, raw
    if number.extension or not phonenumbers.is_valid_number(number):
        return None, raw
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), raw


def format_phone(e164: str) -> str:
    """A number in E.164 form as people here write it: 06 12345678, 010 123 4567, 14 0181; foreign ones with +."""
    if e164.startswith("+31140"):
        return f"14 {e164[5:]}"
    if e164.startswith("+316") and len(e164) == 12:
        return f"06 {e164[4:]}"
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    if number.country_code != 31:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def normalise_postcode(text: str) -> str:
    """A Dutch postcode as 3231 GE. Raises InvalidInput for what is none, SA, SD and SS included: never given out."""
    found = _POSTCODE.fullmatch(text.strip())
    if found is None or found[2].upper() in _NO_POSTCODE_LETTERS:
        raise InvalidInput("Een postcode heeft vier cijfers en twee letters, bijvoorbeeld 3231 GE.", field="postcode")
    return f"{found[1]} {found[2].upper()}"


def normalise_email(text: str) -> str:
    """An e-mail address with its domain in small letters and ASCII; the part before @ stays as written.

    Raises InvalidInput for what cannot receive mail.
    """
    address = unicodedata.normalize("NFC", text.strip().removeprefix("mailto:"))
    found = _EMAIL.fullmatch(address)
    local = address.rpartition("@")[0]
    if found and not (local.startswith(".") or local.endswith(".") or ".." in local):
        try:
            domain = found[1].encode("idna").decode("ascii").lower()
        except UnicodeError:
            domain = ""
        if len(domain) <= 253 and _DOMAIN.fullmatch(domain) and _is_printable(local):
            return f"{local}@{domain}"
    raise InvalidInput("Vul een volledig e-mailadres in, bijvoorbeeld naam@voorbeeld.nl.", field="email")


BARE_PARTICLES = frozenset(particle.replace("'", "") for particle in PARTICLES)
"""Particles as they stand in a key: a key of a key is the key itself."""


def search_key(name: str) -> str:
    """A name as it is looked up: small letters, no accents or dots, particles behind the rest.

    "Jan van de Berg", "Berg, Jan van de" and "JAN VAN DE BERG" share their key: "berg jan de van". Words are sorted,
    so that the order in which a caller says them does not matter. A name of particles only keeps them.
    """
    words = _WORD.findall(_plain(name))
    words = [bare for word in words if (bare := word.replace("'", ""))]
    names = sorted(word for word in words if word not in BARE_PARTICLES)
    particles = sorted(word for word in words if word in BARE_PARTICLES)
    return " ".join([*names, *particles])


def _plain(text: str) -> str:
    lowered = text.lower().replace("\u2019", "'").replace("\u2018", "'").replace("`", "'")
    decomposed = unicodedata.normalize("NFKD", lowered.translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _is_printable(text: str) -> bool:
    return all(char.isprintable() and not "\ud800" <= char <= "\udfff" for char in text)
