"""Kinds, moves and classes of what waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.core.errors import InvalidState
from kcc.routing import rules
from kcc.routing.rules import MOVES, Kind, PriorityClass, State

SINCE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ZONE = "Europe/Amsterdam"


def test_what_is_off_the_queue_never_comes_back() -> None:
    for state in (State.DONE, State.WITHDRAWN):
        for after in State:
            with pytest.raises(InvalidState):
                rules.check_move(state, after)


def test_all_that_waits_can_end() -> None:
    for state in (State.WAITING, State.OFFERED, State.TAKEN):
        assert {State.DONE, State.WITHDRAWN} <= MOVES[state]


def test_a_callback_becomes_urgent_when_three_quarters_of_its_window_have_gone() -> None:
    urgent = rules.urgent_at(
        Kind.CALLBACK, since=SINCE, due_at=None, promise_until=SINCE + timedelta(hours=2), zone=ZONE
    )
    assert urgent == SINCE + timedelta(minutes=90)
    assert rules.class_at(Kind.CALLBACK, 4, urgent, SINCE + timedelta(minutes=89)) == PriorityClass.LATER
    assert rules.class_at(Kind.CALLBACK, 4, urgent, SINCE + timedelta(minutes=90)) == PriorityClass.URGENT_CALLBACK


def test_mail_rises_on_the_first_minute_of_the_day_on_which_it_is_due_in_its_own_town() -> None:
    due = datetime(2026, 11, 26, 16, 0, tzinfo=UTC)
    urgent = rules.urgent_at(Kind.MAIL, since=SINCE, due_at=due, promise_until=None, zone=ZONE)
    assert urgent == datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    assert rules.class_at(Kind.MAIL, 4, urgent, due - timedelta(hours=20)) == PriorityClass.LATER
    assert rules.class_at(Kind.MAIL, 4, urgent, due + timedelta(days=3)) == PriorityClass.DUE_TODAY


def test_a_call_is_live_from_the_first_second_to_the_last() -> None:
    assert rules.first_class(Kind.CALL) == PriorityClass.LIVE
    assert rules.urgent_at(Kind.CALL, since=SINCE, due_at=None, promise_until=None, zone=ZONE) is None


@given(
    kind=st.sampled_from(list(Kind)), start=st.integers(0, 4), urgent=st.none() | st.integers(0, 9999),
    first=st.integers(0, 9999), later=st.integers(0, 9999),
)  # fmt: skip
def test_waiting_longer_never_lowers_a_class(
    kind: Kind, start: int, urgent: int | None, first: int, later: int
) -> None:
    rises = None if urgent is None else SINCE + timedelta(minutes=urgent)
    early, late = (SINCE + timedelta(minutes=m) for m in sorted((first, later)))
    before, after = (rules.class_at(kind, start, rises, at) for at in (early, late))
    assert after <= before <= start
