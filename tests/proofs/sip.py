"""Every call through a real exchange is accounted for, and the service level is what the callers measured themselves.

Kamailio asks KCC over its own interface who takes each call; SIPp plays callers (patient ones, impatient ones, some who
would rather be called back) and agents' telephones, one of which is always busy. KCC's routing chooses; agents finish each
conversation at their desk. Afterwards two books are compared: KCC's, and what callers noted with their own clocks.
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from werkzeug.serving import make_server

from kcc.channels import actions_calls, queries_calls
from kcc.core import jobs
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import KCCError
from kcc.core.permissions import Actor, Permission
from kcc.core.tenancy import scope
from kcc.desk import actions as desk
from kcc.desk.rules import DraftBody, QuestionDraft
from kcc.integrations.telephony.kamailio import Bridge
from kcc.launch.postgres import any_free_port
from kcc.launch.proving import Outcome, Run, proof
from kcc.routing import actions_offers as offers
from kcc.routing import actions_presence as presence
from tests.proofs._house import House, house
from tests.proofs._telephony import HOST, Exchange, Heard, exchange, require_sip

TOWNS = ("Aalburg", "Bergen", "Cadzand")
WITHIN = 2
"""Seconds agreed in this proof: calls last half a second here, so the norm is short too."""
NEAR = 0.05
"""Callers stand outside the exchange: within this many seconds of the norm their clock may put a call on the other side."""
FATES = {"answered": "ended", "abandoned": "abandoned", "promised": "called_back"}


@proof("sip")
def sip(run: Run) -> Outcome:
    """Call, wait, talk, hang up; then compare what KCC and the callers know of each call."""
    require_sip()
    logging.disable(logging.CRITICAL)
    size = run.size(full=1_050, reduced=36)
    result = _trial(run, size, rate=run.size(full=3, reduced=3), bridge_class=Bridge)
    control = _trial(run, run.size(full=60, reduced=12), rate=2, bridge_class=ForgetfulBridge)
    return Outcome(
        n=result["calls"],
        result=result,
        holds=_is_right(result) and result["calls"] >= size,
        control={"every seventh event never sent": True, **control},
        control_found=not _is_right(control),
    )


class ForgetfulBridge(Bridge):
    """The control's fault: an exchange that forgets to report."""

    count = 0

    def handle(self, event: Mapping[str, Any]) -> None:
        """Leave every seventh event out, but for arrivals."""
        ForgetfulBridge.count += 1
        if event["ev"] == "invite" or ForgetfulBridge.count % 7:
            super().handle(event)


def _is_right(result: Mapping[str, Any]) -> bool:
    nothing = (
        "unknown_to_kcc", "unknown_to_callers", "told_apart", "unaccounted", "level_differs", "left_in_queue",
        "without_a_desk", "without_a_promise",
    )  # fmt: skip
    kinds = all(result["by_state"].get(state) for state in FATES.values()) and result["busy_telephones"]
    return bool(kinds) and all(result[name] == 0 for name in nothing)


def _trial(run: Run, size: int, rate: float, bridge_class: type[Bridge]) -> dict[str, Any]:
    with house(run, pool_size=20) as given, _kcc(given) as address, ExitStack() as exits:
        key = _prepare(given)
        made = exits.enter_context(exchange(address, key["key"], key["secret"], bridge_class))
        agents = _agents(given, made, run.size(full=7, reduced=4))
        exits.enter_context(_desks(given, agents))
        heard = _call(run, made, given, size, rate)
        _settle(given, made)
        return _compare(given, heard)


@contextmanager
def _kcc(given: House) -> Iterator[str]:
    """KCC on a port of its own, with a worker; open at any hour, because a proof may run at night."""
    real, actions_calls.calendars.is_open = actions_calls.calendars.is_open, lambda *_: True  # type: ignore[assignment]
    server = make_server(HOST, any_free_port(), given.app, threaded=True)
    stop = threading.Event()
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=_work, args=(given, stop))]
    for thread in threads:
        thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        stop.set()
        server.shutdown()
        for thread in threads:
            thread.join(20)
        actions_calls.calendars.is_open = real


def _work(given: House, stop: threading.Event) -> None:
    with given.app.app_context():
        ticked = 0.0
        while not stop.is_set():
            if time.monotonic() - ticked > 1:
                jobs.tick(now())
                ticked = time.monotonic()
            job = jobs.claim()
            if job is None:
                stop.wait(0.1)
            else:
                jobs.run(job)


def _prepare(given: House) -> dict[str, str]:
    """The norm of this proof, and a key as the command makes it."""
    with given.world.admin() as admin:
        admin.execute("update service_agreement set within_seconds = %s where channel = 'phone'", (WITHIN,))
    made = given.app.test_cli_runner().invoke(args=["telephony", "add-exchange", "--centre", "noord", "--json"])
    key: dict[str, str] = json.loads(made.output.strip().splitlines()[-1])
    assert len(base64.b64decode(key["secret"])) == 32
    return key


def _agents(given: House, made: Exchange, count: int) -> dict[str, str]:
    """Agents for all towns, each with a telephone (one of them always busy) and a session; gives secrets by name."""
    sessions = {}
    with given.world.admin() as admin:
        for number in range(count):
            name = f"agent_sip_{number}"
            account = given.world.people[name] = new_id()
            admin.execute(
                "insert into account (id, email, name, locale, shortcuts_on, active, created_at) values (%s, %s, %s, 'nl', true, true, now())",
                (account, f"{name}@kcc.example", name),
            )
            for town in TOWNS:
                admin.execute(
                    "insert into membership (id, municipality_id, account_id, role, valid_from) values (%s, %s, %s, 'agent', '2011-01-01')",
                    (new_id(), given.world.towns[town], account),
                )
            phone = made.telephone("busy.xml" if number == 0 else "phone.xml")
            admin.execute(
                "insert into agent_phone (centre_id, account_id, address) values (%s, %s, %s)",
                (given.world.centres["noord"], account, phone),
            )
            sessions[name] = given.world.session_for(name)
    return sessions


@contextmanager
def _desks(given: House, agents: Mapping[str, str]) -> Iterator[None]:
    """Agents at their desks: each is available, finishes what was talked about, and takes the next."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_sit, args=(given, name, secret, stop), daemon=True) for name, secret in agents.items()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)


def _sit(given: House, name: str, secret: str, stop: threading.Event) -> None:
    actor = given.world.actor(name)
    with given.app.app_context(), given.world.admin() as admin:
        while not stop.wait(0.15):
            ended = admin.execute(
                "select id, municipality_id from conversation where account_id = %s and ended_at is not null and finished_at is null",
                (actor.account_id,),
            ).fetchall()
            state = admin.execute("select state from agent_state where account_id = %s", (actor.account_id,)).fetchone()
            if ended or state is None or state[0] in ("offline", "no_answer"):
                _attend(given, actor, secret, ended)


def _attend(given: House, actor: Actor, secret: str, ended: list[Any]) -> None:
    key = given.app.config["SETTINGS"].data_key
    try:
        with scope(secret, Permission.DESK_USE):
            for conversation, town in ended:
                question = QuestionDraft(town, topic="Paspoort aanvragen", outcome="answered", notes="proef")
                desk.finish(actor=actor, conversation_id=conversation, body=DraftBody(questions=[question]), key=key)
            if not ended:
                presence.choose(actor=actor, state="available")
            presence.beat(actor=actor)
            offers.offer_to_me(actor=actor)
            db.session.commit()
    except (KCCError, DBAPIError):
        db.session.rollback()  # a lock that somebody holds: the next look round does it


def _call(run: Run, made: Exchange, given: House, size: int, rate: float) -> Heard:
    """Three towns, three kinds of callers, all at once."""
    heard, kinds = Heard(), (("caller.xml", 0.70, False), ("impatient.xml", 0.18, False), ("caller.xml", 0.12, True))
    with given.world.admin() as admin:
        numbers = [
            admin.execute("select address from entrance where id = %s", (given.world.entrances[t],)).fetchone()[0]  # type: ignore[index]
            for t in TOWNS
        ]
    groups = []
    for place, number in enumerate(numbers):
        for scenario, share, callback in kinds:
            count = -(-int(size * share * (0.5, 0.3, 0.2)[place] * 100) // 100) or 1
            groups.append(
                made.callers(
                    number, scenario, count=max(1, count), rate=max(0.1, rate * count / size), callback=callback
                )
            )
    started = time.monotonic()
    deadline = started + size / rate * 2 + 30
    for group in groups:
        group.wait(heard, max(1.0, deadline - time.monotonic()))
    run.say(f"{len(heard.called)} oproepen in {time.monotonic() - started:.0f} s")
    return heard


def _settle(given: House, made: Exchange) -> None:
    """Let the last events be passed on and the last conversations be finished."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with given.world.admin() as admin:
            row = admin.execute(
                "select (select count(*) from call where state in ('ringing', 'talking', 'on_hold'))"
                " + (select count(*) from conversation where finished_at is null)"
            ).fetchone()
        if row == (0,) and made.bridge.is_idle():
            return
        time.sleep(0.3)


def _compare(given: House, heard: Heard) -> dict[str, Any]:
    """KCC's book beside that of the callers."""
    with given.world.admin() as admin:
        rows = admin.execute("select exchange_call, state, waited_seconds, arrived_at, id from call").fetchall()
        queued = admin.execute("select count(*) from work_item where kind = 'call' and done_at is null").fetchone()
        promised = admin.execute("select count(*) from work_item where kind = 'callback'").fetchone()
        refused = admin.execute("select count(*) from call_event where verb = 'agent_failed'").fetchone()
        legs = admin.execute(
            "select count(distinct call_id), count(*) from call_leg where answered_at is not null"
        ).fetchone()
    assert queued and promised and refused and legs
    known = {row[0]: row for row in rows}
    states = Counter(row[1] for row in rows)
    apart = [c for c, (fate, _at) in heard.fate.items() if c in known and known[c][1] != FATES[fate]]
    answered = [
        c for c, (fate, _at) in heard.fate.items() if fate == "answered" and c in known and known[c][2] is not None
    ]
    differences = [abs(heard.waited(c) - known[c][2]) for c in answered]
    by_callers = sum(heard.waited(c) <= WITHIN for c in answered)
    near = sum(abs(heard.waited(c) - WITHIN) <= NEAR for c in answered)
    by_kcc = _level(given, [row[3] for row in rows])
    return {
        "calls": len(heard.called),
        "by_state": dict(states),
        "unknown_to_kcc": len(set(heard.called) - set(known)),
        "unknown_to_callers": len(set(known) - set(heard.called)),
        "told_apart": len(apart) + len(set(heard.called) - set(heard.fate)),
        "unaccounted": by_kcc["offered"] - by_kcc["answered"] - by_kcc["abandoned"] - by_kcc["called_back"],
        "answered_in_time": by_kcc["in_time"],
        "answered_in_time_by_callers": by_callers,
        "near_the_norm": near,
        "level": round(by_kcc["in_time"] / max(1, by_kcc["answered"]), 4),
        "level_differs": max(0, abs(by_kcc["in_time"] - by_callers) - near),
        "largest_difference_ms": round(max(differences, default=0) * 1000),
        "longest_wait_s": round(max((heard.waited(c) for c in answered), default=0), 1),
        "busy_telephones": refused[0],
        "without_a_desk": abs(states["ended"] - legs[0]),
        "without_a_promise": abs(states["called_back"] - promised[0]),
        "left_in_queue": queued[0],
    }


def _level(given: House, moments: list[datetime]) -> Counter[str]:
    """The product's own figures, as a supervisor reads them."""
    total: Counter[str] = Counter()
    with given.app.app_context(), given.world.scope("supervisor", Permission.STATISTICS_READ):
        found = queries_calls.figures([given.world.towns[t] for t in TOWNS], min(moments), now())
        for town in found.values():
            for name in ("offered", "answered", "in_time", "abandoned", "called_back", "lost", "waiting"):
                total[name] += getattr(town, name)
    return total
