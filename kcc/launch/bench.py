"""`bin/bench`: figures of speed on a database of its own, as a table or as JSON."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from kcc.launch.benching import Bench, Figure, all_benches
from kcc.launch.errors import LaunchError
from kcc.launch.places import in_one_line, require_disk

TICKETS = 100_000


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 when every figure with a target holds it."""
    parser = argparse.ArgumentParser(prog="bin/bench", description="Meet de snelheid op een eigen database.")
    parser.add_argument("--json", action="store_true", help="druk alleen JSON af")
    parser.add_argument("--only", metavar="NAME", help="één meting")
    parser.add_argument("--tickets", type=int, default=TICKETS, help=f"aantal tickets (anders {TICKETS})")
    options = parser.parse_args(arguments)
    return in_one_line("bench", lambda: _bench(options))


def _bench(options: argparse.Namespace) -> int:
    require_disk()
    if options.tickets < 1:
        raise LaunchError("Het aantal tickets moet 1 of meer zijn.")
    benches = all_benches()
    if options.only and options.only not in benches:
        raise LaunchError(f"Geen meting met de naam {options.only}; wel: {', '.join(benches) or 'nog geen'}.")
    given = Bench(tickets=options.tickets, say=_progress)
    figures: list[Figure] = []
    with given.exits:
        for name in [options.only] if options.only else benches:
            _progress(f"{name} …")
            figures += benches[name](given)
    if options.json:
        print(json.dumps({"figures": [asdict(figure) for figure in figures]}, indent=2, ensure_ascii=False))
    else:
        print("\n".join(table(figures)))
    return 1 if any(figure.holds is False for figure in figures) else 0


def _progress(text: str) -> None:
    """Progress goes to stderr: stdout is the figures alone."""
    print(f"bin/bench: {text}", file=sys.stderr, flush=True)


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as lines of a table."""
    words = {True: "ja", False: "NEE", None: ""}
    rows = [("cijfer", "waarde", "eenheid", "doel", "gehaald", "controle")]
    rows += [
        (
            figure.name,
            f"{figure.value:g}",
            figure.unit,
            "" if figure.target is None else str(figure.target),
            words[figure.holds],
            "" if figure.control is None else str(figure.control),
        )
        for figure in figures
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
