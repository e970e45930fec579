"""Text from outside, cleaned or refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcc.core.cleaning import clean_text, refuse_reason

nasty = st.text(
    st.one_of(st.characters(), st.sampled_from("\x00\x07\r\n\t\x0b\x85\u2028\u202e\ud800\udfff\ufeffe\u0301 "))
)


@given(nasty, st.booleans())
def test_clean_text_can_be_stored_and_shown(value: str, multiline: bool) -> None:
    text = clean_text(value, multiline)
    text.encode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    allowed = {"\n", "\t"} if multiline else set()
    assert not [char for char in text if unicodedata.category(char) == "Cc" and char not in allowed]
    assert text == text.strip()


@given(nasty, st.booleans())
def test_cleaning_twice_changes_nothing(value: str, multiline: bool) -> None:
    once = clean_text(value, multiline)
    assert clean_text(once, multiline) == once


@given(st.text(st.sampled_from("abcé 'ëï€😀-,."), max_size=80))
def test_what_is_already_clean_stays_as_it_was(value: str) -> None:
    assert clean_text(value, multiline=True) == value.strip()


@pytest.mark.parametrize(
    ("value", "multiline", "clean"),
    [
        ("een\r\ntwee\rdrie", True, "een\ntwee\ndrie"),
        ("een\r\ntwee\t drie", False, "een twee drie"),
        ("Cafe\u0301", False, "Café"),
        ("a\x00b\x1bc", False, "abc"),
        ("kapot\ud800", False, "kapot\ufffd"),
        ("regel  \n  ingesprongen", True, "regel\n  ingesprongen"),
        ("\ufeffJan\u202e", False, "Jan"),
        ("👩‍👧", False, "👩‍👧"),
    ],
)
def test_examples(value: str, multiline: bool, clean: str) -> None:
    assert clean_text(value, multiline) == clean


def test_broken_and_long_text_is_refused_with_a_reason() -> None:
    assert refuse_reason("Goedemiddag", 20) is None
    assert refuse_reason("a\x00", 20) is not None
    assert refuse_reason("a\ud800", 20) is not None
    assert refuse_reason("a" * 21, 20) == "Deze tekst is te lang."
    assert refuse_reason(" " * 100 + "a" * 20, 20) is None


@given(nasty, st.integers(0, 30))
def test_what_is_not_refused_fits_after_cleaning(value: str, limit: int) -> None:
    if refuse_reason(value, limit) is None:
        assert len(clean_text(value, multiline=True)) <= limit
