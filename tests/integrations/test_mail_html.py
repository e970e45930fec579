"""HTML of mail: nothing in what is left runs or loads."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from kcc.integrations.mail_html import ATTRIBUTES, TAGS, clean_html, is_nested_too_deep, text_of_html

DANGERS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<svg onload=alert(1)>",
    "<iframe src=//x></iframe>", "<style>@import 'https://x'</style>", "<link rel=stylesheet href=//x>", "<base href=//x>",
    "<form action=//x><input></form>", "<meta http-equiv=refresh content='0;url=//x'>", "<div style='background:url(//x)'>x</div>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>", "<table background=//x><td background=//x>", "<math><mi//xlink:href='data:x,1'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>", "<img src='https://x/p.gif'>", "<img srcset='//x 2x'>", "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<video src=//x poster=//x>", "<body onload=alert(1)>", "<a href='\x01javascript:alert(1)'>x</a>", "<img src='cid:onbekend'>",
]  # fmt: skip


@pytest.mark.parametrize("html", DANGERS)
def test_what_runs_or_loads_is_gone(html: str) -> None:
    cleaned, _blocked = clean_html(f"<p>voor</p>{html}<p>na</p>", {})
    for element in BeautifulSoup(cleaned, "html.parser").find_all(True):
        assert element.name in TAGS
        allowed = ATTRIBUTES.get(element.name, set()) | ({"target", "rel"} if element.name == "a" else set())
        assert set(element.attrs) <= allowed, cleaned
        for name in ("src", "href"):
            assert not element.has_attr(name) or re.match(
                r"(https?|mailto|tel):|#|data:image/(png|gif|jpeg);base64,", str(element[name])
            )
    assert "//x" not in re.sub(r'href="https?://[^"]*"', "", cleaned)


def test_links_open_elsewhere_and_say_nothing_of_where_they_were() -> None:
    cleaned, _blocked = clean_html("<a href='https://example.nl/x'>site</a>", {})
    link = BeautifulSoup(cleaned, "html.parser").a
    assert link is not None and link["target"] == "_blank" and "noreferrer" in str(link["rel"])


def test_pictures_that_came_along_are_put_in_and_the_rest_counted() -> None:
    cleaned, blocked = clean_html(
        "<img src='cid:a@b'><img src='http://x/y'><img src='cid:weg'>", {"a@b": ("png", b"\x89PNG")}
    )
    assert cleaned.count("data:image/png;base64,iVBORw==") == 1 and blocked == 2


def test_words_come_in_reading_order() -> None:
    html = "<style>x{}</style><h1>Kop</h1><p>Een  <b>twee</b></p><ul><li>drie<li>vier</ul><table><tr><td>a<td>b</table>"
    assert text_of_html(html) == "Kop\n\nEen twee\n\n- drie\n- vier\n\na b"


def test_depth_that_no_letter_has_is_seen() -> None:
    assert is_nested_too_deep("<div>" * 1000) and not is_nested_too_deep("<p>x" * 1000 + "<br>" * 5000)
