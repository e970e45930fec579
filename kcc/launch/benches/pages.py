"""Server time and queries of the pages where people work, beside what the same page takes with its index gone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kcc.core.db import db
from kcc.launch.benches._house import AGENT, HANDLER, SUPERVISOR, House, house, measure
from kcc.launch.benching import Bench, Figure, bench

MOST_QUERIES = 12
Send = Callable[[Any, int], Any]


@dataclass(frozen=True)
class Case:
    """A page: who visits, how, the target for the 95th percentile in milliseconds, and SQL that must make it slower."""

    name: str
    account: int
    send: Send
    target: float
    fault: str | None = None
    repair: str | None = None


def _cases(given: House) -> list[Case]:
    newest = given.tickets
    talk = _talk(given)
    found = {"q": f"zaak{newest // 2}"}
    return [
        Case("desk", AGENT, lambda c, _n: c.get("/desk/"), 50),
        Case("conversation", AGENT, lambda c, _n: c.get(f"/desk/{talk}"), 50),
        Case(
            "open-work-list", AGENT, lambda c, _n: c.get("/tickets/"), 50,
            "alter index ix_ticket_open rename to hidden; update pg_index set indisvalid = false where indexrelid = 'hidden'::regclass",
            "update pg_index set indisvalid = true where indexrelid = 'hidden'::regclass; alter index hidden rename to ix_ticket_open",
        ),
        Case("one-ticket", AGENT, lambda c, n: c.get(f"/tickets/{given.id_of('t', newest - n)}"), 50),
        Case(
            "search-one-hit", AGENT, lambda c, _n: c.post("/tickets/search", data=found), 30,
            "update pg_index set indisvalid = false where indexrelid = 'ix_ticket_terms_terms'::regclass",
            "update pg_index set indisvalid = true where indexrelid = 'ix_ticket_terms_terms'::regclass",
        ),
        Case("search-common-word", AGENT, lambda c, _n: c.post("/tickets/search", data={"q": "paspoort"}), 50),
        Case("worklist", HANDLER, lambda c, _n: c.get("/work/"), 50),
        Case(
            "knowledge-search", AGENT, lambda c, n: c.post("/knowledge/fragment/search", data={"text": f"nummer{n + 77}", "town": 1}), 50,
        ),
        Case(
            "knowledge-common-word", AGENT,
            lambda c, _n: c.post("/knowledge/fragment/search", data={"text": "paspoort", "town": 1}), 50,
        ),
        Case(
            "party-search", AGENT,
            lambda c, n: c.post(f"/desk/{talk}/parties", data={"find_name": f"marieke bakker linde{n % 5}"}), 50,
        ),
        Case("statistics", SUPERVISOR, lambda c, _n: c.get("/statistics/"), 100),
        Case(
            "live-board", SUPERVISOR, lambda c, _n: c.get("/statistics/board/figures"), 50,
            "update pg_index set indisvalid = false where indexrelid = 'ix_work_item_day'::regclass",
            "update pg_index set indisvalid = true where indexrelid = 'ix_work_item_day'::regclass",
        ),
        Case("save", AGENT, lambda c, n: _note(given, c, newest - 4 * n), 40),
    ]  # fmt: skip


def _talk(given: House) -> uuid.UUID:
    """A conversation in hand of the agent who is measured."""
    talk, agent = given.id_of("c", 0), given.id_of("a", AGENT)
    with given.admin() as admin:
        admin.execute(
            "insert into conversation (id, centre_id, municipality_id, account_id, channel, started_at, anonymous, cancelled)"
            " values (%s, 1, 1, %s, 'phone', now(), false, false) on conflict do nothing", (talk, agent),
        )  # fmt: skip
        admin.execute(
            "insert into draft (centre_id, conversation_id, account_id, body, version, saved_at)"
            " values (1, %s, %s, '{}', 1, now()) on conflict do nothing", (talk, agent),
        )  # fmt: skip
    return talk


def _note(given: House, client: Any, number: int) -> Any:
    data = {"body": "De inwoner belt morgen terug.", "form_key": str(uuid.uuid4()), "version": "1"}
    return client.post(f"/tickets/{given.id_of('t', number)}/note", data=data)


@bench("pages")
def pages(given: Bench) -> list[Figure]:
    """Each page: median, 95th percentile, queries."""
    place = house(given)
    with place.admin() as admin:  # an earlier run left notes, and a form that saw the version before them is refused
        admin.execute("update ticket set version = 1 where version <> 1")
    found = []
    for case in _cases(place):
        try:
            found += _figures(given, place, case)
        except RuntimeError as fault:
            given.say(f"{case.name}: {fault}")
            found.append(Figure(f"{case.name} p95", -1, "ms", case.target, False, str(fault)))
    found.append(_planted_query(place))
    return found


def _figures(given: Bench, place: House, case: Case) -> list[Figure]:
    secret = place.sign_in(case.account)
    timing = measure(place, secret, case.send)
    planted = measure(place, secret, lambda c, n: case.send(c, n + 100), times=5, warm=1, wait=case.target).at(0.5)
    control = f"with {case.target:g} ms planted: p50 {planted:.1f} ms{'' if planted > case.target else ', NOT seen'}"
    control += f"; {_slower(place, secret, case)}" if case.fault else ""
    given.say(f"{case.name}: p50 {timing.at(0.5):.1f} ms, p95 {timing.at(0.95):.1f} ms, {timing.queries} vragen")
    p95 = round(timing.at(0.95), 1)
    return [
        Figure(f"{case.name} p50", round(timing.at(0.5), 1), "ms"),
        Figure(f"{case.name} p95", p95, "ms", case.target, p95 <= case.target, control),
        Figure(f"{case.name} queries", timing.queries, "queries", MOST_QUERIES, timing.queries <= MOST_QUERIES),
    ]


def _slower(place: House, secret: str, case: Case) -> str:
    """The median of the same page while its index is out of use."""
    with place.admin() as admin:
        for statement in str(case.fault).split(";"):
            admin.execute(statement.encode())
        try:
            _forget_plans(place)
            slow = measure(place, secret, lambda c, n: case.send(c, n + 200), times=5, warm=1)
        finally:
            for statement in str(case.repair).split(";"):
                admin.execute(statement.encode())
            _forget_plans(place)
    return f"without its index: p50 {slow.at(0.5):.1f} ms"


def _forget_plans(place: House) -> None:
    with place.app.app_context():
        db.engine.dispose()


def _planted_query(place: House) -> Figure:
    """One query more in a page is one more in the count."""
    secret = place.sign_in(AGENT)
    before = measure(place, secret, lambda c, _n: c.get("/tickets/"), times=3, warm=2).queries
    view = place.app.view_functions["contacts.tickets"]

    def busier(**given: Any) -> Any:
        db.session.execute(sa.text("select 1"))
        return view(**given)

    vars(busier).update(vars(view))  # the stamp that lets it in
    place.app.view_functions["contacts.tickets"] = busier
    try:
        after = measure(place, secret, lambda c, _n: c.get("/tickets/"), times=3, warm=2).queries
    finally:
        place.app.view_functions["contacts.tickets"] = view
    return Figure("control: a planted query", after - before, "queries", 1, after - before == 1, f"{before} → {after}")
