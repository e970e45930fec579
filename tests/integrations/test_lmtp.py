"""The mail server says 250 only for what was kept, and keeps every byte."""

from __future__ import annotations

import pytest

from kcc.integrations import lmtp
from tests.support.lmtp import Client, on_the_wire, server


def test_each_recipient_is_answered_after_the_mail_was_kept() -> None:
    kept: list[tuple[str, bytes, str]] = []

    def keep(address: str, raw: bytes, sender: str) -> bool:
        kept.append((address, raw, sender))
        if address.startswith("stuk"):
            raise RuntimeError("the database is away")
        return not address.startswith("weg")

    raw = b"Subject: x\r\n\r\n.punt\r\n..twee\r\nkaal\nregeleinde \xff\xfe\x00\r\n"
    with server(lambda _a: True, keep) as port:
        client = Client(port)
        answers = client.send(raw, "info@a.nl", "stuk@a.nl", "weg@a.nl")
        assert [answer[:3] for answer in answers] == ["250", "451", "550"]
        assert client.send(raw, "info@a.nl", sender="")[0].startswith("250")
        client.close()
    assert kept[0] == ("info@a.nl", raw, "jan@example.nl") and kept[-1][2] == ""


@pytest.mark.parametrize("smtp", [False, True])
def test_unknown_recipients_and_a_database_that_is_away_are_told_apart(smtp: bool) -> None:
    def known(address: str) -> bool:
        if address.startswith("stuk"):
            raise RuntimeError
        return address.startswith("info")

    with server(known, lambda *_values: True, smtp=smtp) as port:
        client = Client(port, smtp=smtp)
        client.say("MAIL FROM:<>")
        assert client.say("RCPT TO:<wie@a.nl>").startswith("550")
        assert client.say("RCPT TO:<stuk@a.nl>").startswith("451")
        assert client.say("RCPT TO:<info@a.nl>").startswith("250")
        for _number in range(lmtp.MOST_RECIPIENTS - 1):
            client.say("RCPT TO:<info@a.nl>")
        assert client.say("RCPT TO:<info@a.nl>").startswith("452")
        client.close()


def test_over_smtp_one_answer_stands_for_all_and_a_part_that_failed_makes_it_come_again() -> None:
    with server(lambda _a: True, lambda address, _raw, _sender: 1 / (address != "stuk@a.nl") > 0, smtp=True) as port:
        client = Client(port, smtp=True)
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<info@a.nl>")
        client.say("RCPT TO:<stuk@a.nl>")
        client.say("DATA")
        client.socket.sendall(b"hoi\r\n.\r\n")
        assert client.answer().startswith("451")
        client.close()


def test_a_line_may_be_as_long_as_it_likes_and_a_mail_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmtp, "LARGEST_MAIL", 2_000_000)
    kept: list[bytes] = []
    with server(lambda _a: True, lambda _a, raw, _s: kept.append(raw) is None) as port:
        client = Client(port)
        raw = b"Subject: " + b"x" * 500_000 + b"\r\n\r\nhoi"
        assert client.send(raw, "info@a.nl")[0].startswith("250") and kept == [on_the_wire(raw)]
        assert client.send(b"x\r\n" * 1_000_000, "info@a.nl")[0].startswith("552")
        client.close()
