"""Fetching post from an IMAP mailbox: each message is handed over, and only then marked and moved. Nothing is deleted."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from kcc.core.errors import BadConfiguration

TIMEOUT_SECONDS = 30
MOST_EACH_ROUND = 200
Take = Callable[[bytes, int, int], bool]
"""Keeps a message: its bytes, UIDVALIDITY and UID; True once it is kept for good."""


class ImapFault(Exception):
    """The mailbox cannot be read now; ``word`` says why: unreachable, login, folder or protocol."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True)
class Account:
    """A mailbox to fetch from: ``imaps://user:password@host[:port]`` (or ``imap://``, for a server on this machine)."""

    url: str
    folder: str = "INBOX"
    done_folder: str = "KCC verwerkt"


@dataclass
class Round:
    """What one look into a mailbox gave: how many were kept, and how many could not be."""

    kept: int = 0
    refused: int = 0


def check_url(url: str) -> None:
    """Raise BadConfiguration for an address that is none of an IMAP server, or one that would send a password openly."""
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise BadConfiguration("An IMAP address looks like imaps://user:password@host")
    if parts.scheme == "imap" and parts.hostname not in ("localhost", "127.0.0.1", "::1") and not _starttls(url):
        raise BadConfiguration("imap:// without ?starttls=1 is for a server on this machine only")


def fetch(account: Account, take: Take, most: int = MOST_EACH_ROUND) -> Round:
    """Hand over what stands in the mailbox, oldest first; what was kept is marked as seen and moved to the done folder.

    Messages are read with PEEK, so that a crash leaves them as they were. A server that cannot MOVE keeps them where
    they are, marked as seen, and only unseen ones are asked for. Raises ImapFault.
    """
    done = Round()
    with _open(account) as box:
        validity = _validity(box)
        can_move = _can(box, "MOVE")
        if can_move and not box.folder.exists(account.done_folder):
            box.folder.create(account.done_folder)
        for uid in _uids(box, "ALL" if can_move else "UNSEEN")[:most]:
            raw = _message(box, uid)
            if raw is None:
                continue
            try:
                kept = take(raw, validity, uid)
            except Exception:  # one message that cannot be kept now must not stand in the way of the others
                done.refused += 1
                continue
            if not kept:
                done.refused += 1
                continue
            _settle(box, uid, account.done_folder if can_move else None)
            done.kept += 1
    return done


@contextmanager
def _open(account: Account) -> Iterator[BaseMailBox]:
    parts = urlsplit(account.url)
    host, user, password = str(parts.hostname), unquote(parts.username or ""), unquote(parts.password or "")
    try:
        if parts.scheme == "imaps":
            box: BaseMailBox = MailBox(
                host, port=parts.port or 993, timeout=TIMEOUT_SECONDS, ssl_context=ssl.create_default_context()
            )
        else:
            box = MailBoxUnencrypted(host, port=parts.port or 143, timeout=TIMEOUT_SECONDS)
            if _starttls(account.url):
                box.client.starttls(ssl.create_default_context())
    except (OSError, imaplib.IMAP4.error) as fault:
        raise ImapFault("unreachable") from fault
    try:
        box.login(user, password, initial_folder=account.folder)
        yield box
    except MailboxLoginError as fault:
        raise ImapFault("login") from fault
    except MailboxFolderSelectError as fault:
        raise ImapFault("folder") from fault
    except (OSError, imaplib.IMAP4.abort) as fault:
        raise ImapFault("unreachable") from fault
    except (ImapToolsError, imaplib.IMAP4.error, ValueError) as fault:
        raise ImapFault("protocol") from fault
    finally:
        with suppress(Exception):
            box.logout()


def _starttls(url: str) -> bool:
    return parse_qs(urlsplit(url).query).get("starttls") == ["1"]


def _validity(box: BaseMailBox) -> int:
    _name, values = box.client.response("UIDVALIDITY")
    if not values or values[0] is None:
        raise ImapFault("protocol")
    return int(values[0])


def _uids(box: BaseMailBox, criterion: str) -> list[int]:
    return sorted(int(uid) for uid in box.uids(criterion))


def _message(box: BaseMailBox, uid: int) -> bytes | None:
    """The bytes of a message, or None when it went away meanwhile."""
    code, found = box.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    if code != "OK":
        raise ImapFault("protocol")
    return next((bytes(part[1]) for part in found if isinstance(part, tuple)), None)


def _settle(box: BaseMailBox, uid: int, folder: str | None) -> None:
    box.client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
    if folder is not None:
        box.move(str(uid), folder)


def _can(box: BaseMailBox, what: str) -> bool:
    """Whether the server does this; asked after signing in, because many say it only then."""
    _code, answer = box.client.capability()
    return what in (answer[0] or b"").decode("ascii", "replace").upper().split()
