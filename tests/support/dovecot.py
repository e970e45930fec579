"""A real IMAP server for tests: Debian's Dovecot with a configuration, folders and a user of its own, on loopback only."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from kcc.launch.postgres import any_free_port

PATIENCE = 20.0
PASSWORD = "geheim-van-de-mailbox"
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{home}/mail/%u
mail_save_crlf = yes
mail_max_userip_connections = 100
mail_always_cache_fields =
mailbox_list_index = no
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 20
}}
"""


@dataclass
class Dovecot:
    """A running server; each user name is a mailbox of its own."""

    home: Path
    port: int

    def url(self, user: str) -> str:
        """The address under which the product fetches this mailbox."""
        return f"imap://{user}:{PASSWORD}@127.0.0.1:{self.port}"

    @contextmanager
    def client(self, user: str, folder: str | None = "INBOX") -> Iterator[imaplib.IMAP4]:
        """A plain connection to a mailbox, to look at it apart from the product."""
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        connection.login(user, PASSWORD)
        if folder is not None:
            connection.select(f'"{folder}"')
        try:
            yield connection
        finally:
            with suppress(Exception):
                connection.logout()

    def put(self, user: str, *mails: bytes) -> None:
        """Deliver mails into a mailbox, byte for byte as an IMAP server takes them."""
        with self.client(user, None) as connection:
            for mail in mails:
                # imaplib would mend line ends; a server is given what there is. NUL cannot be in a literal.
                code, answer = _append(connection, mail.replace(b"\x00", b"?"))
                assert code == "OK", answer

    def mails(self, user: str, folder: str = "INBOX") -> dict[int, bytes]:
        """Every mail of a folder by UID."""
        with self.client(user, folder) as connection:
            _code, found = connection.uid("SEARCH", "ALL")
            uids = found[0].split() if found and found[0] else []
            return {int(uid): _bytes(connection, uid) for uid in uids}


def _append(connection: imaplib.IMAP4, mail: bytes) -> tuple[str, list[bytes]]:
    connection.literal = mail
    return connection._simple_command("APPEND", "INBOX")  # type: ignore[attr-defined, no-any-return]


def _bytes(connection: imaplib.IMAP4, uid: bytes) -> bytes:
    _code, found = connection.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
    return next(bytes(part[1]) for part in found if isinstance(part, tuple))


def is_installed() -> bool:
    """Whether Dovecot's IMAP server is here."""
    return shutil.which("dovecot") is not None and Path("/usr/lib/dovecot/imap").exists()


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """A server for the time of a test; its folder goes with it."""
    assert is_installed(), "Dovecot is needed: apt-get install dovecot-imapd"
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    # Sockets have short paths: not below the checkout.
    home = Path(tempfile.mkdtemp(prefix="kcc-imap-"))
    port = any_free_port()
    for name in ("run", "state", "mail"):
        (home / name).mkdir(mode=0o755)
    config = CONFIG.format(
        home=home, user=user.pw_name, group=_group(user.pw_gid), uid=user.pw_uid, gid=user.pw_gid, port=port, password=PASSWORD,
    )  # fmt: skip
    (home / "dovecot.conf").write_text(config)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", str(home)], check=True)
        home.chmod(0o755)
    drop = (
        ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if os.geteuid() == 0 else []
    )
    server = subprocess.Popen(
        [*drop, "/usr/sbin/dovecot", "-F", "-c", str(home / "dovecot.conf")],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(home / "start.log").open("wb"), start_new_session=True,
    )  # fmt: skip
    try:
        made = Dovecot(home, port)
        _wait(made, server)
        yield made
    finally:
        with suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _group(number: int) -> str:
    return grp.getgrgid(number).gr_name


def _wait(made: Dovecot, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with made.client(f"probe-{secrets.token_hex(2)}"):
                return
        except (OSError, imaplib.IMAP4.error) as fault:
            words = "".join(p.read_text() for p in (made.home / "start.log", made.home / "dovecot.log") if p.exists())
            assert server.poll() is None and time.monotonic() < until, f"Dovecot does not start: {fault}\n{words}"
            time.sleep(0.1)
