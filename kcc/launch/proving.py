"""What a proof is: a claim tried N times, beside a control in which the same trial must find the planted
fault.

Proofs live in `tests/proofs/*.py`, each a function marked `@proof("name")` that takes a Run and returns an
Outcome.
"""

import importlib
import os
import random
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from kcc.launch.places import ROOT, VAR, say
from kcc.launch.postgres import EmbeddedPostgres

PROOFS = ROOT / "tests" / "proofs"


@dataclass(frozen=True)
class Outcome:
    """What a proof found. `n`: how many trials; `holds`: the claim held in all of them; `control_found`: the
    same
    trial saw the fault that was planted on purpose. Result and control hold figures, never personal data."""

    n: int
    result: Mapping[str, object]
    holds: bool
    control: Mapping[str, object]
    control_found: bool


@dataclass
class Run:
    """What a proof is given: whether it runs reduced, its seed, and a database server for it alone or
    shared."""

    reduced: bool
    seed: int
    exits: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def size(self, full: int, reduced: int) -> int:
        """How many trials this run makes."""
        return reduced if self.reduced else full

    def say(self, text: str) -> None:
        """One line of progress."""
        say(f"  {text}")

    def admin_url(self) -> str:
        """A superuser's URL on the shared server: `KCC_TEST_ADMIN_URL`, or an embedded one that keeps its
        promises."""
        given = os.environ.get("KCC_TEST_ADMIN_URL")
        return given or self.server("prove-postgres").start()

    def server(self, name: str, settings: dict[str, str] | None = None) -> EmbeddedPostgres:
        """An embedded server of the proof's own, in var/, not yet started, stopped when the proof ends."""
        server = EmbeddedPostgres(VAR / name, settings=settings)
        self.exits.callback(server.stop)
        return server


Proof = Callable[[Run], Outcome]
_registry: dict[str, Proof] = {}


def proof(name: str) -> Callable[[Proof], Proof]:
    """Register a proof under the name by which `bin/prove NAME` runs it."""

    def register(function: Proof) -> Proof:
        if name in _registry:
            raise ValueError(f"two proofs are called {name}")
        _registry[name] = function
        return function

    return register


def all_proofs(folder: Path = PROOFS) -> dict[str, Proof]:
    """Every proof by name, after importing the modules of the folder."""
    for path in sorted(folder.glob("[!_]*.py")):
        importlib.import_module(f"tests.proofs.{path.stem}")
    return dict(sorted(_registry.items()))
