"""What hangs, on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kcc.routing.rules import Kind
from kcc.routing.rules_stuck import LONGEST, OFFER_OVERDUE, is_stuck

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_hangs_just_after_its_longest_time(kind: Kind) -> None:
    longest = LONGEST[kind]
    for late, expected in ((MOMENT, True), (-MOMENT, False)):
        assert is_stuck(kind, "waiting", AT, since=AT - longest.waiting - late) is expected
        taken = AT - longest.taken - late
        assert is_stuck(kind, "taken", AT, since=taken - timedelta(days=9), claimed_at=taken) is expected
        until = AT - OFFER_OVERDUE - late
        assert is_stuck(kind, "offered", AT, since=AT - timedelta(days=9), offer_until=until) is expected
    assert not is_stuck(kind, "done", AT, since=AT - timedelta(days=99))
