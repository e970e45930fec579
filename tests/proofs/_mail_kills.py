"""`kill -9` at chosen steps of mail on its way: while it is fetched, kept, answered for, marked, and read."""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import psycopg

from kcc.channels import actions_mail, fetching, receiving
from kcc.core import jobs
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.integrations import imap, lmtp
from kcc.launch.postgres import any_free_port
from kcc.launch.proving import Run
from tests.proofs._house import House
from tests.support.dovecot import Dovecot
from tests.support.lmtp import Client

STEPS = ("fetch", "store", "answer", "flag", "parse")
"""Where a process is when it is killed; ``answer`` is between the commit and the 250 of LMTP."""
PAUSE = 0.004
LEASE_SECONDS = 2
DEADLINE_SECONDS = 600
TOWN = "Cadzand"


class Stage:
    """One byte of shared memory for each process: the step in which it is now."""

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, 16)

    def within(self, slot: int, step: str, do: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, that says where it is while it runs, and stays a moment before and after."""

        def marked(*values: Any, **named: Any) -> Any:
            self.memory[slot] = 1 + STEPS.index(step)
            time.sleep(PAUSE)
            result = do(*values, **named)
            time.sleep(PAUSE)
            self.memory[slot] = 0
            return result

        return marked

    def reached(self, slot: int, step: str, until: float) -> bool:
        """Wait until the process is in that step; False when it does not come there in time."""
        while time.monotonic() < until:
            if self.memory[slot] == 1 + STEPS.index(step):
                return True
            time.sleep(0.0005)
        return False


def trial(
    run: Run,
    place: House,
    post: Dovecot,
    kills: int,
    *,
    steps: Sequence[str] = STEPS,
    careless: bool = False,
    blind: bool = False,
) -> dict[str, Any]:
    """Bring letters by IMAP and LMTP while processes are killed, in turn at each of ``steps``; then count their tickets.

    ``careless`` marks before it keeps; ``blind`` does not look for duplicates: the planted faults.
    """
    stage, port, user = Stage(), any_free_port(), f"kills-{'careless' if careless else 'blind' if blind else 'sound'}"
    with place.app.app_context():
        settings = place.app.config["SETTINGS"]
        fetching.set_up(
            actor=Actor.command(), settings=settings, address=place.world.mailboxes[TOWN], url=post.url(user)
        )
    roles: dict[int, Callable[[], None]] = {
        0: partial(_fetch, place, stage, careless), 1: partial(_serve, place, stage, port), 2: partial(_work, place, stage, 2, blind),
        3: partial(_work, place, stage, 3, blind),
    }  # fmt: skip
    running = {slot: _start(role) for slot, role in roles.items()}
    bringer = Bringer(post, user, port, place.world.mailboxes[TOWN])
    with psycopg.connect(place.admin_url, autocommit=True) as admin:
        try:
            made = _kill(run, stage, running, roles, kills, steps)
            wanted = bringer.stop()
            until = time.monotonic() + DEADLINE_SECONDS
            while time.monotonic() < until and not (_is_calm(admin) and not post.mails(user)):
                time.sleep(0.2)
        finally:
            for pid in running.values():
                _end(pid)
        counts: dict[str, int] = dict(
            admin.execute(
                "select substring(body from 'kenmerkwoord-[a-z0-9-]+'), count(distinct ticket_id) from writing"
                " where body like %s group by 1", (f"%kenmerkwoord-%-{user}-%",),
            ).fetchall()
        )  # fmt: skip
        row = admin.execute("select count(*) from received_mail where state = 'duplicate'").fetchone()
        without = [word for word in wanted if not counts.get(word)]
        aside = [word for word in without if _is_put_aside(admin, word)]
    return {
        "letters": len(wanted), "kills": sum(made.values()), "kills_by_step": {step: made[step] for step in steps},
        "put_aside": len(aside), "lost": len(without) - len(aside), "doubled": sum(1 for word in wanted if counts.get(word, 0) > 1),
        "seen_as_duplicates": int(row[0]) if row else 0,
    }  # fmt: skip


def _is_put_aside(admin: psycopg.Connection[Any], word: str) -> bool:
    """Whether a letter waits in quarantine, where people see it: it was being read each time that its reader was killed."""
    row = admin.execute(
        "select 1 from received_mail r join mail_content c on c.mail_id = r.id"
        " where r.state = 'quarantined' and position(convert_to(%s, 'UTF8') in c.raw) > 0",
        (f"<{word}@",),
    ).fetchone()
    return row is not None


class Bringer:
    """A citizen's provider: puts one letter after another into the mailbox, and hands one after another over by LMTP."""

    def __init__(self, post: Dovecot, user: str, port: int, address: str) -> None:
        self.post, self.user, self.port, self.address = post, user, port, address
        self.words: list[str] = []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=run, daemon=True) for run in (self._fill, self._send)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> list[str]:
        """Bring no more; the words of all letters, each of which must be a ticket."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(DEADLINE_SECONDS)
        return self.words

    def _fill(self) -> None:
        for number in count():
            if self.stopped.wait(0.05):
                return
            self.post.put(self.user, self._letter("imap", number))

    def _send(self) -> None:
        for number in count():
            if self.stopped.wait(0.05):
                return
            raw = self._letter("lmtp", number)
            # As a mail server does: what was not taken with 250 comes again.
            while not self._try(raw):
                time.sleep(0.05)

    def _letter(self, way: str, number: int) -> bytes:
        word = f"kenmerkwoord-{way}-{self.user}-{number}"
        self.words.append(word)
        return (
            f"From: {word}@example.nl\r\nTo: info@cadzand.example\r\nSubject: Vraag\r\nMessage-ID: <{word}@example.nl>\r\n\r\n"
            f"Dit is {word} en verder niets.\r\n"
        ).encode()

    def _try(self, raw: bytes) -> bool:
        with suppress(OSError):
            client = Client(self.port)
            try:
                return client.send(raw, self.address)[0].startswith("250")
            finally:
                client.close()
        return False


def _kill(
    run: Run,
    stage: Stage,
    running: dict[int, int],
    roles: dict[int, Callable[[], None]],
    kills: int,
    steps: Sequence[str],
) -> dict[str, int]:
    made = dict.fromkeys(STEPS, 0)
    slots = {"fetch": [0], "store": [0, 1], "answer": [1], "flag": [0], "parse": [2, 3]}
    for number in range(kills):
        step = steps[number % len(steps)]
        slot = 0 if len(steps) == 1 and step == "store" else run.random.choice(slots[step])
        if not stage.reached(slot, step, time.monotonic() + 60):
            continue
        time.sleep(run.random.uniform(0, 1.5 * PAUSE))
        _end(running[slot])
        stage.memory[slot] = 0
        running[slot] = _start(roles[slot])
        made[step] += 1
    return made


def _is_calm(admin: psycopg.Connection[Any]) -> bool:
    row = admin.execute("select count(*) from received_mail where state = 'stored'").fetchone()
    return row == (0,)


def _start(role: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        role()
    finally:
        os._exit(1)


def _end(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _fetch(place: House, stage: Stage, careless: bool) -> None:
    """The fetching process: over and over."""
    imap._message = stage.within(0, "fetch", imap._message)
    receiving.keep = stage.within(0, "store", receiving.keep)
    settle = stage.within(0, "flag", imap._settle)
    imap._settle = settle if not careless else lambda *_values: None
    if careless:
        message = imap._message

        def take_off_first(box: Any, uid: int) -> bytes | None:
            raw = message(box, uid)
            settle(box, uid, "KCC verwerkt")
            return raw  # type: ignore[no-any-return]

        imap._message = take_off_first
    with place.app.app_context():
        db.engine.dispose(close=False)
        while True:
            fetching.fetch_all(place.app.config["SETTINGS"].data_key)
            time.sleep(0.05)


def _serve(place: House, stage: Stage, port: int) -> None:
    """The LMTP process. The step ``answer`` is what comes after the commit."""
    keep = stage.within(1, "store", receiving.keep)

    def kept(address: str, raw: bytes, sender: str) -> bool:
        with place.app.app_context():
            made = keep(address, raw, source="lmtp", envelope_from=sender)
        return bool(stage.within(1, "answer", lambda: made is not None)())

    async def serve() -> None:
        await lmtp.listen("127.0.0.1", port, lambda _address: True, kept)
        await asyncio.Event().wait()

    with place.app.app_context():
        db.engine.dispose(close=False)
    asyncio.run(serve())


def _work(place: House, stage: Stage, slot: int, blind: bool) -> None:
    """A worker as the product runs it, with a short lease."""
    actions_mail.take_in = stage.within(slot, "parse", actions_mail.take_in)
    if blind:
        actions_mail.queries.twin_of = lambda _mail: None  # type: ignore[assignment]
    with place.app.app_context():
        db.engine.dispose(close=False)
        claim = jobs.claim
        jobs.claim = partial(claim, LEASE_SECONDS)  # type: ignore[assignment]
        place.app.cli.commands["worker"].main([], standalone_mode=False)
