"""A server that takes mail over LMTP or SMTP: ``250`` is said after the mail was kept for good, ``451`` when it was not.

Stands behind the organisation's own mail server, which knows spam and TLS; it listens on loopback unless told otherwise.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

logger = logging.getLogger(__name__)
LARGEST_MAIL = 36_000_000
MOST_RECIPIENTS = 50
MOST_AT_ONCE = 4
"""Mails that are kept at the same moment: each holds a connection to the database."""
Known = Callable[[str], bool]
Keep = Callable[[str, bytes, str], bool]
"""Keeps a mail for a recipient (address, bytes, envelope sender); True once it is kept, False when nobody has the address."""


class _Long:
    """Lines of a mail may be as long as the mail: a length is a reason to look at it, not to send it away."""

    line_length_limit = LARGEST_MAIL


class LmtpServer(_Long, LMTP):
    """LMTP, in which each recipient gets an answer of its own."""


class SmtpServer(_Long, SMTP):
    """SMTP, for a mail server that does not speak LMTP."""


class Post:
    """Handler for aiosmtpd: asks who is known at RCPT, keeps at the end of DATA."""

    def __init__(self, known: Known, keep: Keep, *, each_recipient: bool) -> None:
        self.known, self.keep, self.each_recipient = known, keep, each_recipient
        self.threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="post")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient that somebody here has."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            found = await self._away(self.known, address)
        except Exception as fault:
            return self._trouble(fault)
        if not found:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail for every recipient. Over SMTP there is one answer: a part that failed comes again, as a duplicate."""
        raw = bytes(envelope.original_content or b"")
        sender = (envelope.mail_from or "").strip("<>")
        answers = [await self._keep_for(address, raw, sender) for address in envelope.rcpt_tos]
        if self.each_recipient:
            return "\r\n".join(answers)
        return next((answer for answer in answers if not answer.startswith("250")), answers[0])

    async def _keep_for(self, address: str, raw: bytes, sender: str) -> str:
        try:
            kept = await self._away(self.keep, address, raw, sender)
        except Exception as fault:
            return self._trouble(fault)
        return "250 2.0.0 Kept" if kept else "550 5.1.1 No such mailbox here"

    async def _away(self, do: Callable[..., Any], *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, do, *values)

    def _trouble(self, fault: Exception) -> str:
        # Whatever it is: the mail server that brings the mail keeps it and comes back.
        logger.warning("mail not kept", extra={"fault": type(fault).__name__})
        return "451 4.3.0 Try again later"


async def listen(host: str, port: int, known: Known, keep: Keep, *, smtp: bool = False) -> asyncio.Server:
    """Start taking mail at ``host:port``; the server stops when it is closed."""
    loop = asyncio.get_running_loop()
    kind = SmtpServer if smtp else LmtpServer
    post = Post(known, keep, each_recipient=not smtp)
    return await loop.create_server(
        lambda: kind(post, loop=loop, hostname="kcc", ident="KCC", data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True),
        host,
        port,
    )
