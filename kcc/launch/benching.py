"""What a measurement is. Measurements live in `kcc/launch/benches/*.py`, each a function marked
`@bench("name")`."""

import importlib
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from kcc.launch import database, secrets_file
from kcc.launch.places import ROOT, VAR
from kcc.launch.postgres import EmbeddedPostgres

BENCHES = ROOT / "kcc" / "launch" / "benches"
DATABASE = "kcc_bench"


@dataclass(frozen=True)
class Figure:
    """One figure: `value` in `unit`; `target` in the same unit and whether it `holds` (None: only reported);
    `control`: what the same measurement says where it must fail, or how it was checked."""

    name: str
    value: float
    unit: str
    target: float | str | None = None
    holds: bool | None = None
    control: object = None


@dataclass
class Bench:
    """What a measurement is given: the size, a database of its own (migrated, empty the first time), and a
    place
    where measurements of one run keep what they share."""

    tickets: int
    say: Callable[[str], None]
    shared: dict[str, object] = field(default_factory=dict)
    exits: ExitStack = field(default_factory=ExitStack)

    def admin_url(self) -> str:
        """A superuser's URL: `KCC_BENCH_ADMIN_URL`, or an embedded server in var/bench-postgres."""
        if "admin_url" not in self.shared:
            given = os.environ.get("KCC_BENCH_ADMIN_URL")
            if not given:
                server = EmbeddedPostgres(VAR / "bench-postgres", settings={"shared_buffers": "512MB"})
                given = server.start()
                self.exits.callback(server.stop)
            self.shared["admin_url"] = given
        return str(self.shared["admin_url"])

    def environ(self) -> dict[str, str]:
        """The variables with which a process of the product runs on the measuring database, migrated on
        first use."""
        if "environ" not in self.shared:
            secrets = secrets_file.read_or_make(VAR / "bench-secrets.env")
            urls = database.prepare(self.admin_url(), secrets, DATABASE)
            self.shared["environ"] = {**os.environ, **secrets, **urls}
        found = self.shared["environ"]
        assert isinstance(found, dict)
        return dict(found)


Measurement = Callable[[Bench], list[Figure]]
_registry: dict[str, Measurement] = {}


def bench(name: str) -> Callable[[Measurement], Measurement]:
    """Register a measurement under the name by which `bin/bench --only NAME` runs it."""

    def register(function: Measurement) -> Measurement:
        if name in _registry:
            raise ValueError(f"two measurements are called {name}")
        _registry[name] = function
        return function

    return register


def all_benches(folder: Path = BENCHES) -> dict[str, Measurement]:
    """Every measurement by name, in the order of files and of definition."""
    for path in sorted(folder.glob("[!_]*.py")):
        importlib.import_module(f"kcc.launch.benches.{path.stem}")
    return dict(_registry)
