"""The generated secrets of this installation, in `var/secrets.env` (readable for the owner only)."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from kcc.launch.errors import LaunchError

GENERATED: Mapping[str, Callable[[], str]] = {
    "KCC_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "KCC_DATA_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    "KCC_OWNER_PASSWORD": lambda: secrets.token_urlsafe(24),
    "KCC_APP_PASSWORD": lambda: secrets.token_urlsafe(24),
    "KCC_PLATFORM_PASSWORD": lambda: secrets.token_urlsafe(24),
}


def read_or_make(path: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All secrets: from the environment, else from the file, else made now and written down (mode 0600)."""
    known = _read(path) if path.exists() else {}
    missing = [name for name in GENERATED if name not in known]
    if missing:
        known |= {name: GENERATED[name]() for name in missing}
        _write(path, known)
    return {name: environ.get(name) or known[name] for name in GENERATED}


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LaunchError(f"{path} is niet te lezen.") from error
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs if value.strip()}


def _write(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    text = "# Secrets of this installation. Losing KCC_DATA_KEY makes encrypted data unreadable.\n"
    half.write_text(text + "".join(f"{name}={value}\n" for name, value in values.items()))
    half.replace(path)
