"""Bars above every page for what everybody must know now. Rooms above supply them; mostly there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import g

from kcc.core.tenancy import current_scope


@dataclass(frozen=True)
class Banner:
    """A bar: what it is about, what to know, and since when and by whom."""

    title: str
    text: str
    note: str = ""


Source = Callable[[], list[Banner]]
SOURCES: list[Source] = []


def add_source(source: Source) -> None:
    """Have a room say what stands above every page; asked once for each page, so it must be quick."""
    if source not in SOURCES:
        SOURCES.append(source)


def shown() -> list[Banner]:
    """What the reader of this page sees now; nothing for strangers and on pages of faults, which see no data."""
    if g.get("person") is None or current_scope() is None:
        return []
    return [banner for source in SOURCES for banner in source()]
