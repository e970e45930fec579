"""Reading mail: every error in it is forgiven, every text is fit to keep, every limit holds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.integrations.mail_message import TooMuch, parts_bytes, read_mail

MIXED = (
    b"From: =?utf-8?q?J=C3=B6rg?= <j@example.nl>\r\nSubject: =?iso-8859-1?q?caf=E9?=\r\nDate: Wed, 25 Nov 2026 10:00:00 +0100\r\n"
    b"Message-ID: <a@b.nl>\r\nIn-Reply-To: <x@y.nl>\r\nReferences: <w@y.nl> <x@y.nl>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nTekst \xe2\x82\xac\r\n"
    b"--c\r\nContent-Type: text/html\r\n\r\n<p>Opmaak</p><img src=cid:logo@x><img src=https://elders.example/x.png>\r\n--c--\r\n"
    b'--b\r\nContent-Type: image/png; name="../../logo.png"\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n'
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="brief.pdf"\r\n\r\n%PDF-1\r\n--b--\r\n'
)


def test_a_mail_with_all_that_mails_have() -> None:
    read = read_mail(MIXED)
    assert (read["from_name"], read["from_address"], read["subject"]) == ("Jörg", "j@example.nl", "café")
    assert (
        read["text"] == "Tekst €"
        and read["message_id"] == "<a@b.nl>"
        and read["in_reply_to"] == ["<x@y.nl>", "<w@y.nl>"]
    )
    assert read["sent_at"] == "2026-11-25T10:00:00+01:00"
    assert "<p>Opmaak</p>" in read["html"] and "data:image/png;base64," in read["html"] and "elders" not in read["html"]
    assert read["blocked"] == 1
    assert [(f["name"], f["inline"]) for f in read["files"]] == [("logo.png", True), ("brief.pdf", False)]
    assert parts_bytes(MIXED, [f["place"] for f in read["files"]]) == [b"\x89PNG\r\n\x1a\n", b"%PDF-1"]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n\r\n", b"\x00\x00\x00", b"geen kop", b"From: \r\n\r\n", b"From: (((((\r\n\r\nx", b"Date: Fri, 31 Dec 9999 23:59:59 +9999\r\n\r\nx",
        b"Subject: =?utf-8?b?////?= =?onzin?q?x?=\r\n\r\nx", b"Content-Type: text/plain; charset=zlib\r\n\r\nhoi", b"Content-Type: ;;;\r\n\r\nhoi",
        b"Content-Type: text/plain; charset*=utf-8''%ff\r\n\r\nhoi", b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n#onzin\r\n",
        b"Content-Type: multipart/mixed\r\n\r\ngeen grens", b"Content-Type: message/rfc822\r\n\r\n\r\n", b"Subject: \xff\xfe\xed\xa0\x80\r\n\r\n\xed\xa0\x80",
        b"From: " + b"(" * 3000 + b")" * 3000 + b"\r\n\r\nx", b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000,
        b"Content-Disposition: attachment; filename*0*=utf-8''%; filename*1=\r\nContent-Type: x/y\r\n\r\nx",
    ],
)  # fmt: skip
def test_strange_mail_is_read_and_what_comes_of_it_can_be_kept(raw: bytes) -> None:
    text = json.dumps(read_mail(raw))
    assert "\\u0000" not in text and "\\ud8" not in text.lower().replace("\\ud83", "")


@pytest.mark.parametrize(
    ("raw", "limit"),
    [
        (b"Subject: " + b"a" * 300_000 + b"\r\n\r\nx", "header"),
        (b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhoi\r\n" * 2000, "parts"),
        (
            b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200))
            + b"\r\nx",
            "depth",
        ),
        (b"x" * 35_000_001, "size"),
    ],
)
def test_what_no_letter_is_goes_past_a_limit(raw: bytes, limit: str) -> None:
    with pytest.raises(TooMuch, match=limit):
        read_mail(raw)


def test_two_copies_that_travelled_differently_have_one_content() -> None:
    assert (
        read_mail(MIXED)["content_hash"]
        == read_mail(b"Received: by x\r\n" + MIXED.replace(b"hoi", b"hoi"))["content_hash"]
    )
    assert read_mail(MIXED)["content_hash"] != read_mail(MIXED.replace(b"Tekst", b"Tekst!"))["content_hash"]


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_whatever_bytes_come_something_fit_to_keep_comes_of_them(head: bytes, body: bytes) -> None:
    for raw in (
        head + b"\r\n\r\n" + body,
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + head + b"\r\n\r\n" + body,
    ):
        text = json.dumps(read_mail(raw), ensure_ascii=False)
        text.encode()
        assert "\x00" not in text
