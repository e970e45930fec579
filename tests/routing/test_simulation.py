"""The queue on paper: nobody is lost, nobody is served twice, and the textbook's figures come out."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kcc.routing import rules_erlang
from kcc.routing.simulation import Agent, Arrival, Settings, Simulation, Tally
from kcc.routing.simulation_arrivals import Traffic, calls, days
from tests.proofs._fairness_controls import Control

arrivals = st.lists(
    st.builds(
        Arrival,
        at=st.floats(0, 5000).map(lambda at: round(at, 3)),
        town=st.integers(0, 2),
        handling=st.floats(1, 900),
        patience=st.floats(0.1, 400),
        kind=st.sampled_from(["call", "mail"]),
    ),
    max_size=60,
).map(lambda found: sorted(found, key=lambda arrival: arrival.at))


@given(arrivals, st.integers(1, 4))
def test_everything_that_arrives_is_done_once_or_gone(coming: list[Arrival], agents: int) -> None:
    day = Simulation([Agent(number) for number in range(agents)], Control(), Settings(keeps_log=True))
    day.run(coming)
    ends = Counter(line.item for line in day.log if line.event in ("ends", "gone"))
    assert ends == Counter(range(len(coming)))
    tallies = day.tallies.values()
    offered = sum(tally.offered for tally in tallies)
    assert offered == sum(arrival.kind == "call" for arrival in coming)
    assert offered == sum(tally.answered + tally.abandoned + tally.short for tally in tallies)


@given(arrivals)
def test_nobody_speaks_with_two_at_once(coming: list[Arrival]) -> None:
    day = Simulation([Agent(0), Agent(1)], Control(), Settings(keeps_log=True))
    day.run(coming)
    busy: dict[int, int] = {}
    for line in day.log:
        if line.event == "taken":
            assert line.agent not in busy
            busy[line.agent] = line.item
        elif line.event == "ends":
            assert busy.pop(line.agent) == line.item


def test_an_agent_gets_nothing_outside_their_shift_or_their_towns() -> None:
    coming = [Arrival(at=10.0 * n, town=n % 2, handling=5, patience=60) for n in range(100)]
    agents = [Agent(0, {0: 2}, 0), Agent(1, {1: 2}, 0, begins=300, ends=600)]
    day = Simulation(agents, Control(), Settings(keeps_log=True))
    day.run(coming)
    taken = [line for line in day.log if line.event == "taken"]
    assert {coming[line.item].town for line in taken if line.agent == 0} == {0}
    assert all(300 <= line.at < 600 for line in taken if line.agent == 1)


def test_basic_knowledge_takes_longer() -> None:
    for factor, ends in ((1.0, 100.0), (1.25, 125.0)):
        day = Simulation([Agent(0, {}, 1)], Control(), Settings(basic_factor=factor, keeps_log=True))
        day.run([Arrival(0.0, 0, 100.0)])
        assert day.log[-1].at == ends


def test_the_simulation_agrees_with_erlang_a() -> None:
    traffic, tally = Traffic.of_load(7.4, {0: 1.0}), Tally()
    for coming in days(traffic, 3, 60):
        day = Simulation([Agent(number) for number in range(10)], Control(), Settings(warm_up=1800))
        tally.add(day.run(coming)[0])
    exact = rules_erlang.Queue(traffic.per_second, traffic.talk, traffic.patience, 10)
    assert abs(tally.in_time / tally.offered - rules_erlang.service_level(exact, 20)) < 0.015
    assert abs((tally.abandoned + tally.short) / tally.offered - rules_erlang.abandonment(exact)) < 0.01


def test_the_same_seed_is_the_same_day() -> None:
    traffic = Traffic.of_load(5, {0: 3.0, 1: 1.0})
    assert list(calls(traffic, random.Random(4))) == list(calls(traffic, random.Random(4)))
