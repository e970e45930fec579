"""States of agents on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kcc.core.errors import InvalidInput
from kcc.routing import rules_presence as rules
from kcc.routing.rules_presence import AgentMode

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_a_break_needs_a_reason_and_nobody_chooses_to_be_in_a_conversation() -> None:
    rules.check_choice("available", "")
    rules.check_choice("break", "meeting")
    for state, reason in (("break", ""), ("break", "ziek"), ("in_conversation", ""), ("", "")):
        with pytest.raises(InvalidInput):
            rules.check_choice(state, reason)


def test_talking_goes_before_wrapping_up_and_then_one_is_what_one_was() -> None:
    follow = rules.follows
    assert follow("available", "available", talking=True, wrapping_up=True) == AgentMode.IN_CONVERSATION
    assert follow("in_conversation", "available", talking=False, wrapping_up=True) == AgentMode.WRAP_UP
    assert follow("wrap_up", "break", talking=False, wrapping_up=False) == AgentMode.BREAK
    assert follow("available", "available", talking=False, wrapping_up=True) == AgentMode.AVAILABLE


def test_after_a_conversation_one_goes_back_to_what_one_did_before_the_first_of_them() -> None:
    assert rules.resumes("available", "offline") == "available"
    assert rules.resumes("wrap_up", "offline") == "offline"
    assert rules.resumes("no_answer", "offline") == "available"


def test_who_has_no_session_is_gone_and_who_has_a_silent_screen_soon() -> None:
    minute = timedelta(minutes=1)
    assert rules.is_gone(NOW, NOW, None)
    assert not rules.is_gone(NOW, NOW - minute, NOW)
    assert rules.is_gone(NOW, NOW - 2 * minute, NOW)
    assert not rules.is_gone(NOW, None, NOW - 14 * minute)
    assert rules.is_gone(NOW, None, NOW - 16 * minute)
