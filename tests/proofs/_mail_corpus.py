"""Mails to prove with: the public corpus beside the checkout, else one made here; and mails that mean harm."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from email.message import EmailMessage

from kcc.launch.places import ROOT

CORPUS = ROOT.parent / "shared" / "data" / "security" / "mail"


@dataclass(frozen=True)
class Sample:
    """One mail: where it is from, its bytes, and whether a machine sent it (by the corpus's own list)."""

    name: str
    raw: bytes
    automatic: bool


def corpus() -> tuple[str, list[Sample]]:
    """Which corpus it is (``public`` or ``own``) and its mails, in order."""
    if not (CORPUS / "manifest.csv").is_file():
        return "own", [*_own()]
    with (CORPUS / "manifest.csv").open(newline="", encoding="utf-8") as file:
        listed = {row["path"]: row["auto_or_bounce_headers"] for row in csv.DictReader(file)}
    paths = sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.name != "manifest.csv")
    names = [str(path.relative_to(CORPUS)) for path in paths]
    return "public", [Sample(n, p.read_bytes(), bool(listed.get(n, ""))) for n, p in zip(names, paths, strict=True)]


def _own() -> list[Sample]:
    """Some hundred mails with what real ones have: charsets, errors, machines, attachments."""
    made = []
    heads = [
        ("gewoon", {}), ("lijst", {"List-Id": "<x.nl>"}), ("bulk", {"Precedence": "bulk"}), ("auto", {"Auto-Submitted": "auto-replied"}),
        ("leeg", {"Return-Path": "<>"}), ("kring", {"X-Loop": "x"}), ("stil", {"X-Auto-Response-Suppress": "All"}),
    ]  # fmt: skip
    for number in range(140):
        kind, extra = heads[number % len(heads)]
        mail = EmailMessage()
        mail["From"], mail["To"] = f"inwoner{number}@example.nl", "info@aalburg.example"
        mail["Subject"], mail["Message-ID"] = f"Vraag {number} é€", f"<{number}@example.nl>"
        for name, value in extra.items():
            mail[name] = value
        mail.set_content(f"Bericht {number} met ë en 中", charset="utf-8" if number % 3 else "gb18030")
        if number % 5 == 0:
            mail.add_attachment(
                bytes(range(256)), maintype="application", subtype="octet-stream", filename=f"../{number}.bin"
            )
        raw = mail.as_bytes()
        broken = (
            raw,
            raw.replace(b"utf-8", b"geen-charset"),
            raw.replace(b"\n\n", b"\n", 1),
            raw[: len(raw) // 2],
            b"\xff\xfe" + raw,
        )
        made.append(Sample(f"own/{kind}-{number}", broken[number % 4 if kind == "gewoon" else 0], bool(extra)))
    return made


def hostile() -> list[Sample]:
    """Mails that no person writes: each must end up somewhere, and stop nothing."""
    head = b"From: a@b.nl\r\nMessage-ID: <%s@b.nl>\r\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
    bomb = gzip.compress(bytes(20_000_000), 9)
    cases = {
        "1,000 deep": nested + b"Content-Type: text/plain\r\n\r\nhoi",
        "20,000 parts": head % b"p" + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhoi\r\n" * 20_000 + b"--x--\r\n",
        "300 kB header": head % b"h" + b"Subject: " + b"a" * 300_000 + b"\r\n\r\nhoi",
        "130 kB subject": head % b"s" + b"Subject: " + b"a" * 130_000 + b"\r\n\r\nhoi",
        "2,000 comments": b"From: " + b"(" * 2000 + b"a@b.nl" + b")" * 2000 + b"\r\n\r\nx",
        "4,000 addresses": b"From: " + b", ".join(b"a%d@b.nl" % n for n in range(4000)) + b"\r\n\r\nx",
        "zip bomb": head % b"z" + b"Content-Type: application/gzip; name=a.gz\r\nContent-Transfer-Encoding: binary\r\n\r\n" + bomb.replace(b"\r\n", b"\n") + b"\r\n",
        "NUL bytes": b"From: a\x00@b.nl\r\nSubject: \x00\xff\xfe\x80\r\n\r\n\x00hoi\x00",
        "broken charsets": head % b"c" + b"Content-Type: text/plain; charset=zlib\r\nSubject: =?rot13?q?a?= =?utf-8?b?////?=\r\n\r\nhoi \xed\xa0\x80",
        "no header": b"alleen tekst",
        "nothing": b"",
        "year 9999": head % b"y" + b"Date: Fri, 31 Dec 9999 23:59:59 +9999\r\n\r\nhoi",
        "100,000 elements": head % b"e" + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"hoi",
        "paths in names": head % b"n" + b"Content-Type: application/pdf; name=\"../../../etc/passwd\r\n x\"\r\n\r\n%PDF",
        "40 MB": head % b"m" + b"\r\n" + b"x" * 75 + b"\r\n" + (b"y" * 75 + b"\r\n") * 455_000,
    }  # fmt: skip
    return [Sample(f"hostile: {name}", raw, False) for name, raw in cases.items()]
