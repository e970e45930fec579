"""Erlang A, held against what is known of it."""

from __future__ import annotations

from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.routing.rules_erlang import Queue, abandonment, service_level, states

queues = st.builds(
    Queue,
    per_second=st.floats(0.002, 0.08),
    talk_seconds=st.floats(60, 500),
    patience_seconds=st.floats(60, 600),
    agents=st.integers(1, 25),
)


@given(queues)
def test_the_states_are_shares_of_the_time(queue: Queue) -> None:
    assert sum(states(queue)) == pytest.approx(1)
    assert min(states(queue)) >= 0


def test_whoever_is_not_answered_has_hung_up() -> None:
    for agents in (6, 8, 10):
        queue = Queue(7.4 / 290, 290, 180, agents)
        assert service_level(queue, 900) == pytest.approx(1 - abandonment(queue), abs=1e-4)
    with pytest.raises(ValueError):
        service_level(Queue(7.4 / 290, 290, 180, 10), 4 * 3600)


@given(queues, st.floats(0, 60), st.floats(0.1, 40))
def test_more_time_and_more_agents_never_lower_the_level(queue: Queue, within: float, more: float) -> None:
    level = service_level(queue, within)
    assert -1e-9 <= level <= service_level(queue, within + more) + 1e-9 <= 1 + 2e-9
    larger = Queue(queue.per_second, queue.talk_seconds, queue.patience_seconds, queue.agents + 1)
    assert service_level(larger, within) >= level - 1e-9
    assert abandonment(larger) <= abandonment(queue) + 1e-9


@given(st.floats(0.002, 0.05), st.floats(60, 400), st.integers(1, 20))
def test_patience_as_long_as_a_talk_gives_a_poisson_number_of_callers(
    per_second: float, seconds: float, agents: int
) -> None:
    load = per_second * seconds
    shares = states(Queue(per_second, seconds, seconds, agents))
    for callers, share in enumerate(shares[:12]):
        assert share == pytest.approx(exp(-load) * load**callers / factorial(callers), rel=1e-6, abs=1e-9)


def test_the_figures_of_the_literature_hold() -> None:
    ten = Queue(7.4 / 290, 290, 180, 10)
    assert service_level(ten, 20) == pytest.approx(0.855, abs=0.001)
    assert abandonment(ten) == pytest.approx(0.046, abs=0.001)


def test_a_queue_without_agents_or_calls_is_refused() -> None:
    for wrong in ((0.0, 290, 180, 1), (0.1, 290, 180, 0), (0.1, 290, -1, 3)):
        with pytest.raises(ValueError):
            Queue(*wrong)  # type: ignore[arg-type]
