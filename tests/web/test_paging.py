"""Positions in lists: packed, unpacked, and harmless when broken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from kcc.web.paging import pack, page_of, unpack


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_what_is_packed_comes_back(values: list[str]) -> None:
    assert unpack(pack(*values)) == values


@given(st.text())
def test_a_broken_position_never_raises(word: str) -> None:
    result = unpack(word)
    assert result is None or isinstance(result, list)


def test_moments_are_packed_for_machines() -> None:
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert unpack(pack(at)) == [at.isoformat()]


@pytest.mark.parametrize(("rows", "more"), [(25, False), (26, True)])
def test_there_is_a_next_page_only_when_there_is_more(app: Flask, rows: int, more: bool) -> None:
    with app.test_request_context("/tickets/?status=open"):
        page = page_of(list(range(rows)), 25, lambda row: (row,))
    assert len(page.rows) == 25 and (page.next_url is not None) is more
    if page.next_url:
        assert "status=open" in page.next_url
