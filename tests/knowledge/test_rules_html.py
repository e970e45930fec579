"""Answers from outside as Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.knowledge.rules import render
from kcc.knowledge.rules_html import html_to_markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>Eén.</p><p>Twee.</p>", "Eén.\n\nTwee."),
        ("Kop zonder teken\n<p>Tekst.</p>", "## Kop zonder teken\n\nTekst."),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n    - c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<ul><li><h3>Plicht</h3>U moet.</li></ul>", "- **Plicht** U moet."),
        ('<p><a href="/x">hier</a> en <a href="javascript:x">daar</a></p>', "[hier](https://rijk.example/x) en daar"),
        ("<p>2 * 3 en [x]</p>", "2 \\* 3 en \\[x\\]"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
        ),
        ("<script>alert(1)</script><p>Tekst.</p>", "Tekst."),
        ("", ""),
    ],
)
def test_each_kind_of_html_has_its_markdown(html: str, markdown: str) -> None:
    assert html_to_markdown(html, "https://rijk.example/") == markdown


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_html_breaks_it_and_nothing_dangerous_comes_through(text: str) -> None:
    html = render(html_to_markdown(f"<p><a href='{text}'>{text}</li></table>"), {}).html
    assert "<script" not in html.lower() and 'href="javascript' not in html.lower()
