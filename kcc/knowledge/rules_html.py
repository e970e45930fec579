"""HTML of answers from outside as the Markdown that articles are written in: headings, lists, links, tables, no more."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

HEADINGS = {"h1": "## ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "#### ", "h6": "#### "}
BLOCKS = frozenset({"p", "div", "section", "blockquote", "caption", *HEADINGS})
SKIPPED = frozenset({"script", "style", "template", "iframe", "object", "head", "title"})
LINK_STARTS = ("https://", "http://", "mailto:", "tel:")

_BLANKS = re.compile(r"\s+")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")
_STARTS_LIKE_A_MARK = re.compile(r"^(#{1,6}|[-+]|\d+(?=[.)]))(?=[\s.)]|$)")


def html_to_markdown(html: str, base_url: str = "") -> str:
    """The same text in Markdown; a bare line between paragraphs is a heading, as these answers mean it.

    Never raises. Links stay when they lead to the web, a mailbox or a telephone; scripts and styles are left out.
    """
    converter = _Converter(base_url)
    converter.feed(html)
    converter.close()
    return converter.result()


class _Converter(HTMLParser):
    """Collects blocks of Markdown, separated by blank lines; list items and table rows follow each other directly."""

    def __init__(self, base_url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base_url = base_url
        self.blocks: list[tuple[str, str]] = []
        self.text = ""
        self.prefix: str | None = None
        self.lists: list[int | None] = []
        self.links: list[str | None] = []
        self.row: list[str] | None = None
        self.rows = 0
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SKIPPED:
            self.skipping += 1
        elif tag in HEADINGS and self.lists:
            self.text += "**"  # an item keeps its bullet
        elif tag in BLOCKS:
            self._open(HEADINGS.get(tag, ""))
        elif tag in ("ul", "ol"):
            self._end_block()
            self.lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._open(self._bullet())
        elif tag == "table":
            self._end_block()
            self.rows = 0
        elif tag == "tr":
            self._end_block()
            self.row = []
        elif tag == "br":
            self.text += " " if self.row is not None or self.lists else "\\\n"
        else:
            self._start_inline(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in SKIPPED:
            self.skipping = max(0, self.skipping - 1)
        elif tag in HEADINGS and self.lists:
            self._end_mark("**")
            self.text += " "
        elif tag in BLOCKS or tag == "li":
            if self.row is None:
                self._end_block()
        elif tag in ("ul", "ol"):
            self._end_block()
            if self.lists:
                self.lists.pop()
        elif tag in ("td", "th") and self.row is not None:
            self.row.append(self._taken())
        elif tag == "tr":
            self._end_row()
        else:
            self._end_inline(tag)

    def handle_data(self, data: str) -> None:
        if self.skipping:
            return
        words = _BLANKS.sub(" ", data)
        if not words.strip() and (not self.text or self.text.endswith((" ", "\n"))):
            return
        if self.prefix is None and self.row is None and not self.text:
            words = words.lstrip()
        self.text += _SPECIAL.sub(r"\\\1", words)

    def result(self) -> str:
        """All blocks, with blank lines between them but not within a list or a table."""
        self._end_block()
        written = ""
        kind_before = ""
        for kind, text in self.blocks:
            between = "\n" if kind and kind == kind_before else "\n\n"
            written += (between if written else "") + text
            kind_before = kind
        return written.strip()

    def _start_inline(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in ("strong", "b", "em", "i"):
            self.text += "**" if tag in ("strong", "b") else "*"
        elif tag == "a":
            try:
                target = urljoin(self.base_url, (attrs.get("href") or "").strip())
            except ValueError:
                target = ""
            good = target.startswith(LINK_STARTS) and not re.search(r"[\s<>()\\]", target)
            self.links.append(target if good else None)
            self.text += "[" if good else ""

    def _end_inline(self, tag: str) -> None:
        if tag in ("strong", "b", "em", "i"):
            self._end_mark("**" if tag in ("strong", "b") else "*")
        elif tag == "a" and self.links:
            target = self.links.pop()
            self.text += f"]({target})" if target else ""

    def _bullet(self) -> str:
        indent = "    " * max(0, len(self.lists) - 1)
        number = self.lists[-1] if self.lists else None
        if number is not None:
            self.lists[-1] = number + 1
        return f"{indent}{number}. " if number is not None else f"{indent}- "

    def _open(self, prefix: str) -> None:
        # A paragraph inside a list item or a table cell belongs to it.
        if self.row is not None or (self.prefix is not None and not self.text.strip() and not prefix):
            return
        self._end_block()
        self.prefix = prefix

    def _end_mark(self, mark: str) -> None:
        # Markdown knows no blank within its marks and no empty emphasis.
        trimmed = self.text.rstrip(" ")
        if trimmed.endswith(mark):
            self.text = trimmed.removesuffix(mark)
        else:
            self.text = trimmed + mark + (" " if trimmed != self.text else "")

    def _taken(self) -> str:
        text, self.text = self.text.strip().removesuffix("\\").strip(), ""
        return text

    def _end_block(self) -> None:
        if self.row is not None:
            return
        text = self._taken()
        bare = self.prefix is None
        prefix, self.prefix = self.prefix, None
        if not text:
            return
        text = (
            _STARTS_LIKE_A_MARK.sub(r"\\\1", text)
            if not text[0].isdigit()
            else re.sub(r"^(\d+)([.)]\s)", r"\1\\\2", text)
        )
        if self.lists:
            inner = prefix if prefix and prefix.strip() else "    " * len(self.lists)
            self.blocks.append(("list", f"{inner}{text}"))
        elif bare and len(text) < 120 and not text.endswith((".", ":", "!")):
            self.blocks.append(("", f"## {text}"))
        else:
            self.blocks.append(("", f"{prefix or ''}{text}"))

    def _end_row(self) -> None:
        if self.row is None:
            return
        cells, self.row = self.row, None
        if not cells:
            return
        self.blocks.append(("table", f"| {' | '.join(cells)} |"))
        if self.rows == 0:
            self.blocks.append(("table", f"|{' --- |' * len(cells)}"))
        self.rows += 1
