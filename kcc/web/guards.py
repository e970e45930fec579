"""Stamps on views: which permission a route requires. A view without a stamp refuses everyone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from kcc.core.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


@dataclass
class Stamp:
    """What a view asks: a permission (None: public), whether its POST only reads, whether it may be sent twice.

    ``most_bytes`` is how much a request may carry when that is more than an ordinary form (files).
    ``own_token`` is why the view checks a token of its own instead of the session's.
    """

    permission: Permission | None
    why: str = ""
    reads: bool = False
    repeatable: str = ""
    most_bytes: int = 0
    own_token: str = ""


def _stamp(view: Callable[..., Any]) -> Stamp:
    stamp = getattr(view, "kcc_stamp", None)
    if stamp is None:
        stamp = Stamp(None)
        view.kcc_stamp = stamp  # type: ignore[attr-defined]
        view.kcc_guarded = False  # type: ignore[attr-defined]
    return stamp


def stamp_of(view: Callable[..., Any]) -> Stamp | None:
    """The stamp of a view, or None when it has none: then nobody may use it."""
    return getattr(view, "kcc_stamp", None) if getattr(view, "kcc_guarded", False) else None


def requires(permission: Permission) -> Callable[[View], View]:
    """Only people who hold ``permission`` somewhere; the database shows them only where they hold it."""

    def mark(view: View) -> View:
        _stamp(view).permission = permission
        view.kcc_guarded = True  # type: ignore[attr-defined]
        return view

    return mark


def public(why: str) -> Callable[[View], View]:
    """For strangers too, and ``why``; the scope of such a page reveals nothing."""

    def mark(view: View) -> View:
        _stamp(view).why = why
        view.kcc_guarded = True  # type: ignore[attr-defined]
        return view

    return mark


def reads(view: View) -> View:
    """A POST that only reads (a search, so that nothing personal stands in a URL): its transaction cannot write."""
    _stamp(view).reads = True
    return view


def repeatable(why: str) -> Callable[[View], View]:
    """A writing POST without a form key, harmless when repeated, and ``why``."""

    def mark(view: View) -> View:
        _stamp(view).repeatable = why
        return view

    return mark


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """A form with files: up to ``most_bytes`` together, instead of what ordinary forms may carry."""

    def mark(view: View) -> View:
        _stamp(view).most_bytes = most_bytes
        return view

    return mark


def own_token(why: str) -> Callable[[View], View]:
    """A form that is shown in a frame of another site, where no cookie comes along: it checks a signed token itself."""

    def mark(view: View) -> View:
        _stamp(view).own_token = why
        return view

    return mark
