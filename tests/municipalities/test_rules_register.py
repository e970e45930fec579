"""Municipalities that came and went, on paper."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcc.municipalities.rules_register import (
    Entry,
    bare_name,
    code_by_name,
    codes_on_day,
    successors_until,
    with_divided,
)

DAY = date(2015, 1, 1)
REGISTER = {
    one.code: one
    for one in (
        Entry("0282", "Ubbergen", None, DAY, "0241"),
        Entry("0265", "Millingen aan de Rijn", None, DAY, "0241"),
        Entry("0241", "Groesbeek", None, date(2016, 1, 1), "1945"),
        Entry("1945", "Berg en Dal", date(2016, 1, 1)),
        Entry("0788", "Haaren", None, date(2021, 1, 1), None),
        Entry("0824", "Oisterwijk"),
        Entry("0164", "Hengelo (O.)"),
        Entry("0373", "Bergen (NH.)"),
        Entry("0893", "Bergen (L.)"),
        Entry("0001", "Rond", None, DAY, "0002"),
        Entry("0002", "Rond twee", None, DAY, "0001"),
    )
}


def test_successors_form_a_chain_up_to_a_day() -> None:
    assert successors_until(REGISTER, "0282", date(2014, 12, 31)) == []
    assert successors_until(REGISTER, "0282", DAY) == [("0241", DAY)]
    assert successors_until(REGISTER, "0282", date(2030, 1, 1)) == [("0241", DAY), ("1945", date(2016, 1, 1))]
    assert successors_until(REGISTER, "0788", date(2030, 1, 1)) == []  # divided: no one came after it
    assert successors_until(REGISTER, "0001", date(2030, 1, 1)) == [("0002", DAY)]  # a list that goes round


def test_an_area_is_followed_forward_and_backward() -> None:
    assert codes_on_day(REGISTER, "0282", "Ubbergen", date(2020, 1, 1)) == ("1945",)
    assert codes_on_day(REGISTER, "1945", "Ubbergen", date(2014, 1, 1)) == ("0282",)
    assert codes_on_day(REGISTER, "1945", "Leuth", date(2015, 6, 1)) == ("0241",)
    assert codes_on_day(REGISTER, "1945", "Leuth", date(2020, 1, 1)) == ("1945",)
    assert codes_on_day({}, "9999", "x", DAY) == ("9999",)


def test_what_was_divided_is_followed_by_the_place() -> None:
    after, before = date(2021, 1, 1), date(2020, 12, 31)
    assert (
        codes_on_day(REGISTER, "0788", "Haaren", after) == codes_on_day(REGISTER, "0824", "Haaren", after) == ("0824",)
    )
    assert (
        codes_on_day(REGISTER, "0788", "Haaren", before)
        == codes_on_day(REGISTER, "0824", "Haaren", before)
        == ("0788",)
    )
    assert codes_on_day(REGISTER, "0824", "Moergestel", before) == ("0824",)
    assert codes_on_day(REGISTER, "0788", "Nergens", after) == ("0757", "0824", "0855", "0865")
    assert with_divided(["0824"]) == {"0788", "0757", "0824", "0855", "0865"} and with_divided(["0014"]) == {"0014"}


@pytest.mark.parametrize(
    ("name", "code"), [("Hengelo", "0164"), ("Bergen (NH)", "0373"), ("Bergen", None), ("", None), ("Ubbergen", "0282")]
)
def test_a_name_leads_to_the_one_that_is_meant(name: str, code: str | None) -> None:
    assert code_by_name(REGISTER.values(), name, date(2022, 6, 1)) == code


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_a_bare_name_stays_itself(name: str) -> None:
    assert bare_name(bare_name(name)) == bare_name(name)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 28)), max_size=12), st.integers(0, 9))
def test_any_register_gives_an_answer_even_one_that_goes_round(links: list[tuple[int, int, int]], start: int) -> None:
    register = {str(a): Entry(str(a), f"n{a}", None, date(2000, 1, day), str(b)) for a, b, day in links}
    assert codes_on_day(register, str(start), "n3", date(2000, 1, 14))
