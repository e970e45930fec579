"""`bin/run`: from a bare checkout to a working product with a demonstration centre, in one command."""

import argparse
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from kcc.launch import database, processes, secrets_file, settings_file
from kcc.launch.errors import LaunchError
from kcc.launch.places import ROOT, VAR, in_one_line, require_disk, say
from kcc.launch.postgres import EmbeddedPostgres, any_free_port, port_is_free
from kcc.launch.postgres_user import last_line

CENTRES = ("voorne-putten", "nijmegen")
FIRST_PORT = 8000
FIRST_LMTP_PORT = 8024
READY_PATIENCE = 60.0  # seconds
NOT_FOR_CHILDREN = ("KCC_DATABASE_URL", "KCC_OWNER_PASSWORD", "KCC_APP_PASSWORD", "KCC_PLATFORM_PASSWORD")
ONLY_FOR_COMMANDS = ("KCC_OWNER_URL", "KCC_PLATFORM_URL")
ACCOUNTS = VAR / "demo-accounts.json"


def main(arguments: Sequence[str]) -> int:
    """Run until Ctrl-C or SIGTERM; 0 after a clean stop, 1 after one line of explanation."""
    options = _options(arguments)
    return in_one_line("run", lambda: _run(options))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Start KCC met een voorbeeldcentrum.")
    parser.add_argument(
        "--centre", choices=CENTRES, default=CENTRES[0], help="welk voorbeeld in een lege database komt"
    )
    parser.add_argument("--port", type=int, help=f"poort van de website (anders de eerste vrije vanaf {FIRST_PORT})")
    parser.add_argument("--no-demo", action="store_true", help="laad geen voorbeeldcentrum")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> int:
    require_disk()
    with _only_launcher(), _stoppable():
        processes.end_leftovers()
        port = _web_port(options.port)
        server = database.embedded()
        children: list[processes.Child] = []
        try:
            say("Database starten …")
            administrator = database.admin_url()
            secrets = secrets_file.read_or_make(VAR / "secrets.env")
            urls = database.prepare(administrator, secrets)
            base = f"http://127.0.0.1:{port}"
            environ = _environ(secrets, urls, base)
            settings_file.write(VAR / "settings.env", environ)
            if not options.no_demo:
                _load_demo(options.centre, environ)
                _address_accounts(environ["KCC_PUBLIC_URL"])
            say("Website, live updates, werker en mailbak starten …")
            children = _children(port, environ)
            _start(base, children)
            _welcome(base, environ)
            _supervise(children, server)
        except _StopAsked:
            say("\nStoppen …")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave half of it running
            processes.stop(children)
            processes.end_leftovers()
            if server is not None:
                server.stop()
        say("Alles is gestopt.")
    return 0


# -- one at a time, and stoppable ----------------------------------------------------------------------


class _StopAsked(Exception):
    """Someone asked us to stop."""


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    raise _StopAsked


@contextmanager
def _stoppable() -> Iterator[None]:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stopped)
    yield


@contextmanager
def _only_launcher() -> Iterator[None]:
    """The lock goes with the process, however it ends: a killed launcher cannot hold up the next."""
    with (VAR / ".launcher.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LaunchError(f"KCC draait al vanuit {VAR}; stop dat eerst met Ctrl-C.") from error
        yield


def _web_port(wanted: int | None) -> int:
    given = wanted or _number(os.environ.get("KCC_PORT"))
    if given is not None:
        if not 0 < given < 65536:
            raise LaunchError(f"Poort {given} bestaat niet; kies een getal van 1 tot en met 65535.")
        if not port_is_free(given):
            raise LaunchError(f"Poort {given} is in gebruik door een ander programma; kies een andere met --port.")
        return given
    return _next_free(FIRST_PORT)


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdigit():
        raise LaunchError(f"KCC_PORT is geen getal: {text[:20]}")
    return int(text)


def _next_free(first: int, taken: Sequence[int] = ()) -> int:
    for port in range(first, min(first + 200, 65536)):
        if port not in taken and port_is_free(port):
            return port
    raise LaunchError(f"Geen vrije poort gevonden tussen {first} en {first + 199}.")


# -- what runs -----------------------------------------------------------------------------------------


def _environ(secrets: Mapping[str, str], urls: Mapping[str, str], base: str) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if name not in NOT_FOR_CHILDREN}
    mail_port = any_free_port()
    return {
        "KCC_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "KCC_LMTP_PORT": str(_next_free(FIRST_LMTP_PORT)),
        "KCC_PUBLIC_URL": base,
        **given,
        **{name: value for name, value in secrets.items() if name not in NOT_FOR_CHILDREN},
        **urls,
        "FLASK_SKIP_DOTENV": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def _children(port: int, environ: Mapping[str, str]) -> list[processes.Child]:
    live_port = _next_free(port + 1)
    environ = {"KCC_LIVE_URL": f"http://127.0.0.1:{live_port}", **environ}
    serving = {name: value for name, value in environ.items() if name not in ONLY_FOR_COMMANDS}
    python = sys.executable
    children = [
        processes.Child("web", _gunicorn(port, "wsgi:app", "--preload -k gthread -w 2 --threads 4"), serving),
        processes.Child(
            "live", _gunicorn(live_port, "kcc.web.live:serve()", "-k gevent -w 1 --worker-connections 3000"), serving
        ),
        processes.Child("worker", [python, "-m", "flask", "--app", "wsgi", "worker"], serving),
        processes.Child("lmtp", [*_command("mail", "lmtp"), "--port", environ["KCC_LMTP_PORT"]], serving),
    ]
    if "KCC_SMTP_URL" not in os.environ:
        mail_port = environ["KCC_SMTP_URL"].rpartition(":")[2]
        sink = [python, "-m", "kcc.launch.mail_sink", mail_port, str(VAR / "mail")]
        children.append(processes.Child("mail", sink, {"PATH": environ["PATH"]}))
    return children


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", *words]


def _gunicorn(port: int, entry: str, kind: str) -> list[str]:
    """The command of one gunicorn; its control socket is off because all instances of a user would share one."""
    words = f"-m gunicorn --no-control-socket --graceful-timeout 3 -b 127.0.0.1:{port} {kind}"
    return [sys.executable, *words.split(), "--worker-tmp-dir", _memory(), entry]


def _memory() -> str:
    """Gunicorn's heartbeat belongs in memory: on a slow disk a busy worker would be taken for dead."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(VAR)


def _supervise(children: Sequence[processes.Child], server: EmbeddedPostgres | None) -> None:
    while True:
        time.sleep(0.5)
        if server is not None and not server.is_running():
            say("De database was gestopt en wordt opnieuw gestart.")
            server.start()
        processes.watch(children, say)


def _start(base: str, children: Sequence[processes.Child]) -> None:
    """The website first: it is what somebody waits for, and the rest would only take its place on the processor."""
    website, *others = children
    website.start()
    _wait_until_ready(base, [website])
    for child in others:
        child.start()


def _wait_until_ready(base: str, children: Sequence[processes.Child]) -> None:
    deadline = time.monotonic() + READY_PATIENCE
    while not _answers(f"{base}/health/ready"):
        for child in children:
            if not child.is_alive():
                raise LaunchError(f"'{child.name}' start niet: {child.last_words()} (zie {child.log})")
        if time.monotonic() > deadline:
            raise LaunchError(f"De website antwoordt niet binnen {READY_PATIENCE:.0f} seconden (zie {VAR / 'log'}).")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


# -- the demonstration ---------------------------------------------------------------------------------


def _flask(environ: Mapping[str, str], *words: str, show: bool = False) -> subprocess.CompletedProcess[str]:
    """Run one of the product's commands; what it says on stderr goes to a log. Raises LaunchError when it crashes."""
    marked = {**environ, processes.MARK: str(VAR), "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=marked,
        stdin=subprocess.DEVNULL,
        stdout=None if show else subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    path = VAR / "log" / "commands.log"
    with processes.open_log(path) as log:
        log.write(done.stderr.encode())
    if done.returncode < 0 or "Traceback (most recent call last)" in done.stderr:
        why = last_line(done.stderr)[:300]
        raise LaunchError(f"Het commando '{' '.join(words[:2])}' mislukt: {why} (zie {path})")
    return done


def _load_demo(centre: str, environ: Mapping[str, str]) -> None:
    if database.has_centre(environ["KCC_PLATFORM_URL"]):
        return
    say(f"Voorbeeldcentrum {centre} laden (eenmalig, ongeveer een halve minuut) …")
    ACCOUNTS.unlink(missing_ok=True)
    environ = {**environ, "KCC_DEMO_ACCOUNTS": str(ACCOUNTS)}
    done = _flask(environ, "demo", "load", "--centre", centre, show=True)
    if done.returncode != 0:
        raise LaunchError(f"Het voorbeeldcentrum laden lukt niet: {last_line(done.stderr)}")


def _address_accounts(base: str) -> None:
    """Say with each account where to sign in: the address may be another one than last time."""
    known, where = _accounts(), f"{base}/sign-in"
    if all(account.get("sign_in_url") == where for account in known):
        return
    half = ACCOUNTS.with_name(ACCOUNTS.name + ".new")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(json.dumps([{**each, "sign_in_url": where} for each in known], ensure_ascii=False, indent=1))
    half.replace(ACCOUNTS)


def _accounts() -> list[dict[str, object]]:
    with suppress(OSError, ValueError):
        found = json.loads(ACCOUNTS.read_text())
        return [account for account in found if isinstance(account, dict)] if isinstance(found, list) else []
    return []


def _welcome(base: str, environ: Mapping[str, str]) -> None:
    say(f"\nKCC draait: {environ['KCC_PUBLIC_URL']}")
    accounts = _accounts()
    if accounts:
        say("\nAanmelden als voorbeeld kan met:")
        for line in account_table(accounts):
            say(f"  {line}")
        say(f"  Alle {len(accounts)} accounts: {ACCOUNTS}")
    if "KCC_SMTP_URL" not in os.environ:
        say(f"Mail gaat nergens heen, maar komt in {VAR / 'mail'}.")
    say(f"Mail ontvangen: LMTP op 127.0.0.1:{environ['KCC_LMTP_PORT']} (zie docs/mail.md).")
    say("Stoppen: Ctrl-C.")


def account_table(accounts: Sequence[Mapping[str, object]]) -> list[str]:
    """One account per role, as lines of a table: role, name, e-mail, password and, when there is one, TOTP
    secret."""
    first: dict[str, Mapping[str, object]] = {}
    for account in accounts:
        first.setdefault(str(account.get("role", "")), account)
    columns = ("role", "name", "email", "password", "totp_secret")
    rows: list[tuple[str, ...]] = [("rol", "naam", "e-mail", "wachtwoord", "TOTP")]
    rows += [tuple(str(account.get(name) or "") for name in columns) for account in first.values()]
    widths = [max(len(row[at]) for row in rows) for at in range(len(columns))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
