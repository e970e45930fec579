"""Files on paper: what a file is by its content, which kinds are welcome, how large, and under what name it goes out."""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum

import puremagic

from kcc.core.cleaning import clean_text
from kcc.core.errors import InvalidInput

LARGEST_FILE = 15_000_000
LARGEST_TOGETHER = 25_000_000
LARGEST_MAILED = 15_000_000
"""Files of one mail together: a third more as they travel, and most mail servers take no more than 25 MB."""
MOST_FILES = 10
LONGEST_NAME = 120
UNKNOWN = "application/octet-stream"

WELCOME: dict[str, str] = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heif": ".heic",
    "image/tiff": ".tif",
    "text/plain": ".txt",
    "text/calendar": ".ics",
    "application/rtf": ".rtf",
    "message/rfc822": ".eml",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}
"""Media types that are kept, and the ending under which each goes out. Nothing that a browser would run."""
ALSO: dict[str, frozenset[str]] = {
    "application/msword": frozenset({".xls", ".ppt", ".msg"}),
    "image/heif": frozenset({".heif"}),
    "image/jpeg": frozenset({".jpeg"}),
    "image/tiff": frozenset({".tiff"}),
    "text/plain": frozenset({".csv", ".log", ".md"}),
}
"""Other endings that a file of a kind may keep. The content of old office files does not tell which program made them."""
SAME_AS = {"image/heic": "image/heif", "text/rtf": "application/rtf", "image/jpg": "image/jpeg"}
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
TEXT_KINDS = frozenset({"text/calendar", "message/rfc822", "application/rtf", "text/rtf", "application/pdf"})
_MARKUP = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|script|iframe|svg|\?xml|\w+:script)\b", re.IGNORECASE)
_TEXT_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PATH = re.compile(r"[/\\:*?\"<>|\x00-\x1f]+")
MOST_ENTRIES = 5_000


class ScanState(StrEnum):
    """What is known of a file's harmlessness. Dutch: uitkomst van de virusscan."""

    NOT_SCANNED = "not_scanned"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    REFUSED = "refused"
    MISSING = "missing"


def media_type_of(data: bytes) -> str:
    """What ``data`` is by its content, whatever its name says; application/octet-stream when that cannot be told."""
    if data[:4] == b"PK\x03\x04":
        return _packed(data)
    found = _by_signature(data)
    if _is_text(data):
        if _MARKUP.search(data[:4096]):
            return "text/html"
        # Short signatures ("BM", "P1") are also beginnings of sentences.
        return found if found in TEXT_KINDS else "text/plain"
    return found


def check_file(data: bytes) -> str:
    """The media type of a file that is welcome; raises InvalidInput (field ``files``) for one that is not."""
    if not data:
        raise InvalidInput("Dit bestand is leeg.", field="files")
    if len(data) > LARGEST_FILE:
        raise InvalidInput("Dit bestand is te groot: hoogstens 15 MB.", field="files")
    kind = media_type_of(data)
    if kind not in WELCOME:
        raise InvalidInput(
            "Dit soort bestand nemen we niet aan. Stuur een pdf, een foto, een tekst of een kantoordocument.",
            field="files",
        )
    return kind


def check_together(sizes: list[int]) -> None:
    """Raise InvalidInput (field ``files``) when there are too many files, or too much of them (sizes in bytes)."""
    if len(sizes) > MOST_FILES:
        raise InvalidInput("Hoogstens 10 bestanden tegelijk.", field="files")
    if sum(sizes) > LARGEST_TOGETHER:
        raise InvalidInput("Deze bestanden zijn samen te groot: hoogstens 25 MB.", field="files")


def check_mailed(sizes: list[int]) -> None:
    """Raise InvalidInput (field ``files``) when these files (sizes in bytes) are more than one mail can carry."""
    if len(sizes) > MOST_FILES:
        raise InvalidInput("Hoogstens 10 bestanden bij een mail.", field="files")
    if sum(sizes) > LARGEST_MAILED:
        raise InvalidInput("Deze bestanden zijn samen te groot voor een mail: hoogstens 15 MB.", field="files")


def file_name(given: str, media_type: str) -> str:
    """A harmless name for a file: the last part of what was given, with the ending of what it really is."""
    last = re.split(r"[/\\]", clean_text(given, multiline=False))[-1]
    name = clean_text(_PATH.sub(" ", last), multiline=False).strip(" .")
    ending = WELCOME.get(media_type, ".bin")
    stem, dot, tail = name.rpartition(".")
    if dot and f".{tail.lower()}" in {ending, *ALSO.get(media_type, ())}:
        name, ending = stem, f".{tail.lower()}"
    return f"{name[:LONGEST_NAME].strip(' .') or 'bestand'}{ending}"


def may_open(state: str, *, scanner_set: bool) -> bool:
    """Whether a file may be handed out: clean, or never looked at where no scanner was set up. All else stays shut."""
    return state == ScanState.CLEAN or (state == ScanState.NOT_SCANNED and not scanner_set)


def size_words(size: int) -> str:
    """A size in bytes as people say it: 812 B, 45 kB, 3,2 MB."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1000)} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def _by_signature(data: bytes) -> str:
    try:
        found = puremagic.magic_string(data[:65_536])
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    kind = next((match.mime_type for match in found if match.mime_type), UNKNOWN)
    return SAME_AS.get(kind, kind)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if b"\0" in data:
            return False
        text = data.decode("cp1252", "replace")
        if "\ufffd" in text or data[:1] > b"\x7f":
            return False
    return not _TEXT_CONTROL.search(text)


def _packed(data: bytes) -> str:
    """Which office document a zip is, by what its table of contents names; nothing is ever unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()[:MOST_ENTRIES]
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError):
        return UNKNOWN
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return "application/vnd.ms-office.vbaProject"
    for name, kind in OFFICE.items():
        if name in names and "[Content_Types].xml" in names:
            return kind
    # OpenDocument: the first entry is called mimetype, not compressed, without extra field (ODF 1.3, part 2, 3.3).
    length = int.from_bytes(data[18:22], "little")
    if data[26:28] == b"\x08\x00" and data[30:38] == b"mimetype" and length < 100:
        kind = data[38 : 38 + length].decode("ascii", "replace")
        return kind if kind in WELCOME else UNKNOWN
    return "application/zip"
