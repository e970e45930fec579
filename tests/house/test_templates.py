"""Templates compile, trust nothing, and keep script and style out of the page."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import nodes

from tests.house.code import TEMPLATES

FILES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt"))
UNSAFE = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(", re.IGNORECASE)
INLINE = re.compile(r"""<[^>]*?\s(style|on[a-z]+)\s*=\s*["']""", re.IGNORECASE)


GUIDE = "components/guide.html"
"""The page that shows the components: it sends nothing."""
OWN_SHAPES = "{{ _shapes[name] | safe }}"
"""The lines of the icons are written in the same file; nothing from outside gets there."""


def text_of(name: str) -> str:
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(), flags=re.S)


@pytest.mark.parametrize("name", FILES)
def test_it_compiles(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)


def test_no_template_trusts_text_from_outside() -> None:
    assert [name for name in FILES if UNSAFE.search(text_of(name).replace(OWN_SHAPES, ""))] == []


def test_no_template_has_inline_style_or_handlers() -> None:
    assert [name for name in FILES if INLINE.search(text_of(name))] == []


def test_every_script_carries_the_nonce() -> None:
    found = [name for name in FILES for tag in re.findall(r"<script\b[^>]*>", text_of(name)) if "csp_nonce" not in tag]
    assert found == []


def test_every_imported_macro_is_used(app: Flask) -> None:
    found = []
    for name in (file for file in FILES if file != GUIDE):
        tree = app.jinja_env.parse(text_of(name))
        used = {node.name for node in tree.find_all(nodes.Name)}
        for node in tree.find_all(nodes.FromImport):
            names = [item if isinstance(item, str) else item[1] for item in node.names]
            found += [f"{name}: {item}" for item in names if item not in used]
        found += [f"{name}: {node.target}" for node in tree.find_all(nodes.Import) if node.target not in used]
    assert found == []


def test_every_posting_form_carries_its_tokens() -> None:
    found = []
    for name in FILES:
        for form in re.findall(r"<form\b.*?</form>", text_of(name), flags=re.S | re.IGNORECASE):
            posts = re.search(r"method=[\"']post", form, flags=re.IGNORECASE)
            if posts and name != GUIDE and not re.search(r"hidden_tag|csrf_token|\bhidden\(", form):
                found.append(name)
    assert found == []


def test_every_control_written_by_hand_has_a_label() -> None:
    found = []
    for name in FILES:
        if name.startswith("components/"):
            continue  # macros take the label from the field; every page that uses them is judged in its own tests
        soup = BeautifulSoup(re.sub(r"\{%.*?%\}", "", text_of(name), flags=re.S), "html.parser")
        for control in soup.select("input:not([type=hidden]):not([type=submit]), select, textarea"):
            labelled = control.get("aria-label") or control.get("aria-labelledby") or control.find_parent("label")
            labelled = labelled or (control.get("id") and soup.select_one(f'label[for="{control["id"]}"]'))
            if not labelled:
                found.append(f"{name}: {control.get('name')}")
    assert found == []
