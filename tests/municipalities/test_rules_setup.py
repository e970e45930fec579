"""What a town's set-up may be, field by field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.municipalities import rules_setup as rules

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("kind", "given_as", "kept"),
    [
        ("phone", "14 0181", "+31140181"),
        ("phone", "0181 331 111", "+31181331111"),
        ("phone", "+31 (181) 33.11-11", "+31181331111"),
        ("phone", "0031181331111", "+31181331111"),
        ("mailbox", "Info@Hellevoetsluis.NL", "info@hellevoetsluis.nl"),
        ("counter", "Balie-Stadhuis", "balie-stadhuis"),
    ],
)
def test_an_address_has_one_spelling(kind: str, given_as: str, kept: str) -> None:
    assert rules.address(kind, given_as) == kept
    assert rules.address(kind, kept) == kept


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rsin", "001891417"), ("oin", "00000001001891417000"), ("oin", "123"), ("cbs_code", "12345"), ("short_code", "H"),
        ("accent", 13), ("name", "  "), ("joined_on", "2026-02-30"), ("christmas_eve_closes_at", "25:00"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.checked("municipality", {name: value})
    assert refused.value.field == name


def test_numbers_of_an_organisation_are_checked_as_their_issuers_do() -> None:
    fine = rules.checked("municipality", {"rsin": "111222333", "oin": "00000001111222333000", "cbs_code": "530"})
    assert fine == {"rsin": "111222333", "oin": "00000001111222333000", "cbs_code": "0530"}


@settings(max_examples=50)
@given(st.sampled_from(sorted(rules.CHECKS)), st.data())
def test_whatever_is_given_is_kept_the_same_twice_or_refused(kind: str, data: st.DataObject) -> None:
    values = data.draw(st.dictionaries(st.sampled_from(sorted(rules.CHECKS[kind])), JSON, max_size=4))
    try:
        kept = rules.checked(kind, values)
    except InvalidInput:
        return
    assert rules.checked(kind, kept) == kept


@settings(max_examples=50)
@given(JSON, JSON)
def test_weeks_and_days_and_routes_never_fail_otherwise(week: Any, days: Any) -> None:
    for check, value in ((rules.week, week), (rules.checked_days, days), (rules.checked_routes, days)):
        try:
            check(value)  # type: ignore[operator]
        except InvalidInput:
            pass
