"""Mail out, over SMTP: one message, one try, and an honest answer about what became of it."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import formataddr, formatdate
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from kcc.core.errors import BadConfiguration

TIMEOUT_SECONDS = 15
PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True)
class Enclosed:
    """A file that goes along: under a harmless name, as what its content is."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """A plain text mail, with files; ``message_id`` in angle brackets stays the same however often it is tried.

    With a ``date`` every try is the same mail to the last byte.

    ``automatic`` is what Auto-Submitted says (RFC 3834), empty for a letter that a person wrote. ``null_return``: what
    cannot be delivered comes back to nobody, as must be so for answers of machines.
    """

    sender: str
    to: str
    subject: str
    text: str
    message_id: str
    sender_name: str = ""
    in_reply_to: str = ""
    references: str = ""
    automatic: str = "auto-generated"
    null_return: bool = False
    files: tuple[Enclosed, ...] = ()
    date: datetime | None = None


class NotSent(Exception):
    """The mail surely did not leave; trying again later makes sense."""


class Refused(Exception):
    """The mail server refused this mail for good."""


class InDoubt(Exception):
    """The connection broke after the text was handed over: nobody knows whether it was accepted."""


def send(smtp_url: str, message: Message) -> None:
    """Hand a message to the server at ``smtp_url`` (``smtp://[user:password@]host[:port][?starttls=1]`` or ``smtps://``).

    Returns when the server accepted it. Raises NotSent, Refused, InDoubt, and BadConfiguration for an unusable URL.
    """
    server = _parse(smtp_url)
    try:
        with _connect(server) as connection:
            _deliver(connection, message)
    except (OSError, smtplib.SMTPException) as fault:
        raise NotSent(type(fault).__name__) from fault


def _parse(smtp_url: str) -> SplitResult:
    server = urlsplit(smtp_url)
    if server.scheme not in PORTS or not server.hostname:
        raise BadConfiguration("KCC_SMTP_URL must look like smtp://host:port")
    return server


def _connect(server: SplitResult) -> smtplib.SMTP:
    host, port = str(server.hostname), server.port or PORTS[server.scheme]
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        if parse_qs(server.query).get("starttls") == ["1"]:
            connection.starttls(context=ssl.create_default_context())
    if server.username:
        connection.login(unquote(server.username), unquote(server.password or ""))
    return connection


def _deliver(connection: smtplib.SMTP, message: Message) -> None:
    """Envelope first, text last: only a break after the text leaves doubt."""
    connection.ehlo_or_helo_if_needed()
    text = as_bytes(message)
    # A server that says how much it takes refuses now, not after the files have travelled (RFC 1870).
    options = [f"size={len(text)}"] if connection.has_extn("size") else []
    for code, _answer in (
        connection.mail("" if message.null_return else message.sender, options),
        connection.rcpt(message.to),
    ):
        _check(code)
    try:
        code, _answer = connection.data(text)
    except smtplib.SMTPDataError as fault:
        _check(fault.smtp_code)
        raise NotSent(str(fault.smtp_code)) from fault
    except (OSError, smtplib.SMTPServerDisconnected) as fault:
        raise InDoubt(type(fault).__name__) from fault
    _check(code)
    # Accepted: that saying goodbye fails changes nothing.
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def _check(code: int) -> None:
    if 500 <= code < 600:
        raise Refused(str(code))
    if not 200 <= code < 300:
        raise NotSent(str(code))


def as_bytes(message: Message) -> bytes:
    """The mail as it travels: the same at every try when it has a date."""
    # Lines end in CR LF: a strict server takes a mail without for one line, and refuses what is over a thousand bytes.
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = formataddr((message.sender_name, message.sender)) if message.sender_name else message.sender
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = formatdate(message.date.timestamp() if message.date else None, usegmt=True)
    mail["Message-ID"] = message.message_id
    if message.in_reply_to:
        mail["In-Reply-To"] = message.in_reply_to
    if message.references:
        mail["References"] = message.references
    if message.automatic:
        mail["Auto-Submitted"] = message.automatic
        mail["X-Auto-Response-Suppress"] = "All"
    if message.automatic == "auto-replied":
        mail["X-Loop"] = message.sender
    mail.set_content(message.text)
    for file in message.files:
        _add(mail, file)
    if message.files:
        # Made of the Message-ID instead of drawn: the next try is the same mail. Files are base64, which holds no such line.
        mail.set_boundary(f"=_kcc_{hashlib.sha256(message.message_id.encode()).hexdigest()[:40]}")
    return mail.as_bytes()


def _add(mail: EmailMessage, file: Enclosed) -> None:
    kind, _slash, detail = file.media_type.partition("/")
    # A mail in a mail may not be base64 (RFC 2046, 5.2.1), and text of unknown letters cannot say which: they travel as bytes.
    if kind in ("message", "multipart") or (kind == "text" and not _is_utf8(file.content)):
        kind, detail = "application", "octet-stream"
    letters = {"charset": "utf-8"} if kind == "text" else {}
    mail.add_attachment(file.content, maintype=kind, subtype=detail, filename=file.name, params=letters)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
