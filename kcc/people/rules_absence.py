"""Colleagues who are away, on paper: who stands in for them, and which of their work cannot wait until they are back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

Who = TypeVar("Who")


def is_away(absent_until: date | None, today: date) -> bool:
    """Whether somebody who is away up to and including a day is away today."""
    return absent_until is not None and absent_until >= today


def stand_in(absent: Who, deputies: Mapping[Who, Who | None], there: Collection[Who]) -> Who | None:
    """Who stands in for somebody: their deputy, or when that one is away too, the deputy of that one, and so on.

    ``deputies`` says who stands in for whom, ``there`` who can take work on. None when the chain ends or turns.
    """
    seen = {absent}
    found = deputies.get(absent)
    while found is not None and found not in seen:
        if found in there:
            return found
        seen.add(found)
        found = deputies.get(found)
    return None


def cannot_wait(absent_until: date, due_on: date, next_attempt_on: date | None) -> bool:
    """Whether work of somebody who is away up to and including a day must go on without them: it is due, or the next
    attempt to reach the citizen is planned, before they are back. Days are local to the town."""
    return due_on <= absent_until or (next_attempt_on is not None and next_attempt_on <= absent_until)
