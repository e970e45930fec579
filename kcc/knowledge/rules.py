"""Articles as readers get them: variables filled in, Markdown made safe HTML, the found words marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from kcc.core.cleaning import clean_text
from kcc.core.errors import InvalidInput
from kcc.core.search_text import index_terms, to_tsquery_text

NOT_FILLED_IN = "(niet ingevuld)"
TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "br", "hr", "blockquote", "code", "pre",
        "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
LONGEST_QUERY = 400
WORDS_SCANNED = 1500
WORDS_BEFORE = 6
WORDS_SHOWN = 28
LARGEST_NUMBER_OF_VARIABLES = 60

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]{1,60})\s*\}\}")
_NAME = re.compile(r"[\w.-]{1,60}")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^\|?[-| :]{3,}$|^[ \t]*(?:#{1,6}|[-*+]|\d+[.)]|>)[ \t]+|(?<!\\)[*_`|]{1,3}", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>|#.+-])")
_HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


class Status(StrEnum):
    """What readers get to see of an article."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Rendered:
    """Safe HTML, and the names of variables for which this municipality has no value."""

    html: Markup
    missing: tuple[str, ...]


def render(body: str, variables: Mapping[str, str], missing_text: str = NOT_FILLED_IN) -> Rendered:
    """Markdown as HTML that holds nothing but text, headings, lists, tables and links; HTML in the text stays text.

    ``{{ name }}`` gets its value from ``variables``, as plain text; a name without value shows ``missing_text``.
    """
    filled, missing = fill_in(body, variables, missing_text, escaped=True)
    tokens = _markdown.parse(filled)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"})
    return Rendered(Markup(clean), missing)


def fill_in(
    text: str, variables: Mapping[str, str], missing_text: str = NOT_FILLED_IN, *, escaped: bool = False
) -> tuple[str, tuple[str, ...]]:
    """The text with its variables' values, and the names that have none; ``escaped`` for use within Markdown."""
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        given = str(variables.get(found[1]) or "").strip()
        if not given:
            missing[found[1]] = None
            return missing_text
        return _SPECIAL.sub(r"\\\1", given) if escaped else given

    return _PLACEHOLDER.sub(value, text), tuple(missing)


def names_in(text: str) -> list[str]:
    """The names of the variables that a text asks for, each once, in reading order."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def values_for(*layers: Mapping[str, object] | None) -> dict[str, str]:
    """One set of values out of several, the first of which goes before the next; empty values count as absent."""
    values: dict[str, str] = {}
    for layer in layers:
        for name, value in (layer or {}).items():
            if str(value or "").strip():
                values.setdefault(name, str(value))
    return values


def plain_text(body: str) -> str:
    """Markdown without its marks, for a note or a search result."""
    bare = _MARKS.sub("", _LINK.sub(r"\1", body.replace("\\|", "/")))
    return re.sub(r"\n{3,}", "\n\n", _ESCAPED.sub(r"\1", bare)).strip()


def parse_variables(text: str) -> dict[str, str]:
    """Lines such as 'prijs = € 12,50' as names and values. Raises InvalidInput with the number of a wrong line."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, mark, value = (part.strip() for part in line.partition("="))
        if not mark or not _NAME.fullmatch(name):
            raise InvalidInput("Schrijf op elke regel een naam, een = en een waarde.", field="variables", line=number)
        if len(value) > 400:
            raise InvalidInput("Een waarde is hoogstens 400 tekens.", field="variables", line=number)
        values[name] = value
    if len(values) > LARGEST_NUMBER_OF_VARIABLES:
        raise InvalidInput("Dit zijn te veel waarden voor één artikel.", field="variables")
    return values


def write_variables(values: Mapping[str, object]) -> str:
    """The lines that ``parse_variables`` reads."""
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def is_valid(on: date, valid_from: date | None, valid_until: date | None) -> bool:
    """Whether an article may be used on a day; both ends count."""
    return (valid_from is None or valid_from <= on) and (valid_until is None or on <= valid_until)


def query_words(text: str) -> tuple[str, str, str]:
    """What was typed as a query for all words, one for any word, and as it is for what looks alike.

    Words beyond the first 400 characters are left out: nobody looks for them.
    """
    cut = text[: LONGEST_QUERY + 1]
    typed = clean_text(cut, multiline=False)[:LONGEST_QUERY] + (" " if cut[-1:].isspace() else "")
    words = typed.split()
    half_typed = bool(words) and not typed[-1:].isspace()
    last = len(words) - 1
    each = [to_tsquery_text(word, prefix_last=half_typed and n == last) for n, word in enumerate(words)]
    any_word = " | ".join(dict.fromkeys(f"({clause})" for clause in each if clause))
    return to_tsquery_text(typed), any_word, " ".join(words)


def snippet(text: str, query: str) -> Markup:
    """The place in a plain text where the first word of the query stands, its words in <mark>."""
    typed = query[:LONGEST_QUERY].lower()
    wanted = frozenset(index_terms(typed))
    words = text.split()[:WORDS_SCANNED]
    start_of_last = typed.split()[-1] if typed.strip() and not typed[-1:].isspace() else ""
    half_typed = start_of_last if len(start_of_last) > 2 else ""

    def hit(word: str) -> bool:
        return not wanted.isdisjoint(index_terms(word)) or bool(half_typed and word.lower().startswith(half_typed))

    first = next((n for n, word in enumerate(words) if hit(word)), 0)
    begin = max(0, first - WORDS_BEFORE)
    shown = words[begin : begin + WORDS_SHOWN]
    marked = Markup(" ").join(Markup("<mark>{}</mark>").format(word) if hit(word) else escape(word) for word in shown)
    before = "… " if begin else ""
    after = " …" if begin + WORDS_SHOWN < len(words) else ""
    return Markup("{}{}{}").format(before, marked, after)


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """Two texts line by line: pairs of ``same``, ``out`` or ``in`` and the line."""
    kinds = {"  ": "same", "- ": "out", "+ ": "in"}
    lines = difflib.ndiff(old.splitlines(), new.splitlines()) if len(old) + len(new) < 60_000 else _whole(old, new)
    return [(kinds[line[:2]], line[2:]) for line in lines if line[:2] in kinds]


def _whole(old: str, new: str) -> list[str]:
    # ndiff takes quadratic time; texts this long are shown by plain blocks.
    result: list[str] = []
    a, b = old.splitlines(), new.splitlines()
    for kind, a1, a2, b1, b2 in difflib.SequenceMatcher(None, a, b, autojunk=True).get_opcodes():
        if kind == "equal":
            result += [f"  {line}" for line in a[a1:a2]]
        else:
            result += [f"- {line}" for line in a[a1:a2]] + [f"+ {line}" for line in b[b1:b2]]
    return result
