"""What the figures of a merger say."""

from __future__ import annotations

from datetime import UTC, datetime

from kcc.succession.queries import State

AT = datetime(2026, 11, 25, tzinfo=UTC)


def test_before_is_moved_and_left_together() -> None:
    under_way = State("tickets", AT, None, {"ticket": 10, "call": 0}, {"ticket": 4}, None, {"ticket": 6})
    assert under_way.sums == [("ticket", 10, 4, 6)]
    over = State("done", AT, AT, {"ticket": 10}, {"ticket": 4}, {"ticket": 6}, {})
    assert over.sums == [("ticket", 10, 4, 6)]
