"""Starting, watching and ending the processes of one installation.

Every process carries the installation's `var` folder in its environment. That mark, not a pid in a file,
tells
whether a process is a leftover of ours: a reused pid can never be taken for one.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from kcc.launch.errors import LaunchError
from kcc.launch.places import ROOT, VAR

MARK = "KCC_LAUNCHED_IN"
LARGEST_LOG = 10_000_000  # bytes
GRACE = 6.0  # seconds between asking and forcing
QUICK_DEATHS = 5  # this many deaths ...
QUICK_SPAN = 30.0  # ... within this many seconds: no use in trying again


@dataclass
class Child:
    """One process that must stay up: what it is called, how it starts, and its last deaths (monotonic
    seconds)."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return VAR / "log" / f"{self.name}.log"

    def start(self) -> None:
        """Start it in a group of its own, so that Ctrl-C reaches it through us, in our order."""
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                list(self.command),
                cwd=ROOT,
                env={**self.environ, MARK: str(VAR), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def is_alive(self) -> bool:
        """Whether the process runs now."""
        return self.process is not None and self.process.poll() is None

    def last_words(self) -> str:
        """The last line of its log that says something."""
        with contextlib.suppress(OSError):
            lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines()[-60:] if line.strip()]
            telling = [line for line in lines if "Error" in line or "error" in line]
            return (telling or lines or ["geen uitvoer"])[-1][:300]
        return "geen uitvoer"


def open_log(path: Path) -> IO[bytes]:
    """A log to append to; one old generation is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


def watch(children: Sequence[Child], say: Callable[[str], None]) -> None:
    """One round: start again what died. Raises LaunchError when something dies over and over."""
    for child in children:
        if child.is_alive():
            continue
        now = time.monotonic()
        child.deaths = [moment for moment in child.deaths if now - moment < QUICK_SPAN] + [now]
        if len(child.deaths) >= QUICK_DEATHS:
            raise LaunchError(f"'{child.name}' stopt steeds weer: {child.last_words()} (zie {child.log})")
        if len(child.deaths) > 1:
            time.sleep(1)
        say(f"'{child.name}' was gestopt en is opnieuw gestart.")
        end([leftover for leftover in _marked() if _belongs(leftover, child)])
        child.start()


def stop(children: Sequence[Child]) -> None:
    """Ask each in turn to stop, wait, then force; what a dead parent left behind goes too."""
    for child in children:
        if child.process is not None and child.is_alive():
            child.process.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
    end_leftovers()
    for child in children:
        if child.process is not None:
            child.process.wait()


def end_leftovers() -> int:
    """End every process of this installation that an earlier launcher left behind; returns how many there
    were."""
    return end(_marked())


def end(processes: Sequence[psutil.Process]) -> int:
    """Ask these processes to stop and force those that do not within the grace."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(processes, timeout=GRACE)
    for process in stubborn:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    return len(processes)


def _marked() -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == str(VAR) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _belongs(process: psutil.Process, child: Child) -> bool:
    """Whether this process is a forked worker that its dead parent `child` left behind."""
    with contextlib.suppress(psutil.Error, OSError):
        return child.process is not None and os.getsid(process.pid) == child.process.pid
    return False
