"""HTML of a mail: made harmless for a sandboxed frame, and turned into plain text. Nothing in it may load anything."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser

import nh3

TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "div", "dl", "dt", "em", "font",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "del", "li", "ol", "p", "pre", "q", "s", "small", "span", "strike",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
    "ol": {"start"},
}
GONE = {
    "script",
    "style",
    "head",
    "title",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "select",
    "textarea",
}
DEEPEST = 300
VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
DATA = "data:image/"
BLOCKS = {
    "p",
    "div",
    "br",
    "tr",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "table",
    "ul",
    "ol",
    "hr",
    "pre",
    "dt",
    "dd",
}
SILENT = {"script", "style", "head", "title", "template", "noscript"}


def is_nested_too_deep(html: str) -> bool:
    """Whether more elements stand open inside each other than any letter has: cleaning takes time with their square."""
    depth = 0
    for found in re.finditer(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", html):
        if found[2].lower() in VOID:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        # Paragraphs, cells and items need not be closed, so that many of them may seem to be nested.
        if depth > DEEPEST and found[2].lower() not in ("p", "li", "td", "tr", "th", "dd", "dt", "option"):
            return True
    return depth > DEEPEST * 30


def clean_html(html: str, pictures: Mapping[str, tuple[str, bytes]]) -> tuple[str, int]:
    """HTML without anything that runs or loads, and how many outside pictures were left out.

    ``pictures`` are those that came with the mail, by their Content-ID: format and bytes; they are put in as data.
    Links keep to http, https, mailto and tel and say nothing about where the reader comes from.
    """
    blocked = 0

    def attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal blocked
        if tag != "img" or name != "src":
            return value
        reference = value.strip()
        if reference.lower().startswith("cid:"):
            found = pictures.get(unescape(reference[4:]).strip("<> "))
            if found:
                return f"{DATA}{found[0]};base64,{base64.b64encode(found[1]).decode()}"
        blocked += 1
        return None

    cleaned = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=GONE,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        link_rel="noopener noreferrer nofollow",
    )
    # Links may not be data; nh3 knows schemes for all attributes together.
    cleaned = re.sub(r'(<a\b[^>]*?\bhref=")(?:data|cid):[^"]*"', r'\1#"', cleaned, flags=re.IGNORECASE)
    # In the frame nothing may be opened in the frame itself: the page around it would seem to say it.
    cleaned = re.sub(r"<a (?=[^>]*\bhref=)", '<a target="_blank" ', cleaned)
    return cleaned, blocked


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self.silent += 1
        elif tag in BLOCKS:
            self.pieces.append("\n- " if tag == "li" else "\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(re.sub(r"\s+", " ", data))


def text_of_html(html: str) -> str:
    """The words of a page in reading order, blocks on lines of their own."""
    words = _Words()
    try:
        words.feed(html)
        words.close()
    except Exception:  # a parser that gives up has still read what came before
        words.pieces.append("")
    text = "".join(words.pieces)
    text = "\n".join(line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
