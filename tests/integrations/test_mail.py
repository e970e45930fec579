"""Mail over SMTP, against servers that behave and servers that do not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
