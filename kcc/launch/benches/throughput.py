"""Lists per second at sixteen connections with two workers, and the memory of all processes together."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from contextlib import suppress

import psutil

from kcc.launch.benches._house import AGENT, House, house
from kcc.launch.benching import Bench, Figure, bench
from kcc.launch.places import ROOT
from kcc.launch.postgres import port_is_free

CONNECTIONS, SECONDS = 16, 6.0
FEWEST_LISTS, MOST_MIB = 100, 200


@bench("throughput")
def throughput(given: Bench) -> list[Figure]:
    """The served product, two gunicorn workers as `bin/run` starts them, asked for the list of open work."""
    place = house(given)
    secret = place.sign_in(AGENT)
    two, memory = _served(given, place, secret, workers=2)
    one, _memory = _served(given, place, secret, workers=1)
    given.say(f"{two:.0f} lijsten per seconde, met één werker {one:.0f}; {memory:.0f} MiB")
    return [
        Figure("lists per second, 16 connections, 2 workers", round(two, 1), "requests/s", FEWEST_LISTS, two >= FEWEST_LISTS,
               f"with one worker: {one:.1f}"),
        Figure("memory of the web processes (PSS)", round(memory, 1), "MiB", MOST_MIB, memory < MOST_MIB,
               "sum of proportional set sizes under load; the database apart"),
    ]  # fmt: skip


def _served(given: Bench, place: House, secret: str, workers: int) -> tuple[float, float]:
    """Requests per second and MiB with this many workers."""
    port = next(port for port in range(18_000, 18_500) if port_is_free(port))
    command = (
        f"-m gunicorn --no-control-socket -b 127.0.0.1:{port} --preload -k gthread -w {workers} --threads 4 wsgi:app"
    )
    environ = {**given.environ(), "KCC_POOL_SIZE": "4"}
    server = subprocess.Popen([sys.executable, *command.split()], cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        _load(port, secret, 1.0)
        rate = _load(port, secret, SECONDS)
        return rate, _memory_of(server.pid)
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int) -> None:
    for _try in range(200):
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/health/live")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


def _load(port: int, secret: str, seconds: float) -> float:
    """Ask for the list over and over from sixteen connections; pages per second that came whole."""
    until = time.monotonic() + seconds
    counts = [0] * CONNECTIONS

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < until:
            connection.request("GET", "/tickets/", headers={"Cookie": f"kcc_session={secret}"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or b"</html>" not in body:
                raise RuntimeError(f"the list answered {answer.status}")
            counts[number] += 1

    started = time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - started)


def _memory_of(pid: int) -> float:
    """MiB of a process and its children, shared pages counted once."""
    parent = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in [parent, *parent.children(recursive=True)]) / 2**20
