"""What a mail says, read from its bytes: forgiving of every error in it, and bounded in all that it takes and gives.

Runs in the reader's own process (``mail_reader``), because no limit on strange input is worth more than being able to
end the process that meets it. Stands on the tolerant policy of ``email``: the strict one raises on headers of real mail.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import asdict, dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from kcc.integrations.mail_html import clean_html, is_nested_too_deep, text_of_html

LARGEST_MAIL = 35_000_000
LARGEST_HEADER = 256_000
MOST_PARTS = 1_000
DEEPEST = 50
LONGEST_TEXT = 400_000
LONGEST_HTML = 1_000_000
LONGEST_LINE = 1_000
MOST_IMAGES = 2_000_000
MOST_FILES = 100
SHOWN_HEADERS = (
    "From", "Sender", "Reply-To", "To", "Cc", "Date", "Subject", "Message-ID", "In-Reply-To", "References", "Return-Path",
    "Auto-Submitted", "Precedence", "List-Id", "List-Unsubscribe", "List-Post", "X-Loop", "X-Auto-Response-Suppress", "X-Autoreply",
    "X-Autorespond", "X-Auto-Reply-From", "X-Failed-Recipients", "X-Mailer", "Content-Type", "Feedback-Type",
)  # fmt: skip
"""The headers that people or rules look at; the rest stays in the raw mail."""
PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}


class TooMuch(Exception):
    """A limit was passed; the word says which."""


@dataclass
class Read:
    """A mail as it was read. Texts are clean; lengths are bounded; ``headers`` has each shown header's first values."""

    headers: dict[str, list[str]] = field(default_factory=dict)
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    subject: str = ""
    message_id: str = ""
    in_reply_to: list[str] = field(default_factory=list)
    sent_at: str = ""
    text: str = ""
    html: str = ""
    blocked: int = 0
    """How many pictures and other things from elsewhere were left out of the HTML."""
    files: list[dict[str, Any]] = field(default_factory=list)
    """Attachments: place among the parts, name, media type as claimed, size in bytes."""
    report: dict[str, Any] = field(default_factory=dict)
    """Of a delivery report: what it is about (Message-IDs) and what it says (action, status, recipient)."""
    content_hash: str = ""
    defects: list[str] = field(default_factory=list)


def read_mail(raw: bytes) -> dict[str, Any]:
    """All that a mail says, as JSON can carry it. Raises TooMuch when it is larger or more nested than any letter is."""
    check_size(raw)
    message = message_from_bytes(raw, policy=policy.compat32)
    read = Read()
    _read_headers(message, read)
    parts = list(_walk(message, 0, [0]))
    _read_bodies(parts, read)
    _read_report(message, parts, read)
    read.content_hash = content_hash(raw, read)
    read.defects = sorted({type(defect).__name__ for part in parts for defect in part.defects})[:20]
    return asdict(read)


def check_size(raw: bytes) -> None:
    """Raise TooMuch for what no parser should begin with."""
    if len(raw) > LARGEST_MAIL:
        raise TooMuch("size")
    head = re.search(rb"\r?\n\r?\n|\r\r", raw)
    if (head.start() if head else len(raw)) > LARGEST_HEADER and _header_size(raw) > LARGEST_HEADER:
        raise TooMuch("header")
    if raw.count(b"Content-Type") + raw.count(b"content-type") > MOST_PARTS * 3:
        raise TooMuch("parts")


def _header_size(raw: bytes) -> int:
    """Bytes of what looks like headers at the start: a mail without an empty line is no header altogether."""
    size = 0
    for line in raw[: LARGEST_HEADER + 10_000].splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t") and not re.match(rb"[!-9;-~]+[ \t]*:|From ", line):
            break
        size += len(line)
    return size


def parts_bytes(raw: bytes, places: list[int]) -> list[bytes]:
    """The decoded contents of the parts at these places (as in ``files``). Raises LookupError when one is not there."""
    check_size(raw)
    message = message_from_bytes(raw, policy=policy.compat32)
    found = {place: _payload(part) for place, part in enumerate(_walk(message, 0, [0])) if place in places}
    return [found[place] for place in places]


def content_hash(raw: bytes, read: Read) -> str:
    """What makes two copies of one mail equal though they travelled differently: sender, subject, date and body."""
    head = re.search(rb"\r?\n\r?\n", raw)
    body = raw[head.end() :] if head else b""
    body = b"\n".join(line.rstrip() for line in body.splitlines()).strip()
    facts = (read.message_id, read.from_address, read.subject, read.sent_at)
    return hashlib.sha256("\0".join(facts).encode() + b"\0" + body).hexdigest()


def _walk(message: Message, depth: int, count: list[int]) -> Any:
    """Parts in order, counted; a mail inside a mail is one part: its insides are not this mail's."""
    count[0] += 1
    if count[0] > MOST_PARTS:
        raise TooMuch("parts")
    if depth > DEEPEST:
        raise TooMuch("depth")
    yield message
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), list):
        for part in message.get_payload():  # type: ignore[union-attr]
            if isinstance(part, Message):
                yield from _walk(part, depth + 1, count)


# -- headers ---------------------------------------------------------------------------------------------------------


def _read_headers(message: Message, read: Read) -> None:
    for name in SHOWN_HEADERS:
        values = [header_text(value) for value in (message.get_all(name) or [])[:5]]
        if any(values):
            read.headers[name] = [value[:LONGEST_LINE] for value in values if value]
    read.from_name, read.from_address = _first_address(message, "From") or _first_address(message, "Sender") or ("", "")
    read.reply_to = (_first_address(message, "Reply-To") or ("", ""))[1]
    read.subject = header_text(message.get("Subject", ""))[:LONGEST_LINE]
    read.message_id = (_ids(message.get_all("Message-ID"))[:1] or [""])[0]
    read.in_reply_to = list(dict.fromkeys(_ids(message.get_all("In-Reply-To")) + _ids(message.get_all("References"))))[
        -60:
    ]
    read.sent_at = _moment(message.get("Date", ""))


def header_text(value: Any) -> str:
    """A header's value in words: decoded as far as it can be, on one line, nothing in it that a page or table refuses."""
    plain = raw_text(value)
    try:
        pieces = decode_header(plain)
    except Exception:
        pieces = [(plain, None)]
    return line_of("".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces))


def raw_text(value: Any) -> str:
    """The characters of a header as they came; bytes beyond ASCII are read as UTF-8, else as Western European."""
    text = str(value)[:LARGEST_HEADER]
    if text.isascii():
        return text
    try:
        data = text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return text
    return decoded(data, "utf-8")


def decoded(data: bytes, charset: str | None) -> str:
    """Bytes as text, whatever they call themselves: as said, else UTF-8, else Western European."""
    for name in (charset, "utf-8", "windows-1252"):
        if not name or name.lower() in ("unknown-8bit", "utf-7"):
            continue
        try:
            return data.decode(name)
        except (LookupError, ValueError, RecursionError):
            continue
    return data.decode("latin-1")


def line_of(text: str) -> str:
    """Text on one line without control characters or broken Unicode."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """Text that a database and a page take: no NUL, no control characters, no lone surrogates."""
    kept = "".join(
        "\ufffd" if "\ud800" <= char <= "\udfff" else char
        for char in text
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf") or char in "\u200d\u00ad"
    )
    return unicodedata.normalize("NFC", kept)


def _first_address(message: Message, name: str) -> tuple[str, str] | None:
    for value in (message.get_all(name) or [])[:3]:
        # Reading addresses takes time with the square of their number: the first is enough.
        try:
            found = getaddresses([raw_text(value)[:4000]])
        except Exception:
            found = []
        for display, address in found:
            place = clean_address(address)
            if place:
                return header_text(display)[:200], place
    return None


def clean_address(address: str) -> str:
    """An e-mail address that a mail server would take, or ""."""
    text = line_of(address).strip("<>")
    if len(text) > 254 or not re.fullmatch(r"[^\s@<>\"(),;:\\\[\]]+@[^\s@<>\"(),;:\\\[\]]+", text):
        return ""
    return text


def _ids(values: list[Any] | None) -> list[str]:
    found: list[str] = []
    for value in (values or [])[:10]:
        found += re.findall(r"<[^<>\s]{1,500}>", raw_text(value).replace("\r\n", " ")[:60_000])
    return [line_of(each) for each in found]


def _moment(value: Any) -> str:
    """The date of a header in ISO form with its zone, or "" when it is none that a letter could have."""
    try:
        found = parsedate_to_datetime(raw_text(value)[:200])
        if found.tzinfo is None or not 1990 <= found.year <= 2099:
            return ""
        return found.isoformat()
    except Exception:
        return ""


# -- bodies ----------------------------------------------------------------------------------------------------------


def _read_bodies(parts: list[Message], read: Read) -> None:
    texts, pages, pictures = [], [], {}
    for place, part in enumerate(parts):
        kind, main = part.get_content_type(), part.get_content_maintype()
        if main == "multipart" and isinstance(part.get_payload(), list):
            continue
        name = _file_name(part)
        attached = name or "attachment" in raw_text(part.get("Content-Disposition", "")).lower()[:40]
        if (kind == "text/plain" and not attached) or main == "multipart":
            texts.append(_text(part))
        elif kind == "text/html" and not attached:
            pages.append(_text(part))
        elif main == "text" and not attached and kind != "text/calendar":
            texts.append(_text(part))
        elif len(read.files) < MOST_FILES:
            _note_file(place, part, kind, name, read, pictures)
    html = "\n".join(pages)
    read.text = clean_lines("\n\n".join(text for text in texts if text.strip()))[:LONGEST_TEXT]
    if html and len(html) <= LONGEST_HTML and not is_nested_too_deep(html):
        read.html, read.blocked = clean_html(html, pictures)
    if html and not read.text.strip():
        read.text = clean_lines(text_of_html(html[:LONGEST_HTML]))[:LONGEST_TEXT]


def _note_file(
    place: int, part: Message, kind: str, name: str, read: Read, pictures: dict[str, tuple[str, bytes]]
) -> None:
    data = _payload(part)
    if kind in ("message/rfc822", "message/delivery-status", "text/rfc822-headers") and not name:
        name = "bericht.eml" if kind == "message/rfc822" else "bezorgbericht.txt"
    reference = line_of(raw_text(part.get("Content-ID", ""))).strip("<> ")
    read.files.append(
        {"place": place, "name": name or "bijlage", "type": kind[:100], "size": len(data), "inline": bool(reference)}
    )
    picture = next((form for start, form in PICTURES.items() if data.startswith(start)), None)
    if reference and picture and sum(len(known) for _f, known in pictures.values()) + len(data) <= MOST_IMAGES:
        pictures[reference] = (picture, data)


def _payload(part: Message) -> bytes:
    """The decoded bytes of a part; of a mail inside a mail, that mail as it would be written."""
    content = part.get_payload()
    if isinstance(content, list):
        try:
            return b"\r\n".join(each.as_bytes() if isinstance(each, Message) else b"" for each in content)
        except Exception:
            return b""
    try:
        data = part.get_payload(decode=True)
    except Exception:
        data = None
    if isinstance(data, bytes):
        return data
    return str(content or "").encode("utf-8", "surrogateescape")


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset()
    except Exception:
        charset = None
    return decoded(_payload(part)[: LONGEST_HTML * 4], charset)


def clean_lines(text: str) -> str:
    """Text of several lines, clean, without trailing blanks and with at most two empty lines together."""
    lines = [line.rstrip() for line in clean(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n")


def _file_name(part: Message) -> str:
    """What a file calls itself, without folders; "" when it has no name."""
    try:
        name = part.get_filename("") or ""
    except Exception:
        name = ""
    text = header_text(name).replace("\\", "/").rsplit("/", 1)[-1].strip(". ")
    return text[:150]


# -- delivery reports ------------------------------------------------------------------------------------------------


def _read_report(message: Message, parts: list[Message], read: Read) -> None:
    about: list[str] = []
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            words = decoded(_payload(part), "utf-8")[:20_000]
            for name in ("Action", "Status", "Final-Recipient", "Diagnostic-Code"):
                found = re.search(rf"(?im)^{name}:[ \t]*(.+)$", words)
                if found:
                    read.report.setdefault(name.lower(), line_of(found[1])[:300])
        if kind in ("message/rfc822", "text/rfc822-headers", "message/delivery-status"):
            about += _ids([decoded(_payload(part), "utf-8")[:LARGEST_HEADER]])
    if message.get_content_type() == "multipart/report":
        read.report["type"] = line_of(raw_text(message.get_param("report-type") or ""))[:50]
    # Old servers put the returned headers in plain text.
    about += [
        line_of(each) for each in re.findall(r"(?im)^>?[ \t]*Message-ID:[ \t]*(<[^<>\s]{1,500}>)", read.text[:100_000])
    ]
    if about:
        read.report["about"] = list(dict.fromkeys(about))[:20]
