"""Live updates: a process of its own that tells open screens what changed, as ids, to those who may see them.

Notifications only wake; screens fetch the truth themselves. Each stream knows its receiver's municipalities and
departments from the database, asked anew every half minute, so that a right taken away stops the stream.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import gevent
import gevent.lock
import psycopg
from gevent.queue import Full, Queue
from sqlalchemy.engine import make_url

from kcc.config import Settings, read_settings
from kcc.core.events import CHANNEL

RIGHTS = (
    "select set_config('kcc.secret', %s, true), set_config('kcc.permission', 'live:listen', true)",
    "select kcc_account(), kcc_visible('setup'), kcc_whole('setup'), kcc_departments()",
)
BEAT_SECONDS = 15
RECHECK_SECONDS = 30


@dataclass(eq=False)
class Listener:
    """One open stream and what its receiver may be told."""

    account: str = ""
    towns: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()
    queue: Queue = field(default_factory=lambda: Queue(100))

    def may_hear(self, event: dict[str, Any]) -> bool:
        """Whether this event is about something the receiver sees."""
        if event.get("a") and event["a"] != self.account:
            return False
        if event.get("m") not in self.towns:
            return False
        department = event.get("d")
        return department is None or event["m"] in self.whole or department in self.departments


class Hub:
    """All open streams of this process and the one connection that hears the database."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = make_url(settings.app_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self.listeners: set[Listener] = set()
        self.started = False
        self.rights: psycopg.Connection | None = None
        self.rights_lock = gevent.lock.RLock()

    def start(self) -> None:
        """Begin to hear, once, after the worker has forked."""
        if not self.started:
            self.started = True
            gevent.spawn(self._hear)

    def _hear(self) -> None:
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    connection.execute(f"listen {CHANNEL}")
                    self._tell({"k": "resync"}, everyone=True)
                    while True:
                        for note in connection.notifies(timeout=30):
                            self._tell(json.loads(note.payload))
                        connection.execute("select 1")
            except psycopg.Error:
                gevent.sleep(1)

    def _tell(self, event: dict[str, Any], *, everyone: bool = False) -> None:
        text = json.dumps({k: v for k, v in event.items() if k in ("k", "m", "id")})
        line = f"event: {event['k']}\ndata: {text}\n\n".encode()
        for listener in list(self.listeners):
            if everyone or listener.may_hear(event):
                try:
                    listener.queue.put_nowait(line)
                except Full:
                    self.listeners.discard(listener)

    def read_rights(self, listener: Listener, secret: str) -> bool:
        """Ask the database what this session may see; False when it is over."""
        with self.rights_lock:
            try:
                if self.rights is None or self.rights.closed:
                    self.rights = psycopg.connect(self.url)
                with self.rights.transaction():
                    self.rights.execute(RIGHTS[0], (secret,))
                    row = self.rights.execute(RIGHTS[1]).fetchone()
            except psycopg.OperationalError:
                self.rights = None
                return True
            except psycopg.Error:
                return False
        assert row is not None
        listener.account = str(row[0])
        listener.towns, listener.whole, listener.departments = (frozenset(v) for v in row[1:])
        return bool(listener.towns)

    def stream(self, listener: Listener, secret: str) -> Iterator[bytes]:
        """Lines for one browser until it leaves or its session ends."""
        self.listeners.add(listener)
        checked = time.monotonic()
        yield b"retry: 2000\nevent: hello\ndata: {}\n\n"
        try:
            while listener in self.listeners:
                try:
                    yield listener.queue.get(timeout=BEAT_SECONDS)
                except gevent.queue.Empty:
                    yield b": beat\n\n"
                if time.monotonic() - checked > RECHECK_SECONDS:
                    checked = time.monotonic()
                    if not self.read_rights(listener, secret):
                        return
        finally:
            self.listeners.discard(listener)


def make_live(settings: Settings) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The WSGI application of the live process."""
    hub = Hub(settings)
    cookie = "__Host-kcc" if settings.is_https else "kcc_session"

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        hub.start()
        cookies = dict(part.strip().partition("=")[::2] for part in environ.get("HTTP_COOKIE", "").split(";"))
        listener, secret = Listener(), cookies.get(cookie, "")
        if environ.get("HTTP_ORIGIN", settings.public_url) != settings.public_url or not hub.read_rights(
            listener, secret
        ):
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"no\n"]
        headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")]
        headers += [("Access-Control-Allow-Origin", settings.public_url), ("Access-Control-Allow-Credentials", "true")]
        start_response("200 OK", headers)
        return hub.stream(listener, secret)

    return application


def serve() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The live process as gunicorn starts it; settings come from the environment."""
    return make_live(read_settings())
