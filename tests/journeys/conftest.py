"""A whole installation for the journeys: demonstration centre, web, live updates and worker, and a real browser."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.conftest import ROOT
from tests.support.databases import drop, migrated, plain

AXE = (ROOT / "tests" / "support" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A loaded machine answers late, not wrong.
expect.set_options(timeout=60_000)
GIVEN_STEPS: dict[str, int] = {}
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}


def free_port() -> int:
    """A port on loopback that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Centre:
    """A running installation with the demonstration centre."""

    address: str
    environ: dict[str, str]
    admin_url: str
    accounts: list[dict[str, Any]]
    mail_folder: Path
    lmtp_port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def account(self, role: str, town: str | None = None, **wanted: Any) -> dict[str, Any]:
        """An account of exactly this role (in this town)."""
        for entry in self.accounts:
            if entry["role"] == role and (town is None or town in entry["municipalities"]):
                if all(entry.get(k) == v for k, v in wanted.items()):
                    return entry
        raise AssertionError(f"no account {role} {town}")

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the database past every lock."""
        with psycopg.connect(self.admin_url) as admin:
            return admin.execute(statement, values).fetchall()


@pytest.fixture(scope="session")
def centre(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """Load the demonstration centre in a database of its own and start every process."""
    name = f"kcc_journey_{secrets.token_hex(4)}"
    urls = migrated(admin_url, name)
    port, live_port, mail_port, lmtp_port = free_port(), free_port(), free_port(), free_port()
    folder = tmp_path_factory.mktemp("mail")
    environ = {
        **os.environ,
        "KCC_APP_URL": urls["KCC_APP_URL"],
        "KCC_PLATFORM_URL": urls["KCC_PLATFORM_URL"],
        "KCC_SECRET_KEY": secrets.token_hex(32),
        "KCC_DATA_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "KCC_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "KCC_LIVE_URL": f"http://127.0.0.1:{live_port}",
        "KCC_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "KCC_DEMO_ACCOUNTS": str(folder / "accounts.json"),
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "demo", "load"], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL)
    accounts = json.loads((folder / "accounts.json").read_text())
    gunicorn = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--log-level", "warning"]
    commands = [
        [*gunicorn, "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}", "wsgi:app"],
        [
            *gunicorn,
            "-k",
            "gevent",
            "-w",
            "1",
            "--graceful-timeout",
            "1",
            "-b",
            f"127.0.0.1:{live_port}",
            "kcc.web.live:serve()",
        ],
        [*flask, "worker"],
        [*flask, "mail", "lmtp", "--port", str(lmtp_port)],
        [sys.executable, "-m", "kcc.launch.mail_sink", str(mail_port), str(folder)],
    ]
    with open(folder / "processes.log", "wb") as log:
        running = [subprocess.Popen(c, cwd=ROOT, env=environ, stdout=log, stderr=log) for c in commands]
        made = Centre(
            f"http://127.0.0.1:{port}", environ, plain(admin_url, database=name), accounts, folder, lmtp_port, running
        )
        _wait_for(made.address + "/health/ready")
        yield made
        for process in running:
            process.terminate()
        for process in running:
            process.wait(20)
    drop(admin_url, name)


@pytest.fixture(autouse=True)
def nobody_at_work(request: pytest.FixtureRequest) -> None:
    """Nobody is left at work by the test before: what this one puts in the queue rings with nobody by itself."""
    if "centre" in request.fixturenames:
        with psycopg.connect(request.getfixturevalue("centre").admin_url) as admin:
            admin.execute("delete from agent_state")


def _wait_for(url: str, seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=20).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def unused_code(secret: str) -> str:
    """A code that counts now and was not given before: each counts once, and journeys sign in soon after each other."""
    step = max(int(time.time()) // 30, GIVEN_STEPS.get(secret, 0) + 1)
    time.sleep(max(0.0, (step - 1) * 30 - time.time()))  # the product takes a code one step before its time
    GIVEN_STEPS[secret] = step
    return pyotp.TOTP(secret).generate_otp(step)


@pytest.fixture
def sign_in(centre: Centre, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a browser window of one account, signed in by its password (and second factor)."""
    contexts: list[BrowserContext] = []

    def open_window(account: dict[str, Any], size: str = "wide", theme: str = "light") -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            base_url=centre.address,
            locale="nl-NL",  # type: ignore[arg-type]
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60000)
        page.goto("/sign-in")
        page.fill("input[name=email]", account["email"])
        page.fill("input[name=password]", account["password"])
        page.click("main button[type=submit]")
        if account["totp_secret"]:
            page.fill("input[name=code]", unused_code(account["totp_secret"]))
            page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield open_window
    for context in contexts:
        context.close()


def axe_violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """What axe-core finds wrong on the page as it stands; only its colours when the rest was judged in another theme."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    chosen = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]} if colours_only else TAGS
    result = page.evaluate("(chosen) => axe.run(document, {runOnly: chosen})", chosen)
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in result["violations"]]
