"""The kiosk on paper: its secret, and what is said of the wait."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from kcc.channels import rules_kiosk as rules


def test_a_secret_is_of_one_kiosk_and_one_installation() -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    assert rules.secret_of(b"k" * 32, first) == rules.secret_of(b"k" * 32, first)
    assert len({rules.secret_of(key, of) for key in (b"k" * 32, b"l" * 32) for of in (first, second)}) == 4
    assert len(rules.secret_of(b"k" * 32, first)) == 43


def test_nothing_is_said_when_too_few_were_called() -> None:
    assert rules.expected_minutes(0, rules.FEWEST_CALLED - 1) is None


@given(before=st.integers(0, 500), called=st.integers(rules.FEWEST_CALLED, 500))
def test_the_wait_is_never_said_to_be_shorter_than_the_pace_of_the_hour_gives(before: int, called: int) -> None:
    said = rules.expected_minutes(before, called)
    assert said is not None and said % 5 == 0
    assert said >= (before + 1) * 60 / called
    assert said - 5 < max((before + 1) * 60 / called, 5)
