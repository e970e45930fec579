"""Shared addresses, periods of roles, quarters and roles by their Dutch names: on paper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.core.errors import InvalidInput
from kcc.people import rules_accounts as rules

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("address", ["info@gemeente.nl", "Balie2@gemeente.nl", "kcc-team@g.nl", "receptie.west@g.nl"])
def test_an_address_that_several_people_read_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="meer mensen"):
        rules.own_address(address)


@pytest.mark.parametrize("address", ["j.jansen@gemeente.nl", "infanta@g.nl", "Baliema@g.nl", "test-persoon@g.nl"])
def test_a_person_s_own_address_is_kept_in_small_letters(address: str) -> None:
    if address.startswith("test"):
        with pytest.raises(InvalidInput):
            rules.own_address(address)
    else:
        assert rules.own_address(f" {address} ") == address.lower()


@pytest.mark.parametrize(
    "address", ["", "jan", "jan@", "@g.nl", "jan@g", "jan jan@g.nl", "a@b@c.nl", "j" * 250 + "@g.nl"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput) as fault:
        rules.own_address(address)
    assert fault.value.field == "email"


@settings(max_examples=50)
@given(st.dates(date(2025, 1, 1), date(2035, 12, 31)), st.integers(0, 400))
def test_a_role_holds_through_its_last_day_in_the_town_s_own_time(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    begin, end = rules.period(first, last, "Europe/Amsterdam", datetime(2024, 12, 31, tzinfo=UTC))
    assert end is not None and begin < end
    local_end = (end - timedelta(seconds=1)).astimezone(tz=None)
    assert abs((local_end.date() - last).days) <= 1
    assert timedelta(days=days, hours=23) <= end - begin <= timedelta(days=days + 1, hours=1)


def test_a_role_cannot_be_over_before_it_begins() -> None:
    with pytest.raises(InvalidInput) as fault:
        rules.period(None, date(2026, 11, 24), "Europe/Amsterdam", AT)
    assert fault.value.field == "valid_to"
    assert rules.period(date(2020, 1, 1), None, "Europe/Amsterdam", AT) == (AT, None)


@settings(max_examples=50)
@given(st.dates())
def test_every_day_lies_in_the_quarter_that_begins_with_its_first_day(day: date) -> None:
    quarter = rules.quarter_of(day)
    assert quarter.day == 1 and quarter.month in (1, 4, 7, 10)
    assert quarter <= day and (day.year, (day.month - 1) // 3) == (quarter.year, (quarter.month - 1) // 3)


def test_a_role_given_in_this_quarter_is_looked_at_in_the_next() -> None:
    quarter = date(2026, 10, 1)
    assert rules.needs_review(datetime(2026, 9, 30, 21, 59, tzinfo=UTC), quarter, "Europe/Amsterdam")
    assert not rules.needs_review(datetime(2026, 9, 30, 22, 1, tzinfo=UTC), quarter, "Europe/Amsterdam")


def test_a_role_is_known_by_its_name_in_the_code_and_in_dutch() -> None:
    assert rules.role_of(" Beheerder ") == rules.role_of("administrator") == "administrator"
    with pytest.raises(InvalidInput):
        rules.role_of("tovenaar")
