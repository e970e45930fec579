"""Numbers as exchanges give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.channels.rules_numbers import LONGEST_RAW, read_number


@pytest.mark.parametrize(
    ("given_as", "number"),
    [
        ("+31612345678", "+31612345678"),
        ("0612345678", "+31612345678"),
        ("31612345678", "+31612345678"),
        ("0031612345678", "+31612345678"),
        ("0181 00 10 10", "+31181001010"),
        ("0181 471 111", "+31181471111"),
        ("14 0181", "+31140181"),
        ("140181", "+31140181"),
        ("+31140181", "+31140181"),
        ("sip:140181@kcc.example;user=phone", "+31140181"),
        ("sip:14%200181@kcc.example", "+31140181"),
        ("0800 1234", "+318001234"),
        ("sip:09001234@trunk", "+319001234"),
        ("+4930123456", "+4930123456"),
        ("0049 30 123456", "+4930123456"),
        ("sip:+31612345678@10.0.0.1:5060;transport=udp", "+31612345678"),
        ("sips:+31612345678@host", "+31612345678"),
        ("tel:+31-6-12345678", "+31612345678"),
        ("tel:0612345678;phone-context=+31", "+31612345678"),
        ('"Jan \\"de\\" Vries" <sip:+31612345678@host>;tag=ab', "+31612345678"),
        ("<sip:0612345678@host>", "+31612345678"),
        ("0612345678@host", "+31612345678"),
    ],
)
def test_a_number_is_read_whatever_way_it_is_written(given_as: str, number: str | None) -> None:
    found = read_number(given_as)
    assert (found.number, found.withheld) == (number, False)
    assert found.raw == given_as


@pytest.mark.parametrize(
    "given_as",
    ["", " ", "anonymous", "Anonymous", "sip:anonymous@anonymous.invalid", '"Anonymous" <sip:anonymous@anonymous.invalid>', "Restricted", "sip:@host", "afgeschermd"],
)  # fmt: skip
def test_a_withheld_caller_has_neither_number_nor_raw_form(given_as: str) -> None:
    found = read_number(given_as)
    assert (found.number, found.raw, found.withheld) == (None, "", True)


@pytest.mark.parametrize(
    "given_as", ["sip:lijn%22%7D,{x}@host", "1001", "sip:jan.de.vries@host", "06-??", "' or 1=1 --"]
)
def test_what_is_no_number_keeps_its_raw_form(given_as: str) -> None:
    found = read_number(given_as)
    assert (found.number, found.raw, found.withheld) == (None, given_as, False)


@given(st.text(max_size=400))
def test_nothing_that_an_exchange_sends_is_too_odd(text: str) -> None:
    found = read_number(text)
    assert len(found.raw) <= LONGEST_RAW and "\x00" not in found.raw
    assert found.number is None or found.number.startswith("+")
