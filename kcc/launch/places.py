"""Where the commands keep things, and the checks every command makes before it starts."""

import contextlib
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from kcc.launch.errors import LaunchError

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("KCC_VAR") or ROOT / "var").absolute()
LEAST_FREE_BYTES = 300_000_000


def say(text: str) -> None:
    """One short line for the person who waits."""
    with contextlib.suppress(BrokenPipeError):
        print(text, flush=True)


def require_disk(where: Path = VAR, least: int = LEAST_FREE_BYTES) -> None:
    """Raise LaunchError when the disk of `where` has less than `least` bytes free."""
    try:
        where.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(where).free
    except OSError as error:
        raise LaunchError(f"De map {where} kan niet worden gebruikt: {error.strerror}.") from error
    if free < least:
        raise LaunchError(f"Te weinig schijfruimte: {free // 1_000_000} MB vrij, {least // 1_000_000} MB nodig.")


def in_one_line(command: str, work: Callable[[], int]) -> int:
    """Run a command's work; whatever goes wrong becomes one line on stderr and exit code 1, details in
    var/log."""
    try:
        return work()
    except LaunchError as error:
        print(f"bin/{command}: {error}", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(f"bin/{command}: gestopt.", file=sys.stderr, flush=True)
        return 130
    except Exception as error:  # the launcher's own edge: the reader needs a line, not a traceback
        note = _write_trace(command)
        first = (str(error).strip().splitlines() or [""])[0]
        print(f"bin/{command}: {type(error).__name__}: {first}{note}", file=sys.stderr, flush=True)
    return 1


def _write_trace(command: str) -> str:
    try:
        log = VAR / "log" / f"{command}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc())
        return f" (meer in {log})"
    except OSError:
        return ""
