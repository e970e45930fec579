"""Rendering, values, words to look for and differences."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.knowledge import rules


def test_a_value_is_plain_text_and_a_missing_one_is_told() -> None:
    rendered = rules.render("Het kost {{ prijs }}. Bel {{telefoon}}.", {"prijs": "<b>*€ 5*</b>"})
    assert rendered.html == "<p>Het kost &lt;b&gt;*€ 5*&lt;/b&gt;. Bel (niet ingevuld).</p>\n"
    assert rendered.missing == ("telefoon",)


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://x.example/a.png)",
        "[x](data:text/html,x)",
        "<img src=x onerror=y>",
    ],
)
def test_no_script_image_or_strange_link_comes_through(body: str) -> None:
    html = rules.render(body, {}).html.lower()
    assert (
        "<script" not in html and "<img" not in html and 'javascript:alert(1)"' not in html and 'href="data' not in html
    )


def test_the_first_heading_of_a_text_never_competes_with_the_title() -> None:
    assert rules.render("# Kop", {}).html == "<h2>Kop</h2>\n"


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_renders_and_reads_as_plain_text(text: str) -> None:
    assert "<script" not in rules.render(text, {}).html.lower()
    rules.plain_text(text)
    rules.query_words(text)
    rules.snippet(text, text)


def test_earlier_layers_of_values_go_first_and_empty_ones_count_as_absent() -> None:
    assert rules.values_for({"a": "1", "b": " "}, {"a": "2", "b": "3"}, None) == {"a": "1", "b": "3"}


def test_written_variables_read_back_the_same() -> None:
    values = {"prijs": "€ 12,50", "balie": "ma = di"}
    assert rules.parse_variables(rules.write_variables(values)) == values


@pytest.mark.parametrize(
    "text", ["prijs", "= 3", "een naam = 3", "a = " + "x" * 401, "\n".join(f"n{i} = 1" for i in range(61))]
)
def test_variables_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        rules.parse_variables(text)


@pytest.mark.parametrize(
    ("day", "valid"),
    [(date(2026, 1, 1), True), (date(2026, 1, 31), True), (date(2026, 2, 1), False), (date(2025, 12, 31), False)],
)
def test_both_ends_of_the_validity_count(day: date, valid: bool) -> None:
    assert rules.is_valid(day, date(2026, 1, 1), date(2026, 1, 31)) is valid


def test_marks_do_not_reach_a_note() -> None:
    assert rules.plain_text("## Kop\n- **een** [link](https://x.example)\n- 2 \\* 3") == "Kop\neen link\n2 * 3"


def test_a_snippet_starts_near_the_first_word_found() -> None:
    text = " ".join(["woord"] * 50 + ["vergunning", "aanvragen"])
    assert "<mark>vergunning</mark> aanvragen" in rules.snippet(text, "vergunningen ")


def test_a_difference_says_what_went_and_what_came() -> None:
    assert rules.differences("a\nb", "a\nc") == [("same", "a"), ("out", "b"), ("in", "c")]
    assert rules.differences("x\n" * 40_000, "") == [("out", "x")] * 40_000
