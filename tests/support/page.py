"""A browser for tests that judges every page it gets: valid HTML, one heading, labels, ids, CSRF, and a query budget."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import html5lib
import sqlalchemy as sa
from bs4 import BeautifulSoup, Tag
from flask import Flask, g, has_app_context
from werkzeug.test import TestResponse

from kcc.core.db import db

QUERY_BUDGET = 12
CANARY = "kanariegeel"
"""A word that look-alike rows of towns out of sight carry: it must never be shown."""
HARMLESS = {"expected-doctype-but-got-start-tag", "invalid-codepoint"}
INLINE = {"style", "onclick", "onchange", "onsubmit"}
PLAIN_WORDS = re.compile(r">[^<>&]*(?=<)")
PLAIN_VALUES = re.compile(r'="[^"<>&]*"')
"""Words and values without a sign that means something in HTML: no fault can stand in them."""
VALID: set[int] = set()


class Page:
    """One person's browser; after each request ``soup`` is what it shows."""

    def __init__(self, app: Flask, secret: str | None) -> None:
        self.app = app
        self.client = app.test_client()
        if secret:
            self.client.set_cookie("kcc_session", secret)
        self.response: TestResponse | None = None
        self.soup = BeautifulSoup("", "html.parser")
        self.queries: list[str] = []
        self.sent: tuple[str, dict[str, Any]] = ("", {})

    def get(
        self, url: str, *, status: int = 200, follow: bool = True, fragment: bool = False, judge: bool = True
    ) -> Page:
        """Visit a page; with ``fragment`` as htmx would."""
        headers = {"HX-Request": "true"} if fragment else {}
        with self._counted():
            self.response = self.client.get(url, headers=headers, follow_redirects=follow)
        return self._arrived(status, judge=judge and not fragment, fragment=fragment)

    def post(
        self, url: str, data: dict[str, Any] | None = None, *, status: int = 200, follow: bool = True, judge: bool = True,
        headers: dict[str, str] | None = None,
    ) -> Page:  # fmt: skip
        """Send values as they are; ``submit`` fills in a form of the page instead."""
        self.sent = (url, dict(data or {}))
        with self._counted():
            self.response = self.client.post(url, data=data or {}, follow_redirects=follow, headers=headers or {})
        return self._arrived(status, judge=judge and "<html" in self.text, fragment=False, budget=False)

    def submit(
        self, selector: str = "main form", *, button: str | None = None, status: int = 200, **values: Any
    ) -> Page:
        """Fill in a form of the page (hidden fields and defaults included) and send it."""
        form = self.soup.select_one(selector)
        assert form is not None, f"no form {selector}"
        data: dict[str, Any] = {}
        for control in form.select("input[name], select[name], textarea[name]"):
            _take(control, data)
        if button:
            pressed = form.select_one(f'button[value="{button}"], button[name="{button}"]')
            assert pressed is not None, f"no button {button}"
            data[str(pressed.get("name"))] = pressed.get("value", "")
        data.update(values)
        action = str(form.get("action") or self.path)
        if str(form.get("method", "get")).lower() == "get":
            with self._counted():
                self.response = self.client.get(action, query_string=data, follow_redirects=True)
            return self._arrived(status, judge=True, fragment=False)
        return self.post(action, data, status=status)

    @property
    def text(self) -> str:
        """The page as it came."""
        assert self.response is not None
        return self.response.get_data(as_text=True)

    @property
    def path(self) -> str:
        """Where the browser is."""
        assert self.response is not None
        return self.response.request.full_path.rstrip("?")

    def by_testid(self, name: str) -> Tag:
        """The element that scripts find by this name."""
        found = self.soup.select_one(f'[data-testid="{name}"]')
        assert found is not None, f"no element with data-testid {name}"
        return found

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.queries = []
        forget_context()

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            self.queries.append(statement)

        with self.app.app_context():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    def _arrived(self, status: int, *, judge: bool, fragment: bool, budget: bool = True) -> Page:
        assert self.response is not None
        assert self.response.status_code == status, f"{self.path}: {self.response.status_code}\n{self.text[:2000]}"
        if "html" in (self.response.content_type or ""):
            self.soup = BeautifulSoup(self.text, "html.parser")
            assert CANARY not in self.text, f"{self.path} shows another municipality's text"
            if judge:
                judge_page(self.text, self.soup, self.path)
        if budget and status == 200:
            hops = len(self.response.history) + 1
            assert len(self.queries) <= QUERY_BUDGET * hops, f"{self.path}: {len(self.queries)} queries\n" + "\n".join(
                q[:110] for q in self.queries
            )
        return self


def forget_context() -> None:
    """Empty ``g``: within a test's application context all requests share it, tokens of other browsers included."""
    if has_app_context():
        for name in list(g):
            g.pop(name)


def _take(control: Tag, data: dict[str, Any]) -> None:
    name, kind = str(control["name"]), str(control.get("type", "text"))
    if kind in ("checkbox", "radio"):
        if control.has_attr("checked"):
            data[name] = control.get("value", "y")
    elif control.name == "select":
        chosen = control.select_one("option[selected]") or control.select_one("option")
        data[name] = str(chosen.get("value", "")) if chosen else ""
    elif control.name == "textarea":
        data[name] = control.text.lstrip("\n")
    elif kind not in ("submit", "button", "file"):
        data[name] = control.get("value", "")


def judge_page(text: str, soup: BeautifulSoup, path: str) -> None:
    """Assert what must hold on every page."""
    _judge_markup(text, path)
    tags = soup.find_all(True)
    named = Counter(tag.name for tag in tags)
    assert named["h1"] == 1, f"{path}: {named['h1']} h1"
    assert soup.title and soup.title.text.strip(), f"{path}: no title"
    ids = Counter(str(tag["id"]) for tag in tags if tag.has_attr("id"))
    assert not ids or max(ids.values()) == 1, f"{path}: ids twice {sorted(i for i in ids if ids[i] > 1)}"
    labels = {tag.get("for") for tag in tags if tag.name == "label"}
    for tag in tags:
        assert not INLINE & tag.attrs.keys(), f"{path}: inline style or handler in {tag.name}"
        if tag.name == "script":
            assert tag.has_attr("nonce"), f"{path}: script without nonce"
        elif tag.name in ("input", "select", "textarea") and tag.get("type") not in ("hidden", "submit"):
            labelled = tag.get("aria-label") or tag.get("aria-labelledby") or tag.find_parent("label")
            assert labelled or tag.get("id") in labels - {None}, f"{path}: control without label {tag.get('name')}"
        elif tag.name == "form" and str(tag.get("method", "get")).lower() == "post":
            assert tag.find("input", attrs={"name": "csrf_token"}), f"{path}: form without CSRF token"


def _judge_markup(text: str, path: str) -> None:
    """Valid HTML, as a browser's own rules have it. Pages that differ in plain words only are judged once."""
    markup = hash(PLAIN_VALUES.sub('=""', PLAIN_WORDS.sub(">", text)))
    if markup in VALID:
        return
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    faults = [(place, code, values) for place, code, values in parser.errors if code not in HARMLESS]
    assert not faults, f"{path}: HTML {faults[:4]}"
    VALID.add(markup)
