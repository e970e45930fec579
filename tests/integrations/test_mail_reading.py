"""The reading process: what hangs or crashes in it is ended, and the next mail is read."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from kcc.integrations import mail_reader, mail_reading
from kcc.integrations.mail_reading import MailReader, Unreadable


def test_mails_are_read_one_after_another_by_one_process() -> None:
    reader = MailReader()
    assert [reader.read(b"Subject: %d\r\n\r\nx" % n)["subject"] for n in range(3)] == ["0", "1", "2"]
    first = reader._process
    assert first is not None and first.poll() is None and reader.read(b"")["subject"] == "" and reader._process is first
    reader.close()
    assert first.poll() is not None


def test_a_process_that_hangs_is_ended_and_the_next_mail_read() -> None:
    reader = MailReader(seconds=20)
    reader.read(b"x")
    reader.seconds = 0.5
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGSTOP)
    with pytest.raises(Unreadable, match="timeout"):
        reader.read(b"x")
    reader.seconds = 20
    assert reader.read(b"Subject: weer\r\n\r\n")["subject"] == "weer"
    reader.close()


def test_a_process_that_dies_is_replaced() -> None:
    reader = MailReader()
    reader.read(b"x")
    assert reader._process is not None
    threading.Timer(0, os.kill, (reader._process.pid, signal.SIGKILL)).start()
    reader._process.wait(10)
    assert reader.read(b"Subject: weer\r\n\r\n")["subject"] == "weer"
    reader.close()


def test_a_limit_is_told_by_its_name_and_harms_nothing() -> None:
    reader = MailReader()
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
    with pytest.raises(Unreadable, match="limit_depth"):
        reader.read(deep)
    assert reader.read(b"Subject: weer\r\n\r\n")["subject"] == "weer"
    assert reader.parts(b"Content-Type: x/y\r\n\r\nhoi", [0]) == [b"hoi"]
    reader.close()


def test_no_setting_of_ours_reaches_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KCC_DATA_KEY", "geheim")
    reader = MailReader()
    reader.read(b"x")
    assert reader._process is not None
    with open(f"/proc/{reader._process.pid}/environ", "rb") as file:
        assert b"KCC_" not in file.read()
    reader.close()


def test_a_large_answer_comes_whole() -> None:
    reader = MailReader()
    data = os.urandom(3_000_000)
    assert reader.parts(b"Content-Type: x/y\r\n\r\n" + data, [0]) == [data]
    reader.close()


def test_faults_in_the_process_become_words() -> None:
    assert mail_reader.answer({"do": "parts", "places": [9]}, b"x")["fault"] == "unreadable"
    assert mail_reading.MAILS_EACH > 1
