"""What is kept of a text from outside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kcc.channels.rules import CUT, LONGEST_PART, MOST_PARTS, NOTHING, parts_of


def test_subject_and_text_stand_together() -> None:
    assert parts_of("Paspoort", "Wanneer is het klaar?") == ["Paspoort\n\nWanneer is het klaar?"]


def test_a_message_without_words_says_so() -> None:
    assert parts_of(" ", "\n\x00\n") == [NOTHING]


def test_a_long_text_is_broken_between_lines_and_nothing_of_it_is_lost() -> None:
    text = "\n".join(f"regel {number}" for number in range(5000))
    parts = parts_of("", text)
    assert len(parts) > 1 and all(part.startswith("regel") for part in parts)
    assert "\n".join(parts) == text


def test_what_does_not_fit_is_said_to_stand_in_the_original() -> None:
    parts = parts_of("", "woord " * 50_000)
    assert len(parts) == MOST_PARTS and parts[-1].endswith(CUT)


@given(st.text(max_size=80), st.text(max_size=300), st.integers(1, 600))
def test_every_part_fits_whatever_the_text(subject: str, text: str, times: int) -> None:
    parts = parts_of(subject, text * times)
    assert 1 <= len(parts) <= MOST_PARTS
    assert all(part and len(part) <= LONGEST_PART for part in parts)
