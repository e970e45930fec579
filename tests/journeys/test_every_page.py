"""Every page that a role can reach by links, in both themes: no accessibility fault, no script fault, nothing cut off."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from tests.journeys.conftest import Centre, axe_violations

ROLES = (
    "agent",
    "handler",
    "coordinator",
    "editor",
    "supervisor",
    "contract_manager",
    "privacy_officer",
    "administrator",
)
MUST_SEE = {
    "agent": {"desk.home", "desk.work", "contacts.ticket", "account.second_factor"},
    "handler": {"backoffice.worklist", "backoffice.task"},
    "editor": {"knowledge_editing.edit"},
    "supervisor": {"insight.overview", "insight.behind", "mail.sorting", "board.now", "board.wall", "board.behind"},
    "administrator": {
        "imports.overview",
        "imports.show",
        "imports.columns",
        "imports.refusals",
        "channels.kiosks",
        "account.email",
    },
}
"""Pages of which the crawl must not quietly lose sight, by the role that is sure to reach them."""
MOST_PAGES = 90
PICTURES = os.environ.get("KCC_PICTURES")


def endpoint_of(app: Flask, path: str) -> str | None:
    """Which view a path leads to by GET, or None."""
    try:
        return str(app.url_map.bind("").match(path, method="GET")[0])
    except HTTPException:
        return None


def pages_of(app: Flask, page: Page, start: str) -> Iterator[str]:
    """Visit one page for each view that links lead to, breadth first; yields the view's name once it is on screen."""
    queue, seen = [start], {endpoint_of(app, urlsplit(start).path)}
    while queue and len(seen) <= MOST_PAGES:
        address = queue.pop(0)
        response = page.goto(address)
        if response is None or "html" not in response.headers.get("content-type", ""):
            continue
        assert response.status < 400, f"{address}: {response.status}"
        yield str(endpoint_of(app, urlsplit(page.url).path))
        for href in page.eval_on_selector_all("a[href]:not([download])", "links => links.map(a => a.href)"):
            parts = urlsplit(href)
            endpoint = endpoint_of(app, parts.path)
            if parts.hostname != "127.0.0.1" or endpoint is None or endpoint in seen or endpoint == "static":
                continue
            if "csv" in href or "xlsx" in href or "sign_out" in endpoint:
                continue
            seen.add(endpoint)
            queue.append(href)


def take_picture(page: Page, name: str) -> None:
    """Keep a picture to look at, when asked to by KCC_PICTURES."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{PICTURES}/{name}.png")


@pytest.fixture(scope="module")
def judged() -> set[str]:
    """Views that were judged under an earlier role: the same page need not be judged eight times."""
    return set()


def judge(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands: in both themes, and on a telephone."""
    faults = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found = axe_violations(page, colours_only=theme == "dark")
        faults += [f"{name} {theme}: {fault}" for fault in found]
        take_picture(page, f"{name}-{theme}")
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        faults.append(f"{name}: {wide} px too wide at 390")
    take_picture(page, f"{name}-narrow")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    return faults


@pytest.fixture
def tried_import(centre: Centre) -> Iterator[None]:
    """A file that was tried, with a row that was refused: the run, its columns and its refusals have pages of their own."""
    number = uuid.uuid4()
    with psycopg.connect(centre.admin_url, autocommit=True) as admin:
        admin.execute(RUN, {"id": number, "code": centre.account("administrator")["municipalities"][0]})
        yield
        admin.execute("delete from import_refusal where run_id = %s", (number,))
        admin.execute("delete from import_run where id = %s", (number,))


RUN = """
with run as (
  insert into import_run (id, municipality_id, kind, state, dry_run, file_name, file_kept, sha256, size, encoding, separator, columns, filled,
    start_place, start_line, mapping, options, place, line, passes, rows_total, rows_read, added, changed, unchanged, joined, kept, refused,
    removed, left_behind, made_at, started_at, ended_at)
  select %(id)s, id, 'municipalities', 'done', true, 'gemeenten.csv', true, '\\x00', 60, 'utf-8', ',', '{gemcode,naam}', '{2,2}',
    0, 1, '{"code": "gemcode", "name": "naam"}', '{}', 60, 3, 1, 2, 2, 1, 0, 0, 0, 0, 1, 0, 0, now(), now(), now()
  from municipality where short_code = %(code)s returning municipality_id, id)
insert into import_refusal (id, municipality_id, run_id, line, field, code) select gen_random_uuid(), municipality_id, id, 2, 'code', 'missing' from run"""


def start_conversation(page: Page) -> None:
    """Take a call, so that the desk has a conversation to lead to."""
    page.goto("/desk/")
    page.locator('[data-testid="new-conversation"]').click()
    page.wait_for_url(lambda url: "/desk/" in url and not url.endswith("/desk/"))


def cancel_conversation(page: Page) -> None:
    """Leave the agent's desk as it was."""
    page.goto("/desk/")
    page.locator(".conversation").first.click()
    page.locator('[data-testid="cancel-open"]').click()
    page.locator('[data-testid="cancel"]').click()
    page.wait_for_url(lambda url: url.rstrip("/").endswith("/desk"))


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_accessible_in_both_themes(
    role: str, centre: Centre, app: Flask, sign_in: Callable[..., Page], judged: set[str], tried_import: None
) -> None:
    page = sign_in(centre.account(role))
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: script {error}"))
    page.on("console", lambda m: faults.append(f"{page.url}: console {m.text}") if m.type == "error" else None)
    if role == "agent":
        start_conversation(page)
    visited: list[str] = []
    for endpoint in pages_of(app, page, centre.address + "/"):
        if not visited or endpoint not in judged:
            faults += judge(page, f"{role}-{endpoint}")
            judged.add(endpoint)
        visited.append(endpoint)
    if role == "agent":
        cancel_conversation(page)
    assert set(visited) >= MUST_SEE.get(role, {visited[0]}), visited
    assert not faults, "\n".join(faults)


def test_strangers_pages_are_accessible(centre: Centre, browser: Browser) -> None:
    size = {"width": 1440, "height": 900}
    with browser.new_context(base_url=centre.address, viewport=size, locale="nl-NL") as context:  # type: ignore[arg-type]
        page = context.new_page()
        faults = []
        for path in ("/nothing-here", "/sign-in"):
            page.goto(path)
            faults += judge(page, "stranger-" + path.strip("/"))
        account = next(entry for entry in centre.accounts if entry["totp_secret"])
        page.fill("input[name=email]", account["email"])
        page.fill("input[name=password]", account["password"])
        page.click("main button[type=submit]")
        page.wait_for_selector("input[name=code]")
        faults += judge(page, "stranger-second-factor")
    assert not faults, "\n".join(faults)


def test_setting_a_second_factor_is_accessible(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("editor", totp_secret=None))
    page.goto("/account/second-factor")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector("main input[name=code]")
    faults = judge(page, "editor-second-factor-offer")
    assert not faults, "\n".join(faults)


def test_the_roster_of_a_week_prints_as_one_wide_sheet(centre: Centre, sign_in: Callable[..., Page]) -> None:
    page = sign_in(centre.account("supervisor"))
    page.goto("/roster/")
    sheets = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", page.pdf(prefer_css_page_size=True))
    assert [float(width) > float(height) for width, height in sheets] == [True]
    page.emulate_media(media="print")
    assert page.get_by_text("afgedrukt").is_visible()
    assert page.locator(".page form:visible, .page button:visible, .page details:visible").count() == 0
