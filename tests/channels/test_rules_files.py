"""Files on paper: kinds by content, limits, names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.channels import rules_files as rules
from kcc.channels.rules_files import UNKNOWN, WELCOME, ScanState
from kcc.core.errors import InvalidInput
from tests.channels.files import DOCX, EXE, HTML, JPEG, PDF, PNG, SVG, open_document, packed
from tests.integrations.scanner import EICAR

KINDS = [
    (PDF, "application/pdf"),
    (PNG, "image/png"),
    (JPEG, "image/jpeg"),
    (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (open_document(), "application/vnd.oasis.opendocument.text"),
    (b"Hallo, een tekst.\n", "text/plain"),
    ("Café, één €.\n".encode(), "text/plain"),
    ("Café".encode("cp1252"), "text/plain"),
    (b"BMW te koop: wie belt?", "text/plain"),
    (EICAR, "text/plain"),
    (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "text/calendar"),
    (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "image/heif"),
]


@pytest.mark.parametrize(("data", "kind"), KINDS)
def test_a_welcome_file_is_known_by_its_content(data: bytes, kind: str) -> None:
    assert rules.check_file(data) == kind


UNWELCOME = {
    "program": EXE,
    "linux program": b"\x7fELF" + bytes(60),
    "page": HTML,
    "page after a while": b"Beste,\n\n" + HTML,
    "drawing with script": SVG,
    "zip": packed(some_xml="x"),
    "zip in office's name": packed(word__document_xml="x"),
    "macros": packed(types="<x/>", word__document_xml="<x/>", word__vbaProject_bin="x"),
    "broken zip": b"PK\x03\x04" + bytes(50),
    "film": b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isom",
    "noise": bytes(range(256)),
    "nothing": b"",
}


@pytest.mark.parametrize("name", UNWELCOME)
def test_any_other_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.check_file(UNWELCOME[name])
    assert refused.value.field == "files"


def test_one_byte_too_many_is_too_many() -> None:
    assert rules.check_file(b"a" * rules.LARGEST_FILE) == "text/plain"
    with pytest.raises(InvalidInput, match="te groot"):
        rules.check_file(b"a" * (rules.LARGEST_FILE + 1))


def test_files_are_counted_and_weighed_together() -> None:
    rules.check_together([rules.LARGEST_TOGETHER])
    with pytest.raises(InvalidInput, match="samen te groot"):
        rules.check_together([rules.LARGEST_TOGETHER, 1])
    with pytest.raises(InvalidInput, match="Hoogstens 10"):
        rules.check_together([1] * 11)


@given(st.binary(max_size=400))
def test_nothing_unlisted_is_ever_welcome(data: bytes) -> None:
    try:
        assert rules.check_file(data) in WELCOME
    except InvalidInput:
        pass


NAMES = [
    ("rekening.pdf", "application/pdf", "rekening.pdf"),
    ("rekening.pdf.exe", "application/pdf", "rekening.pdf.exe.pdf"),
    ("../../etc/passwd", "text/plain", "passwd.txt"),
    ("C:\\Users\\ik\\foto.JPEG", "image/jpeg", "foto.jpeg"),
    ("uren.csv", "text/plain", "uren.csv"),
    ("oud.xls", "application/msword", "oud.xls"),
    ("", "image/png", "bestand.png"),
    ("..", "image/png", "bestand.png"),
    ("\u202egnp.exe", "image/png", "gnp.exe.png"),
    ("a\r\nSet-Cookie: x.pdf", "application/pdf", "a Set-Cookie x.pdf"),
    ("e" * 300 + ".pdf", "application/pdf", "e" * 120 + ".pdf"),
]


@pytest.mark.parametrize(("given_name", "kind", "name"), NAMES)
def test_a_name_is_harmless_and_ends_as_the_file_is(given_name: str, kind: str, name: str) -> None:
    assert rules.file_name(given_name, kind) == name


@given(st.text(max_size=300), st.sampled_from([*WELCOME, UNKNOWN]))
def test_no_name_holds_a_path_or_a_control_character(name: str, kind: str) -> None:
    made = rules.file_name(name, kind)
    assert 1 <= len(made) <= rules.LONGEST_NAME + 5
    assert not set(made) & set('/\\:*?"<>|\r\n\0') and not made.startswith(".")
    assert rules.file_name(made, kind) == made


def test_what_may_be_opened_fails_closed() -> None:
    may = {
        (state, scanner)
        for state in ScanState
        for scanner in (True, False)
        if rules.may_open(state, scanner_set=scanner)
    }
    assert may == {(ScanState.CLEAN, True), (ScanState.CLEAN, False), (ScanState.NOT_SCANNED, False)}


def test_sizes_are_told_as_people_do() -> None:
    assert [rules.size_words(n) for n in (812, 45_300, 3_210_000)] == ["812 B", "45 kB", "3,2 MB"]
