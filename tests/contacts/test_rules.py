"""States of a ticket, its reference, and what finishing anonymously erases."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.contacts import rules
from kcc.contacts.rules import (
    MOVES,
    REOPENED_FROM,
    STATUS_AFTER,
    Outcome,
    Priority,
    Status,
    check_move,
    erases_when_anonymous,
    is_reopening,
    may_be_anonymous,
    may_move,
    parse_reference,
    reference,
    reopen,
    status_after,
)
from kcc.core.errors import InvalidInput, InvalidState

codes = st.tuples(
    st.sampled_from(string.ascii_uppercase),
    st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=5),
).map("".join)


def test_every_state_has_its_moves_and_none_moves_to_itself() -> None:
    assert set(MOVES) == set(Status)
    assert not any(may_move(status, status) for status in Status)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {Status.OPEN}
    while more := {target for status in reached for target in MOVES[status]} - reached:
        reached |= more
    assert reached == set(Status)
    assert all(MOVES[status] for status in Status)


@pytest.mark.parametrize(
    ("a", "b", "may"),
    [
        ("open", "with_back_office", True),
        ("with_back_office", "waiting_for_citizen", True),
        ("waiting_for_citizen", "with_back_office", True),
        ("answered", "closed", True),
        ("closed", "answered", False),
        ("with_back_office", "closed", False),
        ("closed", "with_back_office", False),
        ("open", "nonsense", False),
        ("nonsense", "open", False),
    ],
)
def test_moves_follow_the_table(a: str, b: str, may: bool) -> None:
    assert may_move(a, b) is may


@given(st.sampled_from(Status), st.sampled_from(Status), st.text(max_size=5))
def test_a_move_is_refused_unless_the_table_has_it_and_reopening_has_a_reason(
    a: Status, b: Status, reason: str
) -> None:
    if not may_move(a, b):
        with pytest.raises(InvalidState):
            check_move(a, b, reason)
    elif is_reopening(a, b) and not reason.strip():
        with pytest.raises(InvalidInput):
            check_move(a, b, reason)
    else:
        assert check_move(a, b, reason) is b


@pytest.mark.parametrize("status", Status)
def test_only_what_was_finished_can_be_reopened(status: Status) -> None:
    if status in REOPENED_FROM:
        assert reopen(status, "Inwoner belde terug") is Status.OPEN
        with pytest.raises(InvalidInput):
            reopen(status, "  ")
    else:
        with pytest.raises(InvalidState):
            reopen(status, "Inwoner belde terug")


def test_each_outcome_gives_a_state_that_a_new_ticket_may_have() -> None:
    assert set(STATUS_AFTER) == set(Outcome)
    for outcome in Outcome:
        status = status_after(outcome.value)
        assert status is Status.OPEN or may_move(Status.OPEN, status)
    with pytest.raises(InvalidInput):
        status_after("nonsense")


def test_urgent_comes_before_normal_and_low() -> None:
    assert sorted(Priority) == [Priority.URGENT, Priority.NORMAL, Priority.LOW]


def test_a_reference_reads_as_agreed() -> None:
    assert reference("BRI", 2026, 4217) == "BRI-26-004217"


@given(codes, st.integers(2000, 2099), st.integers(1, 999_999_999))
def test_a_reference_survives_being_read_back(code: str, year: int, number: int) -> None:
    text = reference(code, year, number)
    assert parse_reference(text) == (code, year, number)
    assert parse_reference(f" {text.lower()} ") == (code, year, number)


@pytest.mark.parametrize("text", ["bri 26 4217", "BRI-26-4217", "bri26-004217", "BRI - 26 - 004217"])
def test_a_reference_is_understood_as_people_type_it(text: str) -> None:
    assert parse_reference(text) == ("BRI", 2026, 4217)


@pytest.mark.parametrize(
    "text", ["", "BRI", "BRI-26-", "BRI-2026-004217", "BRI-26-000000", "26-004217", "BRI-26-004217x", "BRI-٢٦-٠٠٤"]
)
def test_what_is_no_reference_is_not_taken_for_one(text: str) -> None:
    assert parse_reference(text) is None


@given(st.text())
def test_reading_a_reference_never_fails(text: str) -> None:
    parsed = parse_reference(text)
    assert parsed is None or reference(*parsed)


@pytest.mark.parametrize(
    ("code", "year", "number"), [("bri", 2026, 1), ("", 2026, 1), ("BRI", 1999, 1), ("BRI", 2026, 0), ("B-I", 2026, 1)]
)
def test_a_reference_that_cannot_be_read_back_is_not_made(code: str, year: int, number: int) -> None:
    with pytest.raises(InvalidInput):
        reference(code, year, number)


def test_finishing_anonymously_erases_the_person_and_keeps_what_is_counted() -> None:
    assert all(erases_when_anonymous(field) for field in ("party_id", "note", "phone", "follow_key"))
    assert not any(erases_when_anonymous(field) for field in ("topic_id", "channel", "outcome", "at", "talk_seconds"))


def test_nobody_can_be_called_back_anonymously() -> None:
    assert not may_be_anonymous(Outcome.ESCALATED)
    assert may_be_anonymous(Outcome.ANSWERED)


@pytest.mark.parametrize(
    "typed", ["06-1234 5678", "0612345678", "+31 6 12345678", "+31 (0)6 12345678", "0031612345678"]
)
def test_a_number_is_one_word_however_it_is_typed(typed: str) -> None:
    assert rules.number_word(typed) == "31612345678"
    assert rules.search_words(f"bel {typed} terug") == "bel 31612345678 terug"


@pytest.mark.parametrize(
    "text", ["op 01-02-2026", "kenmerk BRI-26-004217", "om 09:30", "1.250,00 euro", "bus 01 en 02"]
)
def test_dates_and_references_are_no_numbers(text: str) -> None:
    assert rules.search_words(text) == text and rules.number_words(text) == ""
