"""The live process with a fault planted in it: it tells everybody everything. A trial that finds no leak here is blind."""

from __future__ import annotations

from typing import Any

from kcc.web import live


def _hear_all(_rights: live.Rights, _event: dict[str, Any]) -> bool:
    return True


def serve() -> live.Application:
    """As ``kcc.web.live.serve``, without the filter."""
    live.Rights.may_hear = _hear_all  # type: ignore[method-assign]
    return live.serve()
