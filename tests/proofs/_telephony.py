"""A telephone exchange with telephones and callers, on loopback: Debian's Kamailio and SIPp, in folders that go away."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from kcc.integrations.telephony import kamailio
from kcc.integrations.telephony.client import Client
from kcc.integrations.telephony.kamailio import Bridge
from kcc.launch.errors import LaunchError
from kcc.launch.postgres import any_free_port

SCENARIOS = Path(__file__).with_name("sipp")
HOST = "127.0.0.1"
PACKAGES = (
    "kamailio", "kamailio-utils-modules", "kamailio-json-modules", "kamailio-extra-modules", "sip-tester",
)  # fmt: skip
LINE = re.compile(r"(\w+) (\S+@\S+) ([\d.]+) ([\d.]+)")


def require_sip() -> None:
    """Have Kamailio and SIPp, installed from Debian when they are absent and we may. Raises LaunchError without them."""
    if shutil.which("kamailio") and shutil.which("sipp"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *PACKAGES]):
            command = ["apt-get", *words]
            subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if not (shutil.which("kamailio") and shutil.which("sipp")):
        raise LaunchError(f"Voor dit bewijs zijn nodig: {' '.join(PACKAGES)} (apt-get install).")


@dataclass
class Heard:
    """What the callers themselves measured: when each called (seconds since 1970), and what came of it and when."""

    called: dict[str, float] = field(default_factory=dict)
    fate: dict[str, tuple[str, float]] = field(default_factory=dict)

    def waited(self, call: str) -> float:
        """Seconds from calling to the answer (or whatever came of it)."""
        return self.fate[call][1] - self.called[call]

    def add(self, log: str) -> None:
        """Read a log of callers."""
        for verb, call, seconds, micros in LINE.findall(log):
            at = float(seconds) + float(micros) / 1e6
            if verb == "invite":
                self.called[call] = at
            else:
                self.fate[call] = (verb, at)


@dataclass
class Telephones:
    """Agents' telephones, which go away with ``exits``."""

    exits: ExitStack

    def __post_init__(self) -> None:
        self.folder = Path(self.exits.enter_context(tempfile.TemporaryDirectory(prefix="kcc-sip-")))

    def add(self, scenario: str) -> str:
        """Put a telephone on the net; gives its address."""
        port = any_free_port()
        words = [
            "-sf", str(SCENARIOS / scenario), "-i", HOST, "-p", str(port), "-mi", HOST, "-mp", str(any_free_port()),
            "-nostdin", "-nd",
        ]  # fmt: skip
        self.exits.callback(_end, _sipp(self.folder, words))
        # The name differs, not only the port: what two ways of writing one telephone have in common is the name.
        return f"sip:toestel-{port}@{HOST}:{port}"


@dataclass
class Exchange:
    """A running Kamailio with its bridge."""

    folder: Path
    sip_port: int
    bridge: Bridge

    def callers(self, number: str, scenario: str, *, count: int, over: float, callback: bool = False) -> Callers:
        """Let ``count`` people call a number, spread over so many seconds."""
        people = self.folder / f"people-{any_free_port()}.csv"
        lines = "".join(
            f"+316{n % 10**8:08d};{'yes' if callback else 'no'};\n" for n in range(12_000_000, 12_000_000 + count)
        )
        people.write_text("SEQUENTIAL\n" + lines)
        log = people.with_suffix(".log")
        words = [
            "-sf", str(SCENARIOS / scenario), "-inf", str(people), "-s", number, "-i", HOST, "-p", str(any_free_port()),
            "-mi", HOST, "-mp", str(any_free_port()), f"{HOST}:{self.sip_port}", "-m", str(count), "-r", str(count), "-l", str(count),
            "-rp", str(round(over * 1000)), "-nostdin", "-nd", "-trace_logs", "-log_file", str(log), "-timeout", "1500s", "-trace_err", "-error_file", str(log.with_suffix(".errors")),
        ]  # fmt: skip
        return Callers(_sipp(self.folder, words), log)


@dataclass
class Callers:
    """People who call; ``log`` is what they noted."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait(self, heard: Heard, seconds: float) -> None:
        """Wait until all have called, and take over what they noted."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        _end(self.process)
        if self.log.exists():
            heard.add(self.log.read_text(errors="replace"))


def _sipp(folder: Path, words: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["sipp", *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def exchange(address: str, key: str, secret: str, bridge_class: type[Bridge] = Bridge) -> Iterator[Exchange]:
    """A Kamailio whose bridge speaks with the KCC at ``address`` under this key."""
    with ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="kcc-sip-")))
        sip_port, http_port, bridge_port = any_free_port(), any_free_port(), any_free_port()
        bridge = bridge_class(Client(address, key, base64.b64decode(secret)), (HOST, http_port))
        listening = kamailio.server(bridge, HOST, bridge_port)
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        exits.callback(listening.server_close)
        exits.callback(listening.shutdown)
        bridge.start()
        exits.callback(bridge.stopped.set)
        text = kamailio.configuration(
            folder=folder, host=HOST, sip_port=sip_port, http_port=http_port, bridge_port=bridge_port
        )
        (folder / "kamailio.cfg").write_text(text)
        with (folder / "kamailio.log").open("wb") as log:
            words = ["kamailio", "-DD", "-f", str(folder / "kamailio.cfg"), "-Y", str(folder), "-m", "128", "-M", "16"]
            process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        exits.callback(_end, process)
        _wait_until_it_listens(process, http_port, folder / "kamailio.log")
        yield Exchange(folder, sip_port, bridge)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when Kamailio takes connections. Raises LaunchError with its last words when it does not."""
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise LaunchError("Kamailio start niet: " + log.read_text(errors="replace")[-400:])
