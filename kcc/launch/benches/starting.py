"""How long `bin/run` takes from nothing, with the demonstration centre to load, and how long every time after that."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from kcc.launch.benching import Bench, Figure, bench
from kcc.launch.places import ROOT, VAR

LONGEST_START, LONGEST_LOAD = 5, 30
FOLDER = VAR / "bench-start"


@bench("start")
def start(given: Bench) -> list[Figure]:
    """Start in a folder of its own until the website answers, stop with Ctrl-C, and start again."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    first, second = _started(FOLDER), _started(FOLDER)
    shutil.rmtree(FOLDER)
    loading = first["Website"] - first["Voorbeeldcentrum"]
    whole = f"the first start, database and centre included: {first['KCC draait']:.1f} s"
    given.say(f"tweede start {second['KCC draait']:.1f} s, voorbeeldcentrum {loading:.1f} s")
    return [
        Figure("second start of bin/run", round(second["KCC draait"], 1), "s", LONGEST_START, second["KCC draait"] <= LONGEST_START, whole),
        Figure("loading the demonstration centre", round(loading, 1), "s", LONGEST_LOAD, loading <= LONGEST_LOAD,
               "on the second start: not loaded again" if "Voorbeeldcentrum" not in second else "loaded twice"),
    ]  # fmt: skip


def _started(folder: Path) -> dict[str, float]:
    """Seconds from the command until each thing that it says, by the words with which it begins."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KCC_")}
    began, said = time.monotonic(), {}
    run = subprocess.Popen(
        [ROOT / "bin" / "run"], env={**plain, "KCC_VAR": str(folder)}, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert run.stdout is not None
    for line in run.stdout:
        for words in ("Voorbeeldcentrum", "Website", "KCC draait"):
            if line.startswith(words):
                said[words] = time.monotonic() - began
        if "KCC draait" in said:
            break
    run.send_signal(signal.SIGINT)
    run.communicate()
    if run.returncode or "KCC draait" not in said:
        raise RuntimeError(f"bin/run does not start in {folder}")
    return said
