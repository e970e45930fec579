"""What comes in on paper: in order, in the proportions asked, the same for the same seed."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from kcc.routing.simulation_arrivals import DAY, Traffic, calls, days, mails, merged

FOUR = {0: 72.0, 1: 16.0, 2: 14.0, 3: 12.0}


def test_calls_come_in_order_and_in_the_shares_of_the_towns() -> None:
    traffic = Traffic.of_load(7.4, FOUR)
    coming = [arrival for day in days(traffic, 1, 20) for arrival in day]
    counted = Counter(arrival.town for arrival in coming)
    for town, share in FOUR.items():
        assert counted[town] / len(coming) == pytest.approx(share / sum(FOUR.values()), abs=0.01)
    assert len(coming) == pytest.approx(20 * DAY * 7.4 / 290, rel=0.03)


def test_one_town_may_call_more_without_the_others_calling_less() -> None:
    traffic = Traffic.of_load(7.4, FOUR)
    busy = traffic.multiplied(3, 5)
    quiet = traffic.per_second * 12 / 114
    assert busy.per_second == pytest.approx(traffic.per_second + 4 * quiet)


def test_mail_and_calls_go_in_one_order() -> None:
    chance = random.Random(2)
    both = merged(calls(Traffic.of_load(1, FOUR), chance), mails(30, FOUR, chance))
    assert [arrival.at for arrival in both] == sorted(arrival.at for arrival in both)
    assert sum(arrival.kind == "mail" for arrival in both) == 30
