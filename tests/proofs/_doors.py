"""Who is let in by a route at all: people with its permission, nobody else, and no stranger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from werkzeug.routing import Rule

from kcc.core.permissions import Permission
from kcc.web.guards import Stamp, stamp_of
from tests.proofs._lookalikes import Planter
from tests.proofs._probing import Prober, Visitor

STRANGER = Visitor("a stranger", None, (), "")  # type: ignore[arg-type]
Faults = Iterator[str]


def wrongly_let_in(
    prober: Prober, rule: Rule, needed: Permission, visitors: list[Visitor], tried: Callable[[], None]
) -> Faults:
    """Everyone who got further than the door without the permission."""
    for visitor in [STRANGER, *visitors]:
        if visitor.towns(needed):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            tried()
            found = prober.send(method, visitor, prober.path(rule, prober.arguments(rule, "Aalburg")), {})
            if visitor is STRANGER:
                refused = found.status_code in (401, 403) or "sign-in" in str(found.headers.get("Location", ""))
            else:
                refused = found.status_code == 403
            if not refused:
                yield f"{method} {rule.endpoint} lets {visitor.name} in ({found.status_code})"


def wrongly_kept_out(
    prober: Prober, rule: Rule, needed: Permission, visitors: list[Visitor], tried: Callable[[], None]
) -> Faults:
    """A route whose door stays shut for all who hold its permission."""
    method = "GET" if "GET" in (rule.methods or ()) else "POST"
    holders = [v for v in visitors if v.towns(needed)]
    for visitor in holders:
        tried()
        town = next(iter(sorted(visitor.towns(needed))))
        found = prober.send(method, visitor, prober.path(rule, prober.arguments(rule, town)), {})
        if found.status_code != 403:
            return
    if holders:
        yield f"{method} {rule.endpoint} lets nobody in"


def doors_of(prober: Prober, planter: Planter, visitors: list[Visitor]) -> tuple[int, list[str]]:
    """Try every route by people of every role; returns how many trials, and what is wrong."""
    count, faults = _Count(), []
    for rule in prober.rules():
        needed = prober.permission(rule)
        assert needed is not None
        faults += wrongly_let_in(prober, rule, needed, visitors, count)
        faults += wrongly_kept_out(prober, rule, needed, visitors, count)
    planter.plant()
    return count.number, faults


def planted_stamps(prober: Prober, planter: Planter, visitors: list[Visitor], step: int) -> tuple[int, list[str]]:
    """Take the stamp off each route, and put a weaker one on: the same trials must see both. Returns what they missed."""
    planted, missed, count = 0, [], _Count()
    for rule in prober.rules()[::step]:
        needed = prober.permission(rule)
        view = prober.app.view_functions[rule.endpoint]
        assert needed is not None
        for fault, stamp in (("no stamp", None), ("weaker stamp", _weaker(needed, visitors))):
            planted += 1
            with _stamped(view, stamp):
                seen = next(wrongly_let_in(prober, rule, needed, visitors, count), None)
                seen = seen or next(wrongly_kept_out(prober, rule, needed, visitors, count), None)
            if not seen:
                missed.append(f"{fault} on {rule.endpoint}")
    planter.plant()
    return planted, missed


def _weaker(needed: Permission, visitors: list[Visitor]) -> Permission | str:
    """A permission that everybody has; where everybody has the needed one too, none at all."""
    everyone = all(visitor.towns(needed) for visitor in visitors)
    return "" if everyone else Permission.ACCOUNT_SELF


@contextmanager
def _stamped(view: Any, permission: Permission | str | None) -> Iterator[None]:
    """The view with another permission on its stamp ("": for strangers), or with no stamp."""
    stamp, guarded = stamp_of(view), view.kcc_guarded
    assert stamp is not None
    if permission is None:
        view.kcc_guarded = False
    else:
        view.kcc_stamp = _changed(stamp, permission)
    try:
        yield
    finally:
        view.kcc_stamp, view.kcc_guarded = stamp, guarded


def _changed(stamp: Stamp, permission: Permission | str) -> Stamp:
    return replace(stamp, permission=Permission(permission) if permission else None)


class _Count:
    """Counts by being called."""

    number = 0

    def __call__(self) -> None:
        self.number += 1
