"""States of an internal task, its urgency, and the next attempt."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.backoffice.rules import (
    ATTEMPTS_BEFORE_CLOSING,
    MOVES,
    SHORTEST_PAUSE,
    TaskState,
    check_move,
    may_move,
    suggest_next_attempt,
    suggests_closing,
    urgency,
)
from kcc.core.errors import InvalidInput, InvalidState
from kcc.municipalities.rules import Calendar, CalendarNeverOpens, is_open

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CALENDAR = Calendar("Europe/Amsterdam", {weekday: ((time(9), time(17)),) for weekday in range(5)})
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_every_state_has_its_moves_and_done_is_the_end() -> None:
    assert set(MOVES) == set(TaskState)
    assert not MOVES[TaskState.DONE]
    assert not any(may_move(state, state) for state in TaskState)


@given(st.sampled_from(TaskState), st.sampled_from(TaskState), st.text(max_size=4))
def test_a_move_is_refused_unless_the_table_has_it_and_returning_has_a_reason(
    a: TaskState, b: TaskState, reason: str
) -> None:
    if not may_move(a, b):
        with pytest.raises(InvalidState):
            check_move(a, b, reason)
    elif b is TaskState.RETURNED and not reason.strip():
        with pytest.raises(InvalidInput):
            check_move(a, b, reason)
    else:
        assert check_move(a, b, reason) is b


def test_an_unknown_state_goes_nowhere() -> None:
    assert not may_move("open", "nonsense")
    assert not may_move("nonsense", "open")
    assert may_move("open", "picked_up")


def test_a_late_task_comes_before_one_that_is_due_soon_today_or_later() -> None:
    now = local(2026, 10, 5, 9)
    dues = [local(2026, 10, 9, 17), local(2026, 10, 5, 17), local(2026, 10, 5, 10), local(2026, 10, 2, 17)]
    kinds = [urgency(now, due, CALENDAR).kind for due in dues]
    assert kinds == ["later", "today", "soon", "late"]
    ranks = [urgency(now, due, CALENDAR).rank for due in dues]
    assert ranks == sorted(ranks, reverse=True)


@given(moments, moments, moments)
def test_a_later_due_time_is_never_more_urgent(now: datetime, a: datetime, b: datetime) -> None:
    first, second = sorted((a, b))
    assert urgency(now, first, CALENDAR).rank <= urgency(now, second, CALENDAR).rank


def test_closing_is_suggested_after_three_attempts_that_reached_nobody() -> None:
    assert ATTEMPTS_BEFORE_CLOSING == 3
    assert [suggests_closing(attempts, reached=False) for attempts in (0, 2, 3, 4)] == [False, False, True, True]
    assert not suggests_closing(3, reached=True)


@pytest.mark.parametrize(
    ("last", "again"),
    [
        (local(2026, 10, 5, 9, 15), local(2026, 10, 5, 12)),
        (local(2026, 10, 5, 11, 30), local(2026, 10, 5, 13, 30)),
        (local(2026, 10, 5, 14), local(2026, 10, 6, 9)),
        (local(2026, 10, 9, 16), local(2026, 10, 12, 9)),
        (local(2026, 10, 23, 16), local(2026, 10, 26, 9)),
    ],
)
def test_the_next_attempt_is_in_the_other_half_of_the_day(last: datetime, again: datetime) -> None:
    assert suggest_next_attempt(CALENDAR, last) == again


def test_the_next_attempt_comes_sooner_when_the_promise_would_be_missed() -> None:
    last, due = local(2026, 10, 5, 13), local(2026, 10, 5, 17)
    assert suggest_next_attempt(CALENDAR, last, due) == local(2026, 10, 5, 15)
    assert suggest_next_attempt(CALENDAR, local(2026, 10, 5, 16), due) == local(2026, 10, 6, 9)


@given(moments, st.none() | moments)
def test_the_next_attempt_is_in_opening_time_and_leaves_two_hours(last: datetime, due: datetime | None) -> None:
    again = suggest_next_attempt(CALENDAR, last, due)
    assert is_open(CALENDAR, again)
    assert SHORTEST_PAUSE <= again - last <= timedelta(days=4)


def test_a_department_that_never_opens_cannot_be_suggested_a_moment() -> None:
    with pytest.raises(CalendarNeverOpens):
        suggest_next_attempt(Calendar("Europe/Amsterdam", {}), local(2026, 10, 5, 9))
