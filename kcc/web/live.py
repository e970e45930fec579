"""Live updates: a process of its own that tells open screens what changed, as ids, to those who may see it.

Notifications only wake; screens fetch the truth themselves. Who may hear what is asked of the database, for all streams
together and anew every twenty seconds: a right taken away, a session ended or an account closed stops the stream.
"""

from __future__ import annotations

import errno
import json
import random
import resource
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from weakref import WeakValueDictionary

import gevent
import gevent.event
import psycopg
from gevent.queue import Full, Queue
from sqlalchemy.engine import make_url

from kcc.config import Settings, read_settings
from kcc.core.events import CHANNEL, KINDS, OF_THE_TOWN, ON_THE_BOARD
from kcc.core.permissions import Permission

QUESTION = "select place - 1, account_id::text, rights from kcc_listeners(%s, %s)"
ASKED = sorted({str(p) for permissions in KINDS.values() for p in permissions} | {str(Permission.LIVE_LISTEN)})
BATCH = 500
"""Streams in one question: small enough that a newcomer does not wait for two thousand others."""
BEAT_SECONDS = 15
RECHECK_SECONDS = 20
TRUSTED_SECONDS = 45
"""Rights that could not be asked again for so long (the database is away) are worth nothing any more."""
ADMISSION_SECONDS = 10
BOARD_SECONDS = 1.0
"""The board of a town is told at most once in so many seconds: every call changes it, nobody reads faster."""
STREAMS_OF_ONE = 20
WAITING_LINES = 100
SEND_BUFFER = 65_536
UNREACHABLE_MS = 30_000
RECEIVERS_A_MS = 2
"""Screens that fetch after one event do so spread over a millisecond for every two that hear it."""

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Rights:
    """What one or more accounts with equal rights may hear, by permission: towns seen whole, departments, all towns."""

    def __init__(self, text: str) -> None:
        found: dict[str, list[list[int]]] = json.loads(text)
        self.whole = {permission: frozenset(sets[0]) for permission, sets in found.items()}
        self.departments = {permission: frozenset(sets[1]) for permission, sets in found.items()}
        self.towns = {permission: frozenset(sets[2]) for permission, sets in found.items()}

    @property
    def may_listen(self) -> bool:
        """Whether there is anywhere a role that hears at all."""
        return bool(self.towns.get(str(Permission.LIVE_LISTEN)))

    def may_hear(self, event: dict[str, Any]) -> bool:
        """Whether an event is about something that these rights show. A kind that nobody knows is heard by nobody."""
        kind, town, departments = event.get("k", ""), event.get("m"), frozenset(event.get("d") or ())
        seen = self.towns if kind in OF_THE_TOWN else self.whole
        return any(
            town in seen.get(permission, ()) or not departments.isdisjoint(self.departments.get(permission, ()))
            for permission in KINDS.get(kind, ())
        )


@dataclass(eq=False)
class Listener:
    """One open stream: its session's secret, whose it is and what it may hear, and the lines that wait for it."""

    secret: str = field(default="", repr=False)
    account: str = ""
    rights: Rights | None = None
    opened: float = field(default_factory=time.monotonic)
    checked: float = 0.0
    missed: bool = False
    """Whether something was kept from it while its rights could not be asked."""
    answered: gevent.event.Event = field(default_factory=gevent.event.Event)
    lines: Queue = field(default_factory=lambda: Queue(WAITING_LINES))
    greenlet: Any = None


class Hub:
    """All open streams of this process, and its two connections: one hears, the other asks who may."""

    def __init__(self, settings: Settings) -> None:
        self.url = make_url(settings.app_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.groups: dict[Rights, set[Listener]] = defaultdict(set)
        self.accounts: dict[str, set[Listener]] = defaultdict(set)
        self.newcomers: list[Listener] = []
        self.rights: WeakValueDictionary[str, Rights] = WeakValueDictionary()
        self.wanted = gevent.event.Event()
        self.boards: dict[int, Any] = {}
        self.counts: Counter[str] = Counter()
        self.hearing = False
        self.started = False

    @property
    def listeners(self) -> Iterator[Listener]:
        """Every open stream."""
        return (listener for group in self.groups.values() for listener in group)

    def start(self) -> None:
        """Begin to hear and to ask, once, after the worker has forked."""
        if not self.started:
            self.started = True
            gevent.spawn(self._hear)
            gevent.spawn(self._ask_forever)

    # -- hearing ------------------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        while True:
            with suppress(psycopg.Error), psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(f"listen {CHANNEL}")
                self.hearing = True
                self.resync()  # whatever was said before this moment, nobody heard
                while True:
                    for note in connection.notifies(timeout=10):
                        self.tell(json.loads(note.payload))
                    connection.execute("select 1")
            self.hearing = False
            gevent.sleep(0.5 + random.random())

    def resync(self) -> None:
        """Have every screen look again."""
        for listener in list(self.listeners):
            self._put(listener, line_of({"k": "resync"}))

    def tell(self, event: dict[str, Any]) -> None:
        """Put an event into the streams of those who may hear it."""
        self.counts["events"] += 1
        if event.get("k") == "rights":
            self._doubt(str(event.get("a")))
            return
        receivers = self._receivers(event)
        line = line_of({name: event[name] for name in ("k", "m", "id") if name in event}, len(receivers))
        for listener in receivers:
            self._put(listener, line)
        town = event.get("m")
        if event.get("k") in ON_THE_BOARD and isinstance(town, int) and town not in self.boards:
            self.boards[town] = gevent.spawn_later(0.1, self._tell_board, town)

    def _tell_board(self, town: int) -> None:
        """Tell a town's boards that figures changed; what comes within a second goes into one wake-up."""
        self.tell({"k": "board", "m": town})
        gevent.sleep(BOARD_SECONDS)
        del self.boards[town]

    def _receivers(self, event: dict[str, Any]) -> list[Listener]:
        account = event.get("a")
        if account is not None:
            own = self.accounts.get(account, ())
            heard = [listener for listener in own if listener.rights is not None and listener.rights.may_hear(event)]
        else:
            heard = [listener for rights, group in self.groups.items() if rights.may_hear(event) for listener in group]
        oldest = time.monotonic() - TRUSTED_SECONDS
        for listener in heard:
            listener.missed = listener.missed or listener.checked < oldest
        return [listener for listener in heard if listener.checked >= oldest]

    def _put(self, listener: Listener, line: bytes) -> None:
        self.counts["lines"] += 1
        try:
            listener.lines.put_nowait(line)
        except Full:
            # It reads too slowly. Cut off, it comes back and looks at everything anew.
            self.counts["dropped"] += 1
            self.leave(listener)
            if listener.greenlet is not None:
                fault = ConnectionResetError(errno.ECONNRESET, "too slow")
                gevent.spawn(listener.greenlet.kill, fault, block=False)

    # -- who may ------------------------------------------------------------------------------------------------------

    def _doubt(self, account: str) -> None:
        """Somebody's rights changed: ask at once instead of within twenty seconds."""
        for listener in self.accounts.get(account, ()):
            listener.checked = min(listener.checked, time.monotonic() - RECHECK_SECONDS)
        self.wanted.set()

    def _ask_forever(self) -> None:
        while True:
            with suppress(psycopg.Error), psycopg.connect(self.url, autocommit=True) as connection:
                while True:
                    self.wanted.wait(timeout=1)
                    self.wanted.clear()
                    while due := self._due():
                        self.ask(connection, due)
            gevent.sleep(0.5)

    def _due(self) -> list[Listener]:
        """Those whose rights must be asked now, newcomers first."""
        before = time.monotonic() - RECHECK_SECONDS
        return [*self.newcomers[:BATCH], *islice((one for one in self.listeners if one.checked <= before), BATCH)]

    def ask(self, connection: psycopg.Connection[Any], due: Sequence[Listener]) -> None:
        """Ask the database what these streams' sessions may hear; those whose session is over end. Raises psycopg.Error."""
        rows = connection.execute(QUESTION, ([listener.secret for listener in due], ASKED)).fetchall()
        found = {place: (account, rights) for place, account, rights in rows}
        now = time.monotonic()
        for place, listener in enumerate(due):
            account, text = found.get(place, ("", "{}"))
            self._place(listener, account, self._rights_of(text), now)
        asked = {id(listener) for listener in due}
        self.newcomers = [listener for listener in self.newcomers if id(listener) not in asked]

    def _rights_of(self, text: str) -> Rights:
        rights = self.rights.get(text)
        if rights is None:
            rights = self.rights[text] = Rights(text)
        return rights

    def _place(self, listener: Listener, account: str, rights: Rights, now: float) -> None:
        is_new, known = not listener.answered.is_set(), listener.rights
        listener.checked = now
        if is_new or known is not None:  # else it left while the question was under way
            self._move(listener, account, rights)
        listener.answered.set()
        if is_new or known is None:
            return
        if listener.rights is None:
            self.counts["ended"] += 1
            self._put(listener, b"")  # wakes the stream, which then ends
        elif listener.missed or known is not rights:
            listener.missed = False
            self._put(listener, line_of({"k": "resync"}))

    def _move(self, listener: Listener, account: str, rights: Rights) -> None:
        if listener.rights is rights:
            return
        self.leave(listener)
        if rights.may_listen:
            listener.account, listener.rights = account, rights
            self.groups[rights].add(listener)
            self.accounts[account].add(listener)

    def leave(self, listener: Listener) -> None:
        """Take a stream off the lists; it ends at its next line."""
        if listener.rights is None:
            return
        for group, members in ((self.groups, listener.rights), (self.accounts, listener.account)):
            places: Any = group
            places[members].discard(listener)
            if not places[members]:
                del places[members]
        listener.rights = None

    # -- one stream ---------------------------------------------------------------------------------------------------

    def admit(self, listener: Listener) -> str:
        """Wait until the database has said whether this session may listen; the HTTP status to answer with."""
        self.newcomers.append(listener)
        self.wanted.set()
        if not listener.answered.wait(timeout=ADMISSION_SECONDS):
            listener.answered.set()  # nobody waits any more: what comes back now places nothing
            self.newcomers = [other for other in self.newcomers if other is not listener]
            return "503 Service Unavailable"
        if listener.rights is None:
            return "403 Forbidden"
        if len(self.accounts[listener.account]) > STREAMS_OF_ONE:
            self._end_oldest(listener.account)
        return "200 OK"

    def _end_oldest(self, account: str) -> None:
        """Make room for the newest stream: of who turns many pages, the old ones are gone without a word."""
        oldest = min(self.accounts[account], key=lambda one: one.opened)
        self.leave(oldest)
        self._put(oldest, b"")  # wakes the stream, which then ends

    def stream(self, listener: Listener) -> Iterator[bytes]:
        """Lines for one browser until it leaves, reads too slowly, or its session ends."""
        listener.greenlet = gevent.getcurrent()
        try:
            # After a restart all come back, not all in the same moment.
            yield f"retry: {random.randint(1000, 3000)}\nevent: hello\ndata: {{}}\n\n".encode()
            while listener.rights is not None:
                try:
                    yield listener.lines.get(timeout=BEAT_SECONDS)
                except gevent.queue.Empty:
                    yield b"event: beat\ndata: {}\n\n"
        finally:
            self.leave(listener)

    def health(self) -> bytes:
        """How this process is, for monitoring: figures only."""
        streams = sum(len(group) for group in self.groups.values())
        figures = {"hearing": self.hearing, "streams": streams, "accounts": len(self.accounts), **self.counts}
        return json.dumps(figures).encode() + b"\n"


def line_of(event: dict[str, Any], receivers: int = 0) -> bytes:
    """An event as a browser reads it; ``w`` are milliseconds over which its receivers should spread their fetching."""
    spread = receivers // RECEIVERS_A_MS
    return f"event: {event['k']}\ndata: {json.dumps({**event, 'w': spread} if spread else event)}\n\n".encode()


def make_live(settings: Settings) -> Application:
    """The WSGI application of the live process."""
    hub = Hub(settings)
    cookie = "__Host-kcc" if settings.is_https else "kcc_session"
    # For the pages of this installation, which live on another port; a refusal too.
    readable = [
        ("Cache-Control", "no-store"),
        ("Access-Control-Allow-Origin", settings.public_url),
        ("Access-Control-Allow-Credentials", "true"),
    ]

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        hub.start()
        if environ.get("PATH_INFO") == "/health":
            start_response(
                "200 OK" if hub.hearing else "503 Service Unavailable", [("Content-Type", "application/json")]
            )
            return [hub.health()]
        cookies = dict(part.strip().partition("=")[::2] for part in environ.get("HTTP_COOKIE", "").split(";"))
        listener = Listener(secret=cookies.get(cookie, ""))
        own = environ.get("HTTP_ORIGIN", settings.public_url) == settings.public_url
        status = hub.admit(listener) if own and listener.secret else "403 Forbidden"
        if status != "200 OK":
            start_response(status, [("Content-Type", "text/plain"), *readable])
            return [b"no\n"]
        _keep_small(environ.get("gunicorn.socket"))
        start_response(status, [("Content-Type", "text/event-stream"), ("X-Accel-Buffering", "no"), *readable])
        return hub.stream(listener)

    return application


def _keep_small(connection: Any) -> None:
    """Little memory in the kernel for a slow reader, and soon an end for one that is gone without a word."""
    if connection is not None:
        with suppress(OSError, AttributeError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREACHABLE_MS)


def serve() -> Application:
    """The live process as gunicorn starts it; settings come from the environment. Takes all the files it may have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return make_live(read_settings())
