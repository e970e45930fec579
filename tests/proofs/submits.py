"""A form that is sent a hundred times at once counts once, and every copy gets the same answer."""

from __future__ import annotations

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

from bs4 import BeautifulSoup, Tag
from flask import make_response
from werkzeug.test import TestResponse

import kcc.web.requests
from kcc.launch.proving import Outcome, Run, proof
from kcc.web.guards import stamp_of
from tests.proofs._house import House, house
from tests.proofs._lookalikes import COMMON, Planter
from tests.proofs._probing import Prober, Visitor, shape
from tests.proofs.isolation import everybody

PEOPLE = ("agent", "handler", "coordinator", "editor_all", "supervisor", "administrator")
PER_ROUTE = 3
"""Buttons of one route that are tried."""


@dataclass(frozen=True)
class Sending:
    """A filled form: the route, who sends it, where to and what."""

    endpoint: str
    visitor: Visitor
    path: str
    data: tuple[tuple[str, Any], ...]


@proof("submits")
def submits(run: Run) -> Outcome:
    """Each writing form that the pages of six people offer: what many parallel copies leave is what one leaves."""
    logging.disable(logging.CRITICAL)
    copies = run.size(full=100, reduced=12)
    with house(run, pool_size=24) as given:
        planter = Planter(given.world)
        prober = Prober(given.app, given.world, planter.plant())
        visitors = [v for v in everybody(given.world) if v.name in PEOPLE]
        sendings = _forms(prober, visitors)
        writing = _writing(given)
        accepted, faults, doubled = set(), [], set()
        for sending in sendings:
            alone = _trial(given, planter, sending, 1)
            if alone.status >= 400:
                continue
            accepted.add(sending.endpoint)
            together = _trial(given, planter, sending, copies)
            if together.rows != alone.rows or together.answers != 1:
                faults.append(
                    f"{sending.endpoint}: {together.answers} answers, rows {dict(together.rows - alone.rows)}"
                )
        with mock.patch.object(kcc.web.requests, "_once", _always):
            for sending in sendings:
                if sending.endpoint in accepted and _trial(given, planter, sending, 4).rows.total() > 0:
                    alone = _trial(given, planter, sending, 1)
                    if (_trial(given, planter, sending, 4).rows - alone.rows).total() > 0:
                        doubled.add(sending.endpoint)
                if run.reduced and len(doubled) >= 3:
                    break
    return Outcome(
        n=copies * len(sendings),
        result={
            "copies": copies, "forms": len(sendings), "routes": len(accepted), "more_than_once": len(faults), "faults": faults,
            "routes_not_tried": sorted(writing - accepted),
        },
        holds=not faults and bool(accepted),
        control={"without_the_key": sorted(doubled), "routes_doubled": len(doubled)},
        control_found=len(doubled) > 0,
    )  # fmt: skip


@dataclass(frozen=True)
class Left:
    """What a trial left: rows more per table, the first status, and how many different answers there were."""

    rows: Counter[str]
    status: int
    answers: int


def _trial(given: House, planter: Planter, sending: Sending, copies: int) -> Left:
    planter.plant()
    before = _counts(given)
    key = str(uuid.uuid4())
    answers: list[tuple[int, str]] = []
    ready = threading.Barrier(copies)

    def send() -> None:
        client = given.app.test_client()
        client.set_cookie("kcc_session", sending.visitor.secret)
        ready.wait()
        found: TestResponse = client.post(sending.path, data={**dict(sending.data), "form_key": key})
        # the words "Redirecting…" of a redirection are nobody's answer: where it leads is
        answers.append((found.status_code, found.location) if found.location else shape(found))

    threads = [threading.Thread(target=send) for _copy in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Left(_counts(given) - before, min(status for status, _text in answers), len(set(answers)))


def _counts(given: House) -> Counter[str]:
    with given.world.admin() as admin:
        names = [
            row[0]
            for row in admin.execute(
                "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            )
        ]
        query = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
        return Counter(dict(admin.execute(query.encode()).fetchall()))


def _writing(given: House) -> set[str]:
    """Endpoints whose forms write and carry a key."""
    found = set()
    for rule in given.app.url_map.iter_rules():
        stamp = stamp_of(given.app.view_functions[rule.endpoint])
        if stamp and stamp.permission and "POST" in (rule.methods or ()) and not stamp.reads and not stamp.repeatable:
            found.add(rule.endpoint)
    return found


def _forms(prober: Prober, visitors: list[Visitor]) -> list[Sending]:
    """The writing forms on the pages of these people, filled, each button apart."""
    found: list[Sending] = []
    known: Counter[str] = Counter()
    for rule in prober.rules():
        permission = prober.permission(rule)
        if "GET" not in (rule.methods or ()) or permission is None:
            continue
        for visitor in visitors:
            towns = sorted(visitor.towns(permission))
            if not towns:
                continue
            page = prober.send("GET", visitor, prober.path(rule, prober.arguments(rule, towns[0])), {})
            if page.status_code != 200 or "html" not in (page.content_type or ""):
                continue
            for form in BeautifulSoup(page.get_data(as_text=True), "html.parser").select("form"):
                for sending in _filled(prober, form, visitor, page.request.path):
                    known[sending.endpoint] += 1
                    if known[sending.endpoint] <= PER_ROUTE:
                        found.append(sending)
    return found


def _filled(prober: Prober, form: Tag, visitor: Visitor, page: str) -> list[Sending]:
    if str(form.get("method", "get")).lower() != "post":
        return []
    action = str(form.get("action") or page).split("?")[0]
    try:
        endpoint, _place = prober.app.url_map.bind("localhost").match(action, method="POST")
    except Exception:  # an address that is no route of ours
        return []
    stamp = stamp_of(prober.app.view_functions[endpoint])
    if stamp is None or stamp.permission is None or stamp.reads or stamp.repeatable:
        return []
    data = _values(form)
    buttons = [b for b in form.select("button[name]") if b.get("type", "submit") == "submit"]
    variants = [{**data, str(b["name"]): str(b.get("value", ""))} for b in buttons] or [data]
    variants.sort(key=lambda v: "finish" not in str(v.get("do", "")))
    return [Sending(endpoint, visitor, action, tuple(variant.items())) for variant in variants]


def _values(form: Tag) -> dict[str, Any]:
    """What a person who fills in everything would send: defaults kept, lists and choices picked, words written."""
    data: dict[str, Any] = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        name, kind = str(control["name"]), str(control.get("type", "text"))
        if control.name == "select":
            options = [o for o in control.select("option") if o.get("value")]
            chosen = control.select_one("option[selected]")
            if not (chosen and chosen.get("value")):
                chosen = options[-1] if options else chosen
            data[name] = chosen.get("value", "") if chosen else ""
        elif kind in ("checkbox", "radio"):
            if control.has_attr("checked") or (kind == "radio" and name not in data):
                data[name] = control.get("value", "y")
        elif control.name == "textarea":
            data[name] = control.text.strip() or COMMON
        elif kind not in ("submit", "button", "file"):
            data[name] = control.get("value") or (
                COMMON if kind in ("text", "search") and control.has_attr("required") else ""
            )
    return data


def _always(stamp: Any, view: Callable[[], Any]) -> Any:
    """The unit of work without the key's row: the planted fault."""
    return kcc.web.requests._committed(make_response(view()))
