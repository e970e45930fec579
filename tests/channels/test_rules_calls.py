"""What a set of events makes of a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.channels.rules_calls import LONGEST_RINGING, LONGEST_TALK, OVER, CallState, Event, Verb, given_up, summarise

NINE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def events(*steps: tuple[str, float] | tuple[str, float, str]) -> list[Event]:
    """Events by verb, seconds after nine, and the agent's phone."""
    return [
        Event(NINE + timedelta(seconds=step[1]), step[0], f"e{n}", step[2] if len(step) > 2 else "")  # type: ignore[misc]
        for n, step in enumerate(steps)
    ]


TABLE = {
    "waits": ([("ringing", 0)], "ringing", None),
    "answered": ([("ringing", 0), ("answered", 12, "1001")], "talking", 12),
    "on hold": ([("ringing", 0), ("answered", 12), ("held", 30)], "on_hold", 12),
    "resumed": ([("ringing", 0), ("answered", 12), ("held", 30), ("resumed", 50)], "talking", 12),
    "put through while on hold": ([("ringing", 0), ("answered", 9), ("held", 30), ("transferred", 40)], "talking", 9),
    "ended": ([("ringing", 0), ("answered", 12), ("hung_up", 90)], "ended", 12),
    "ended, said otherwise": ([("ringing", 0), ("answered", 12), ("abandoned", 90)], "ended", 12),
    "gone": ([("ringing", 0), ("abandoned", 40)], "abandoned", 40),
    "gone, said otherwise": ([("ringing", 0), ("hung_up", 40)], "abandoned", 40),
    "gone before the agent picked up": ([("ringing", 0), ("abandoned", 10), ("answered", 10.4)], "abandoned", 10),
    "said gone, yet talked": ([("ringing", 0), ("abandoned", 10), ("answered", 11), ("hung_up", 80)], "ended", 11),
    "the busy agent, then another": ([("ringing", 0), ("agent_failed", 4, "1001"), ("answered", 9, "1002")], "talking", 9),
    "closed, not yet over": ([("ringing", 0), ("closed", 0)], "ringing", None),
    "closed": ([("ringing", 0), ("closed", 0), ("hung_up", 15)], "closed", 15),
    "closed, but helped": ([("ringing", 0), ("closed", 0), ("answered", 5), ("hung_up", 15)], "ended", 5),
    "call-back offered, not taken": ([("ringing", 0), ("callback_offered", 5), ("abandoned", 20)], "abandoned", 20),
    "call-back": ([("ringing", 0), ("callback_accepted", 20)], "called_back", 20),
    "call-back, then hung up": ([("ringing", 0), ("callback_accepted", 20), ("hung_up", 22)], "called_back", 20),
    "answered before the call-back": ([("ringing", 0), ("answered", 8), ("callback_accepted", 20)], "talking", 8),
    "given up": ([("ringing", 0), ("lost", 1801)], "lost", 1801),
    "given up in talk": ([("ringing", 0), ("answered", 5), ("lost", 15000)], "lost", 5),
    "the last word came after all": ([("ringing", 0), ("answered", 5), ("lost", 15000), ("hung_up", 95)], "ended", 5),
    "an end before the answer by a wrong clock": ([("ringing", 0), ("answered", 5), ("hung_up", 4)], "ended", 5),
    "only the end is known": ([("hung_up", 90)], "abandoned", None),
    "the ringing is missing": ([("answered", 12), ("hung_up", 90)], "ended", None),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_the_table(case: str) -> None:
    steps, state, waited = TABLE[case]
    found = summarise(events(*steps))  # type: ignore[arg-type]
    assert found.state == state
    assert found.waited == (None if waited is None else timedelta(seconds=waited))
    assert found.ended_at is None or found.answered_at is None or found.ended_at >= found.answered_at


def test_every_state_of_the_table_is_reached() -> None:
    assert {state for _steps, state, _waited in TABLE.values()} == set(CallState)


def test_the_last_agent_who_had_the_caller_is_known() -> None:
    found = summarise(events(("ringing", 0), ("answered", 5, "1001"), ("transferred", 60, "1002"), ("hung_up", 90)))
    assert found.agent == "1002"


steps = st.lists(
    st.builds(
        Event,
        at=st.integers(0, 5000).map(lambda seconds: NINE + timedelta(seconds=seconds)),
        verb=st.sampled_from(list(Verb)).map(str),
        event_id=st.integers(0, 30).map(str),
        agent=st.sampled_from(["", "1001", "1002"]),
    ),
    min_size=1, max_size=12, unique_by=lambda event: event.event_id,
)  # fmt: skip


@given(known=steps, chance=st.randoms(use_true_random=False))
def test_any_order_with_any_repeats_ends_the_same(known: list[Event], chance: object) -> None:
    muddled = known + [event for event in known if chance.random() < 0.5]  # type: ignore[attr-defined]
    chance.shuffle(muddled)  # type: ignore[attr-defined]
    assert summarise(muddled) == summarise(known)


@given(known=steps)
def test_what_is_over_stays_over_when_more_becomes_known(known: list[Event]) -> None:
    """Except that a last word still comes for a call that was given up, or that somebody turns out to have talked."""
    late = Event(NINE + timedelta(seconds=6000), Verb.AGENT_FAILED, "late")
    before, after = summarise(known), summarise([*known, late])
    assert before.state not in OVER or after.state == before.state


@given(known=steps)
def test_the_moments_of_a_call_are_in_order(known: list[Event]) -> None:
    found = summarise(known)
    assert (found.ended_at is None) == (found.state not in OVER)
    assert found.waited is None or found.waited >= timedelta()
    assert found.answered_at is None or found.ended_at is None or found.ended_at >= found.answered_at


def test_nothing_known_is_no_call() -> None:
    with pytest.raises(ValueError, match="without events"):
        summarise([])


@pytest.mark.parametrize(
    ("state", "longest"), [(CallState.RINGING, LONGEST_RINGING), (CallState.TALKING, LONGEST_TALK)]
)
def test_a_call_is_given_up_after_its_time_and_not_before(state: CallState, longest: timedelta) -> None:
    assert not given_up(state, NINE, NINE + longest)
    assert given_up(state, NINE, NINE + longest + timedelta(seconds=1))
    assert not given_up(CallState.ENDED, NINE, NINE + timedelta(days=9))
