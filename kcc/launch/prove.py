"""`bin/prove`: run the proofs, at full size with evidence in docs/evidence, or reduced."""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from kcc.launch.errors import LaunchError
from kcc.launch.places import ROOT, VAR, in_one_line, require_disk, say
from kcc.launch.proving import Outcome, Proof, Run, all_proofs

EVIDENCE = ROOT / "docs" / "evidence"
SEED = 20261124
TOLD = 700
"""Characters of a proof's figures on the screen; all of them stand in its file."""


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when every chosen proof holds and every control found its fault."""
    parser = argparse.ArgumentParser(prog="bin/prove", description="Bewijs wat KCC belooft, met controleproeven.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="welke bewijzen (anders alle)")
    parser.add_argument("--reduced", action="store_true", help="klein, zoals bin/test; schrijft in var/evidence")
    parser.add_argument("--seed", type=int, default=SEED, help="begin van de toevalsreeks")
    parser.add_argument("--lanes", type=int, default=1, help="zoveel bewijzen tegelijk, elk in een eigen proces")
    parser.add_argument("--list", action="store_true", help="noem de bewijzen")
    options = parser.parse_args(arguments)
    return in_one_line("prove", lambda: _prove(options))


def _prove(options: argparse.Namespace) -> int:
    require_disk()
    proofs = all_proofs()
    if options.list:
        say("\n".join(proofs))
        return 0
    unknown = [name for name in options.names if name not in proofs]
    if unknown:
        raise LaunchError(f"Geen bewijs met de naam {', '.join(unknown)}; wel: {', '.join(proofs)}.")
    names = options.names or list(proofs)
    if options.lanes > 1:
        failed = _in_lanes(names, options)
    else:
        failed = [name for name in names if not _one(name, proofs[name], options)]
    if failed:
        raise LaunchError(f"Niet bewezen: {', '.join(failed)}.")
    return 0


def _in_lanes(names: Sequence[str], options: argparse.Namespace) -> list[str]:
    """Each proof in a process of its own, some at once: most of a proof is waiting for what it has killed."""
    words = [sys.executable, "-m", "kcc.launch.prove", "--seed", str(options.seed)]
    words += ["--reduced"] if options.reduced else []

    def prove(name: str) -> int:
        done = subprocess.run(
            [*words, name], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )  # fmt: skip
        say(done.stdout.decode(errors="replace").rstrip())
        return done.returncode

    with ThreadPoolExecutor(options.lanes) as lanes:
        codes = list(lanes.map(prove, names))
    return [name for name, code in zip(names, codes, strict=True) if code]


def _one(name: str, function: Proof, options: argparse.Namespace) -> bool:
    started = time.monotonic()
    say(f"{name} …")
    run = Run(reduced=options.reduced, seed=options.seed)
    with run.exits:
        outcome = function(run)
    folder = VAR / "evidence" if options.reduced else EVIDENCE
    _write(folder / f"{name}.json", evidence(name, outcome, run))
    verdict = "bewezen" if outcome.holds else "NIET bewezen"
    control = "controle vond de fout" if outcome.control_found else "controle vond NIETS"
    say(f"{name}: {verdict}, n = {outcome.n}; {control}; {time.monotonic() - started:.1f} s")
    told = json.dumps({"result": outcome.result, "control": outcome.control}, ensure_ascii=False)
    is_proven = outcome.holds and outcome.control_found
    say(f"  {told if len(told) < TOLD or not is_proven else told[:TOLD] + ' …'}")
    return is_proven


def evidence(name: str, outcome: Outcome, run: Run) -> dict[str, object]:
    """The evidence of one run, as it goes into the file; `at` is UTC."""
    return {
        "name": name,
        "n": outcome.n,
        "result": {"holds": outcome.holds, **outcome.result},
        "control": {"found": outcome.control_found, **outcome.control},
        "seed": run.seed,
        "commit": commit(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "reduced": run.reduced,
    }


def commit() -> str:
    """The commit that runs, marked `+` when code beside the evidence differs from it; empty outside git."""
    head = _git("rev-parse", "HEAD")
    return head + ("+" if head and _git("status", "--porcelain", "--", "kcc", "migrations", "tests", "wsgi.py") else "")


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
