"""`bin/test`: lint, tests, browser journeys and the reduced proofs, each timed, on one fast server of its
own."""

import argparse
import fcntl
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kcc.launch.errors import LaunchError
from kcc.launch.places import ROOT, VAR, in_one_line, require_disk, say
from kcc.launch.postgres import EmbeddedPostgres

CLOSING_LINE = re.compile(
    r"^(=+ )?(no tests ran|\d+ (passed|failed|error|skipped|deselected)).* in [\d.]+s( \([\d:]+\))?( =+)?$"
)
CHECKED = ("kcc/core", "kcc/launch")
CHECKED_PATTERNS = ("kcc/*/rules.py", "kcc/*/actions.py")


@dataclass
class Step:
    """One check: its name, its command, and, once run, its exit code, seconds and pytest's closing line."""

    name: str
    command: Sequence[str]
    code: int | None = None
    seconds: float = 0.0
    closing: str = ""


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when every step is green. Arguments that are not options go to pytest, which then runs
    alone."""
    parser = argparse.ArgumentParser(prog="bin/test", description="Controleer alles: lint, tests en bewijzen.")
    parser.add_argument("--only", choices=[step.name for step in steps([])], help="één onderdeel")
    options, for_pytest = parser.parse_known_args(arguments)
    return in_one_line("test", lambda: _test(options.only, for_pytest))


def steps(for_pytest: Sequence[str]) -> list[Step]:
    """All checks in order."""
    python = [sys.executable, "-m"]
    checked = [
        *CHECKED,
        *sorted(str(path.relative_to(ROOT)) for p in CHECKED_PATTERNS for path in ROOT.glob(p)),
    ]
    workers = os.environ.get("KCC_TEST_WORKERS", "2")
    spread = [] if for_pytest or workers == "0" else ["-n", workers]
    return [
        Step("ruff", [*python, "ruff", "check", "."]),
        Step("format", [*python, "ruff", "format", "--check", "--quiet", "."]),
        Step("imports", [str(ROOT / ".venv" / "bin" / "lint-imports")]),
        Step("mypy", [*python, "mypy", *dict.fromkeys(checked)]),
        Step("pytest", [*python, "pytest", *spread, *for_pytest]),
        Step("proofs", [*python, "kcc.launch.prove", "--reduced", "--lanes", "2"]),
    ]


def _test(only: str | None, for_pytest: Sequence[str]) -> int:
    require_disk()
    chosen = [step for step in steps(for_pytest) if step.name == (only or ("pytest" if for_pytest else step.name))]
    if any(step.name in ("pytest", "proofs") for step in chosen):
        _require_programs()
    with _alone(), _database() as admin_url:
        environ = {**os.environ, "KCC_TEST_ADMIN_URL": admin_url, "PYTHONUNBUFFERED": "1"}
        for step in chosen:
            _run(step, environ)
    say("")
    for step in chosen:
        say(f"{step.name:8} {step.seconds:7.1f} s  {'goed' if step.code == 0 else f'FOUT ({step.code})'}")
    for step in chosen:
        if step.closing:
            say(step.closing)
    return 0 if all(step.code == 0 for step in chosen) else 1


def _run(step: Step, environ: dict[str, str]) -> None:
    say(f"\n--- {step.name}")
    started = time.monotonic()
    with subprocess.Popen(
        list(step.command), cwd=ROOT, env=environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            say(line.rstrip("\n"))
            if CLOSING_LINE.match(line.strip()):
                step.closing = line.strip()
        step.code = process.wait()
    step.seconds = time.monotonic() - started


@contextmanager
def _alone() -> Iterator[None]:
    with (VAR / ".tests.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LaunchError(f"bin/test draait al vanuit {VAR}.") from error
        yield


@contextmanager
def _database() -> Iterator[str]:
    """The server of the tests: `KCC_TEST_ADMIN_URL`, or an embedded one that trades durability for speed."""
    given = os.environ.get("KCC_TEST_ADMIN_URL")
    if given:
        yield given
        return
    server = EmbeddedPostgres(VAR / "test-postgres", settings={"max_connections": "200"}, fast=True)
    try:
        yield server.start()
    finally:
        server.stop()


def _require_programs() -> None:
    """Debian's programs that the tests drive, installed when one is absent and we may. Raises LaunchError without them."""
    missing = {package: is_there for package, is_there in PROGRAMS.items() if not is_there()}
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Installeren voor de proeven: {', '.join(missing)} …")
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *missing]):
            command = ["apt-get", *words]
            subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    absent = [package for package, is_there in missing.items() if not is_there()]
    if absent:
        raise LaunchError(
            f"Voor de proeven ontbreekt {', '.join(absent)}; installeer dat (of wijs chromium aan met KCC_CHROMIUM)."
        )


def _has_chromium() -> bool:
    return bool(os.environ.get("KCC_CHROMIUM") or shutil.which("chromium"))


def _has_dovecot() -> bool:
    return Path("/usr/lib/dovecot/imap").exists()


PROGRAMS = {"chromium": _has_chromium, "dovecot-imapd": _has_dovecot}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
