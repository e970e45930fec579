"""Mail over SMTP, against servers that behave and servers that do not."""

from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

import pytest

from kcc.core.errors import BadConfiguration
from kcc.integrations import mail

MESSAGE = mail.Message(
    "kcc@kcc.example", "afval@town.example", "Nieuw contactverzoek AAL-26-000001", "Één verzoek.\n", "<7@kcc.invalid>"
)


@contextmanager
def server(answers: dict[str, str | None]) -> Iterator[tuple[str, list[bytes]]]:
    """A mail server that answers each command as told; None breaks the connection."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _address = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 ready\r\n")
            stream.flush()
            in_text = False
            for line in stream:
                heard.append(line)
                if in_text and line != b".\r\n":
                    continue
                command = "." if in_text else line[:4].decode().upper().strip()
                in_text = command == "DATA" and answers.get("DATA", "354 go") == "354 go"
                answer = answers.get(command, {"DATA": "354 go", "QUIT": "221 bye"}.get(command, "250 ok"))
                if answer is None:
                    return
                stream.write(answer.encode() + b"\r\n")
                stream.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}", heard
    finally:
        listener.close()
        thread.join(2)


def test_a_mail_arrives_with_its_own_message_id() -> None:
    with server({}) as (url, heard):
        mail.send(url, MESSAGE)
    text = b"".join(heard).decode()
    assert "Message-ID: <7@kcc.invalid>" in text and "Subject: Nieuw contactverzoek AAL-26-000001" in text


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({"RCPT": "550 unknown"}, mail.Refused),
        ({"RCPT": "451 later"}, mail.NotSent),
        ({"MAIL": None}, mail.NotSent),
        ({"DATA": "421 busy"}, mail.NotSent),
        ({".": "554 no"}, mail.Refused),
        ({".": None}, mail.InDoubt),
    ],
)
def test_what_became_of_it_is_said_honestly(answers: dict[str, str | None], fault: type[Exception]) -> None:
    with server(answers) as (url, _heard), pytest.raises(fault):
        mail.send(url, MESSAGE)


def test_a_failing_goodbye_changes_nothing() -> None:
    with server({"QUIT": None}) as (url, _heard):
        mail.send(url, MESSAGE)


def test_a_server_that_is_not_there_sent_nothing() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(mail.NotSent):
        mail.send(f"smtp://127.0.0.1:{port}", MESSAGE)


def test_an_unusable_url_is_said_in_one_line() -> None:
    with pytest.raises(BadConfiguration):
        mail.send("mailto:somebody", MESSAGE)


def test_lines_end_as_the_protocol_wants_or_a_strict_server_takes_a_long_mail_for_one_line() -> None:
    files = (
        mail.Enclosed("één.pdf", "application/pdf", b"%PDF\n" * 900),
        mail.Enclosed("a.txt", "text/plain", b"een\ntwee\n"),
    )
    sent = mail.as_bytes(dataclasses.replace(MESSAGE, text="Een regel.\n" * 300, files=files))
    assert b"\n" not in sent.replace(b"\r\n", b"") and max(map(len, sent.split(b"\r\n"))) < 998
    parts = list(message_from_bytes(sent, policy=policy.default).iter_attachments())  # type: ignore[attr-defined]
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in parts] == [
        (f.name, f.content) for f in files
    ]


@pytest.mark.parametrize(
    ("kind", "content"), [("message/rfc822", b"Subject: x\r\n\r\ny"), ("text/plain", b"\xe9\xe9n")]
)
def test_what_may_not_travel_as_what_it_is_travels_as_bytes(kind: str, content: bytes) -> None:
    sent = mail.as_bytes(dataclasses.replace(MESSAGE, files=(mail.Enclosed("a.bin", kind, content),)))
    (part,) = message_from_bytes(sent, policy=policy.default).iter_attachments()  # type: ignore[attr-defined]
    assert part.get_content_type() == "application/octet-stream" and part.get_payload(decode=True) == content


def test_a_server_that_takes_less_says_so_before_the_files_travel() -> None:
    with server({"EHLO": "250-here\r\n250 SIZE 1000", "MAIL": "552 too large"}) as (url, heard):
        with pytest.raises(mail.Refused, match="552"):
            mail.send(url, dataclasses.replace(MESSAGE, text="x" * 2000))
    assert any(line.upper().startswith(b"MAIL") and b"size=" in line for line in heard)
    assert not any(line.upper().startswith(b"DATA") for line in heard)
