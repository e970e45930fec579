"""The product's rules as they decide on paper: class, profile, hold, interruption and call-back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kcc.routing.rules_choice import Parameters
from kcc.routing.simulation import Agent, Arrival, Settings, Simulation
from kcc.routing.simulation_choice import Agreement, ProductChoice, hourly

AGREED = {0: Agreement(), 1: Agreement()}


def played(arrivals: list[Arrival], agents: list[Agent], parameters: Parameters | None = None) -> Simulation:
    """A day by the product's rules, with its log; ten calls an hour are expected of each town."""
    choice = ProductChoice(parameters or Parameters(), AGREED, hourly({0: 5.0, 1: 5.0}))
    day = Simulation(agents, choice, Settings(keeps_log=True))
    day.run(arrivals)
    return day


def taken(day: Simulation) -> list[tuple[int, int]]:
    """Items and agents, in the order in which they found each other."""
    return [(line.item, line.agent) for line in day.log if line.event == "taken"]


def test_the_expert_who_knows_least_else_goes_first() -> None:
    agents = [Agent(0, {}, 1), Agent(1, {0: 2, 1: 2}), Agent(2, {0: 2})]
    assert taken(played([Arrival(1.0, 0, 10), Arrival(2.0, 0, 10), Arrival(3.0, 0, 10)], agents)) == [(0, 2), (1, 1), (2, 0)]  # fmt: skip


def test_a_caller_waits_a_little_for_whoever_knows_the_case() -> None:
    busy_then_free = [Arrival(0.0, 0, 6.0), Arrival(1.0, 0, 10, knows=0)]
    day = played(busy_then_free, [Agent(0, {0: 2}), Agent(1)])
    assert taken(day) == [(0, 0), (1, 0)]
    day = played([Arrival(0.0, 0, 600.0), Arrival(1.0, 0, 10, knows=0)], [Agent(0, {0: 2}), Agent(1)])
    assert [(line.at, line.agent) for line in day.log if line.event == "taken"][1] == (11.0, 1)


def test_a_call_takes_an_agent_from_their_mail_and_the_mail_comes_back() -> None:
    mail = Arrival(0.0, 0, 100.0, kind="mail", channel="email", due=90000.0)
    day = played([mail, Arrival(10.0, 0, 30.0)], [Agent(0)])
    assert [line.event for line in day.log] == ["arrives", "taken", "arrives", "interrupted", "taken", "ends", "taken", "ends"]  # fmt: skip
    assert day.log[-1].at == pytest.approx(130.0)


def test_mail_that_was_put_down_twice_stays_in_hand() -> None:
    mail = Arrival(0.0, 0, 100.0, kind="mail", channel="email", due=90000.0)
    coming = [mail, *(Arrival(10.0 * n, 0, 1.0, patience=500.0) for n in range(1, 6))]
    assert sum(line.event == "interrupted" for line in played(coming, [Agent(0)]).log) == 2


def test_somebody_is_kept_free_for_callers_when_these_come_at_all() -> None:
    mails = [Arrival(50.0 + n, 0, 500.0, kind="mail", channel="email", due=90000.0) for n in range(2)]
    firm = replace(Parameters(), interruptible=False, reserve_share=0.5)
    with_calls = played([Arrival(0.0, 0, 1.0), *mails], [Agent(0), Agent(1)], firm)
    without = played(mails, [Agent(0), Agent(1)], firm)
    began = [[line.at for line in day.log if line.event == "taken"] for day in (with_calls, without)]
    assert began[0][1:] == [50.0, 550.0] and began[1] == [50.0, 51.0]


def test_a_callback_is_offered_when_the_wait_is_long_and_kept_within_its_window() -> None:
    coming = [Arrival(0.0, 0, 900.0), Arrival(1.0, 0, 60.0, patience=30.0, accepts_callback=True)]
    day = played(coming, [Agent(0)])
    assert [line.event for line in day.log].count("called_back_later") == 1
    assert day.tallies[0].callbacks_kept == 1 and day.tallies[0].abandoned == 0
    patient = replace(Parameters(), callback_offer_after=600.0)
    assert played(coming, [Agent(0)], patient).tallies[0].abandoned == 1


def test_a_surge_of_one_town_is_out_of_profile() -> None:
    coming = [Arrival(float(n), 0, 100.0, patience=50.0) for n in range(20)]
    day = played([*coming, Arrival(19.5, 1, 100.0)], [Agent(0)])
    profiles = [item.in_profile for item in day.items]
    assert all(profiles[:6]) and not any(profiles[8:20]) and profiles[20]
