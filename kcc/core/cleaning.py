"""Text from outside, made fit to store: nothing that PostgreSQL, a terminal or a reader would choke on."""

import re
import unicodedata

# Control characters, without tab and line feed; the C1 block and the marks that reorder or hide text as well.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[\t\n \u00a0]+")
_TRAILING = re.compile(r"[ \t\u00a0]+(?=\n|\Z)")


def clean_text(value: str, multiline: bool) -> str:
    """`value` in NFC without control characters, with line feeds as only newlines and no blanks around it.

    Lone surrogates become U+FFFD, so that what was broken stays visible. A single line has its newlines, tabs and
    runs of blanks turned into one space. Cleaning twice changes nothing.
    """
    text = _SURROGATE.sub("\ufffd", value)
    text = _CONTROL.sub("", _NEWLINES.sub("\n", text))
    text = unicodedata.normalize("NFC", text)
    text = _TRAILING.sub("", text) if multiline else _BLANKS.sub(" ", text)
    return text.strip()


def refuse_reason(value: str, limit: int) -> str | None:
    """Why `value` is refused, as a Dutch message for at the field, or None when it is welcome.

    `limit` is in characters after cleaning, the same that the reader sees counted; nothing is ever cut off.
    """
    if "\x00" in value:
        return "Deze tekst bevat tekens die niet opgeslagen kunnen worden."
    if _SURROGATE.search(value):
        return "Deze tekst bevat beschadigde tekens."
    if len(clean_text(value, multiline=True)) > limit:
        return "Deze tekst is te lang."
    return None
