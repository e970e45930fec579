"""An upgrade (restart of the website under load) refuses nobody and loses nothing, as docs/deploy sets it up."""

from __future__ import annotations

import http.client
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import urlencode

from kcc.launch.places import ROOT, VAR
from kcc.launch.postgres import any_free_port
from kcc.launch.proving import Outcome, Run, proof
from tests.proofs._house import House, house
from tests.proofs._lookalikes import Planter

READERS, WRITERS = 4, 2
UNIT = ROOT / "docs" / "deploy" / "kcc-web.service"
HIDDEN = re.compile(r'name="(csrf_token|version)"[^>]*value="([^"]*)"')


@dataclass
class Seen:
    """What visitors met: answers by kind, how long the slowest took (seconds), and the notes they were told are kept."""

    answered: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    told: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


@proof("upgrade")
def upgrade(run: Run) -> Outcome:
    """Restart the website again and again while people read and write; in the control nobody holds the socket for it."""
    restarts = run.size(full=20, reduced=1)
    with house(run) as given:
        result = _trial(given, restarts, held=True)
        control = _trial(given, run.size(full=3, reduced=1), held=False)
    return Outcome(
        n=int(str(result["requests"])),
        result={"restarts": restarts, **result},
        holds=result["refused"] == 0 and result["lost"] == 0 and int(str(result["told"])) > 0,
        control={"socket": "bound by the website itself", **control},
        control_found=int(str(control["refused"])) > 0,
    )


def _trial(given: House, restarts: int, *, held: bool) -> dict[str, object]:
    port = any_free_port()
    listener = _listener(port) if held else None
    tickets = [str(t) for ids in Planter(given.world).plant().values() for t in ids["ticket"]]
    secret, seen, stop = given.world.session_for("agent"), Seen(), threading.Event()
    web = _start(given, port, listener)
    try:
        _wait(port)
        work = [(_read, None)] * READERS + [(_write, ticket) for ticket in tickets[:WRITERS]]
        threads = [threading.Thread(target=do, args=(port, secret, seen, stop, what)) for do, what in work]
        for thread in threads:
            thread.start()
        for _round in range(restarts):
            time.sleep(1.5)
            web.send_signal(signal.SIGTERM)
            web.wait(60)
            web = _start(given, port, listener)
            _wait(port)
        time.sleep(1.5)
        stop.set()
        for thread in threads:
            thread.join()
    finally:
        stop.set()
        web.terminate()
        web.wait(60)
        if listener is not None:
            listener.close()
    with given.world.admin() as admin:
        kept = {row[0] for row in admin.execute("select body from writing where body like 'merk%'").fetchall()}
    given.world.empty()
    return {
        "requests": seen.answered + len(seen.faults),
        "refused": len(seen.faults),
        "faults": sorted(set(seen.faults))[:5],
        "told": len(seen.told),
        "lost": len(seen.told - kept),
        "slowest_seconds": round(seen.slowest, 2),
    }


def _listener(port: int) -> socket.socket:
    """The socket as systemd holds it for kcc-web.socket."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.listen(2048)
    return made


def _start(given: House, port: int, listener: socket.socket | None) -> subprocess.Popen[bytes]:
    """The command of the unit file itself, with the socket as file descriptor 3 when it is held for it."""
    line = next(text for text in UNIT.read_text().splitlines() if text.startswith("ExecStart="))
    words = [sys.executable, *shlex.split(line.partition("=")[2])[1:]]
    if listener is None:
        words[3:3] = ["-b", f"127.0.0.1:{port}"]
    environ = {
        **os.environ,
        "KCC_APP_URL": given.urls["KCC_APP_URL"],
        "KCC_SECRET_KEY": given.app.config["SECRET_KEY"],
        "KCC_DATA_KEY": "A" * 43 + "=",
        "KCC_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LISTEN_FDS": "1",
    }
    log = (VAR / "proof-upgrade.log").open("ab")
    if listener is None:
        return subprocess.Popen(words, cwd=ROOT, env=environ, stdout=log, stderr=log)
    script = f"exec env LISTEN_PID=$$ {shlex.join(words)} 3<&{listener.fileno()}"
    return subprocess.Popen(
        ["bash", "-c", script], cwd=ROOT, env=environ, stdout=log, stderr=log, pass_fds=[listener.fileno()]
    )


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if _ask(port, "GET", "/health/ready", "")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the website does not answer")


def _ask(
    port: int, method: str, path: str, secret: str, data: dict[str, str] | None = None, jar: str = ""
) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Cookie": f"kcc_session={secret}; {jar}", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urlencode(data) if data else None, headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        return answer.status, body, (answer.getheader("Set-Cookie") or "").partition(";")[0]
    finally:
        connection.close()


def _counted(seen: Seen, port: int, *words: object, wanted: int, **more: object) -> tuple[str, str] | None:
    """Ask, and note how it went; the page and its cookie when it went well."""
    started = time.monotonic()
    try:
        status, body, cookie = _ask(port, *words, **more)  # type: ignore[arg-type]
        fault = "" if status == wanted else f"status {status}"
    except (OSError, http.client.HTTPException) as error:
        body, cookie, fault = "", "", type(error).__name__
    with seen.lock:
        seen.slowest = max(seen.slowest, time.monotonic() - started)
        if fault:
            seen.faults.append(fault)
        else:
            seen.answered += 1
    if fault:
        time.sleep(0.05)
        return None
    return body, cookie


def _read(port: int, secret: str, seen: Seen, stop: threading.Event, _what: str | None) -> None:
    while not stop.is_set():
        _counted(seen, port, "GET", "/tickets/", secret, wanted=200)
        time.sleep(0.02)


def _write(port: int, secret: str, seen: Seen, stop: threading.Event, ticket: str) -> None:
    while not stop.is_set():
        page = _counted(seen, port, "GET", f"/tickets/{ticket}", secret, wanted=200)
        if page is None:
            continue
        mark = f"merk{uuid.uuid4().hex}"
        data = {**dict(HIDDEN.findall(page[0])), "body": mark, "form_key": str(uuid.uuid4())}
        if _counted(seen, port, "POST", f"/tickets/{ticket}/note", secret, data, page[1], wanted=303):
            seen.told.add(mark)
