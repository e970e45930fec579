"""The settings of the running installation, in `var/settings.env`, so that a command finds what `bin/run` started.

Readable for the owner only, like the secrets beside it. A command whose environment has settings of its own uses those.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from kcc.launch.places import VAR

PATH = VAR / "settings.env"


def write(path: Path, environ: Mapping[str, str]) -> None:
    """Keep every `KCC_` setting of `environ` (mode 0600), whole or not at all."""
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    lines = [
        f"{name}={value}\n" for name, value in sorted(environ.items()) if name.startswith("KCC_") and "\n" not in value
    ]
    half.write_text("# Settings of the installation that bin/run started last.\n" + "".join(lines))
    half.replace(path)


def with_running(environ: Mapping[str, str] = os.environ, path: Path = PATH) -> dict[str, str]:
    """The environment; without a database in it, with the settings that `bin/run` left behind."""
    if environ.get("KCC_APP_URL"):
        return dict(environ)
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return dict(environ)
    kept = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {**kept, **environ}
