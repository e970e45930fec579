"""Hours as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.municipalities.rules_setup import week as checked_week
from kcc.setup.rules import blocks_text, parse_blocks, parse_week, week_text

TIMES = st.times().map(lambda at: at.strftime("%H:%M"))


@pytest.mark.parametrize(
    ("typed", "blocks"),
    [
        ("", []), ("gesloten", []), ("9-12", [["09:00", "12:00"]]), ("8.30 – 17.00", [["08:30", "17:00"]]),
        ("08:30-12:00, 13 tot 17", [["08:30", "12:00"], ["13:00", "17:00"]]), ("9-12 en 13-16", [["09:00", "12:00"], ["13:00", "16:00"]]),
    ],
)  # fmt: skip
def test_hours_are_read_as_they_are_written(typed: str, blocks: list[list[str]]) -> None:
    assert parse_blocks(typed) == blocks


@pytest.mark.parametrize("typed", ["ochtend", "9", "9-", "9-12-15", "٩-١٢"])
def test_what_is_no_block_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        parse_blocks(typed)


def test_a_week_in_one_line() -> None:
    week = parse_week("ma-vr 09:00-12:00; za 10-11, 13-14")
    assert sorted(week) == ["0", "1", "2", "3", "4", "5"]
    assert week_text(week) == "ma-vr 09:00-12:00; za 10:00-11:00, 13:00-14:00"
    for typed in ("elke dag 9-12", "ma-xx 9-12", "9-12"):
        with pytest.raises(InvalidInput):
            parse_week(typed)


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from("0123456"), st.lists(TIMES, min_size=2, max_size=2, unique=True).map(sorted)))
def test_what_is_shown_is_read_again_the_same(days: dict[str, list[str]]) -> None:
    week = {day: [block] for day, block in days.items()}
    assert checked_week(parse_week(week_text(week))) == checked_week(week)
    assert all(parse_blocks(blocks_text(blocks)) == blocks for blocks in week.values())
