"""Who stands in for somebody who is away, and what cannot wait."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.people.rules_absence import cannot_wait, is_away, stand_in

WHO = st.integers(1, 7)


@given(WHO, st.dictionaries(WHO, st.none() | WHO, max_size=7), st.sets(WHO))
def test_the_first_of_the_chain_who_is_there_stands_in_and_never_the_one_who_is_away(
    absent: int, deputies: dict[int, int | None], there: set[int]
) -> None:
    found = stand_in(absent, deputies, there)
    chain: list[int] = []
    each = deputies.get(absent)
    while each is not None and each != absent and each not in chain:
        chain.append(each)
        each = deputies.get(each)
    assert found == next((one for one in chain if one in there), None)
    assert found != absent


def test_somebody_is_away_up_to_and_including_the_last_day() -> None:
    assert is_away(date(2026, 12, 3), date(2026, 12, 3))
    assert not is_away(date(2026, 12, 3), date(2026, 12, 4))
    assert not is_away(None, date(2026, 12, 4))


@pytest.mark.parametrize(
    ("due_on", "next_on", "moves"),
    [
        (date(2026, 12, 3), None, True),
        (date(2026, 12, 4), None, False),
        (date(2026, 12, 9), date(2026, 12, 2), True),
        (date(2026, 12, 9), date(2026, 12, 5), False),
        (date(2026, 11, 1), date(2026, 12, 5), True),
    ],
)
def test_what_is_due_or_planned_before_they_are_back_cannot_wait(
    due_on: date, next_on: date | None, moves: bool
) -> None:
    assert cannot_wait(date(2026, 12, 3), due_on, next_on) is moves
