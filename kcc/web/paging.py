"""Pages of long lists by keyset: where the last row stood, never an offset, never a count."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask import request, url_for

Row = TypeVar("Row")


@dataclass
class Page(Generic[Row]):
    """One page of rows and the way to the next."""

    rows: Sequence[Row]
    next_url: str | None = None
    previous_url: str | None = None
    from_text: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def pack(*values: Any) -> str:
    """A position in a list as an opaque word for a URL: times and ids, nothing personal."""
    raw = json.dumps([v.isoformat() if isinstance(v, datetime) else str(v) for v in values])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def unpack(word: str | None) -> list[str] | None:
    """The values of a position, or None when absent or broken (a broken one starts at the beginning)."""
    if not word:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        return [str(v) for v in values]
    except ValueError:
        return None


def page_of(rows: Sequence[Row], size: int, key: Callable[[Row], tuple[Any, ...]]) -> Page[Row]:
    """A page from ``size + 1`` rows that were asked for; the extra one only tells that there is more."""
    shown = rows[:size]
    if len(rows) <= size:
        return Page(shown)
    args = {**request.args.to_dict(), **(request.view_args or {}), "after": pack(*key(shown[-1]))}
    return Page(shown, next_url=url_for(str(request.endpoint), **args))
