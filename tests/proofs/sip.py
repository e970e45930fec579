"""Every call through a real exchange is accounted for, and the service level is what the callers measured themselves.

Kamailio asks KCC over its own interface who takes each call; SIPp plays callers (patient ones, impatient ones, some who
would rather be called back) and agents' telephones, one of which is always busy. The first call before anybody is at a
desk: the impatient leave, some are promised a call-back, the patient wait past the norm; then the desks open and the rest
call. So every fate occurs, however quick the agents are. Afterwards two books are compared: KCC's, and what callers noted
with their own clocks.
"""

from __future__ import annotations

import base64
import json
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from werkzeug.serving import make_server

from kcc.channels import actions_calls, queries_calls
from kcc.channels import actions_phones as phones
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
from tests.proofs._telephony import HOST, Callers, Exchange, Heard, Telephones, exchange, require_sip

TOWNS = ("Aalburg", "Bergen", "Cadzand")
WITHIN = 2
"""Seconds agreed in this proof: calls last half a second here, so the norm is short too."""
NEAR = 0.05
"""Callers stand outside the exchange: within this many seconds of the norm their clock may put a call on the other side."""
FATES = {"answered": "ended", "abandoned": "abandoned", "promised": "called_back"}
KINDS = (("caller.xml", 0.70, False), ("impatient.xml", 0.18, False), ("caller.xml", 0.12, True))
"""Patient callers, impatient ones, and those who would rather be called back: scenario, share, takes a call-back."""
SHARES = (0.5, 0.3, 0.2)
"""Of all callers, for each town."""
EARLY = ((2, 1, 1), (2, 1, 1), (1, 1, 1))
"""How many of each kind call each town before the desks open."""
NOTHING = (
    "unknown_to_kcc", "unknown_to_callers", "told_apart", "unaccounted", "level_differs", "left_in_queue", "without_a_desk",
    "without_a_promise",
)  # fmt: skip
"""Of none of these may there be any."""


@proof("sip")
def sip(run: Run) -> Outcome:
    """Call, wait, talk, hang up; then compare what KCC and the callers know of each call."""
    require_sip()
    logging.disable(logging.CRITICAL)
    size = run.size(full=1_050, reduced=36)
    with house(run, pool_size=20) as given, _kcc(given) as address, ExitStack() as exits:
        _agree_on_the_norm(given)
        agents = _agents(given, Telephones(exits), 7)
        floor = Floor(given, address, agents)
        # The claim is about those who waited longer than the norm, too: the desks open after it.
        real = Plan(Bridge, size, rate=run.size(full=3, reduced=7), opens_after=WITHIN + 0.5, patience=60)
        forgetful = Plan(ForgetfulBridge, run.size(full=60, reduced=12), rate=4, opens_after=0, patience=2)
        result, control = _trial(run, floor, real), _trial(run, floor, forgetful)
    return Outcome(
        n=result["calls"],
        result=result,
        holds=_faults(result) == 0 and _shows_everything(result) and result["calls"] >= size,
        control={"every seventh event never sent": True, **control},
        control_found=_faults(control) > 0,
    )


class ForgetfulBridge(Bridge):
    """The control's fault: an exchange that forgets to report."""

    count = 0

    def handle(self, event: Mapping[str, Any]) -> None:
        """Leave every seventh event out, but for arrivals."""
        ForgetfulBridge.count += 1
        if event["ev"] == "invite" or ForgetfulBridge.count % 7:
            super().handle(event)


@dataclass(frozen=True)
class Plan:
    """One trial: through which bridge, how many calls, how many in a second, when the desks open (seconds).

    ``patience``: seconds to wait for what may never come.
    """

    bridge_class: type[Bridge]
    size: int
    rate: float
    opens_after: float
    patience: float


@dataclass
class Floor:
    """Where the calls come in: KCC at an address, and who may sit at its desks (secrets of sessions by name)."""

    given: House
    address: str
    agents: Mapping[str, str]


def _faults(result: Mapping[str, Any]) -> int:
    return sum(result[name] for name in NOTHING)


def _shows_everything(result: Mapping[str, Any]) -> bool:
    """Whether every fate occurred, some were answered in time and others not, and a telephone was busy."""
    occurred = all(result["by_state"].get(state) for state in FATES.values())
    return bool(occurred and result["busy_telephones"] and 0 < result["level"] < 1)


def _trial(run: Run, floor: Floor, plan: Plan) -> dict[str, Any]:
    """One exchange, its callers, and the comparison."""
    key = _key(floor.given)
    with exchange(floor.address, key["key"], key["secret"], plan.bridge_class) as made:
        heard = _call(run, made, floor, plan)
        return _compare(floor.given, heard, key["id"])


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


def _agree_on_the_norm(given: House) -> None:
    with given.world.admin() as admin:
        admin.execute("update service_agreement set within_seconds = %s where channel = 'phone'", (WITHIN,))


def _key(given: House) -> dict[str, str]:
    """A key for an exchange, as the command makes it."""
    made = given.app.test_cli_runner().invoke(args=["telephony", "add-exchange", "--centre", "noord", "--json"])
    key: dict[str, str] = json.loads(made.output.strip().splitlines()[-1])
    assert len(base64.b64decode(key["secret"])) == 32
    with given.world.admin() as admin:
        found = admin.execute("select id from guard.exchange where key_id = %s", (key["key"],)).fetchone()
    assert found
    return {**key, "id": str(found[0])}


def _agents(given: House, telephones: Telephones, count: int) -> dict[str, str]:
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
            sessions[name] = given.world.session_for(name)
    with given.app.app_context(), given.world.scope("supervisor", Permission.TELEPHONE_MANAGE) as supervisor:
        for number, name in enumerate(sessions):
            address = telephones.add("busy.xml" if number == 0 else "phone.xml")
            phones.set_phone(actor=supervisor, account_id=given.world.people[name], address=address)
        db.session.commit()
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


def _call(run: Run, made: Exchange, floor: Floor, plan: Plan) -> Heard:
    """Three towns, three kinds of callers: some before the desks open, then all at once; until all is settled."""
    heard, numbers, started = Heard(), _numbers(floor.given), time.monotonic()
    early = [
        _group(made, number, kind, EARLY[p][k], 0.5) for p, number in enumerate(numbers) for k, kind in enumerate(KINDS)
    ]
    time.sleep(plan.opens_after)
    with _desks(floor.given, floor.agents):
        late = [
            _group(made, number, kind, math.ceil(plan.size * SHARES[p] * kind[1]) - EARLY[p][k], plan.size / plan.rate)
            for p, number in enumerate(numbers) for k, kind in enumerate(KINDS)
        ]  # fmt: skip
        deadline = time.monotonic() + plan.size / plan.rate + plan.patience
        for group in early + late:
            group.wait(heard, max(1.0, deadline - time.monotonic()))
        run.say(f"{len(heard.called)} oproepen in {time.monotonic() - started:.0f} s")
        _settle(floor.given, made, plan.patience)
    return heard


def _numbers(given: House) -> list[str]:
    with given.world.admin() as admin:
        rows = dict(admin.execute("select id, address from entrance").fetchall())
    return [rows[given.world.entrances[town]] for town in TOWNS]


def _group(made: Exchange, number: str, kind: tuple[str, float, bool], count: int, over: float) -> Callers:
    scenario, _share, callback = kind
    return made.callers(number, scenario, count=max(1, count), over=over, callback=callback)


def _settle(given: House, made: Exchange, patience: float) -> None:
    """Let the last events be passed on and the last conversations be finished."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with given.world.admin() as admin:
            row = admin.execute(
                "select (select count(*) from call where state in ('ringing', 'talking', 'on_hold'))"
                " + (select count(*) from conversation where finished_at is null)"
            ).fetchone()
        if row == (0,) and made.bridge.is_idle():
            return
        time.sleep(0.1)


def _compare(given: House, heard: Heard, exchange_id: str) -> dict[str, Any]:
    """KCC's book of this exchange beside that of its callers."""
    mine = "select id from call where exchange_id = %(exchange)s"
    with given.world.admin() as admin:

        def count(what: str) -> int:
            return admin.execute(f"{what} in ({mine})".encode(), {"exchange": exchange_id}).fetchone()[0]  # type: ignore[index,no-any-return]

        rows = admin.execute(
            "select exchange_call, state, waited_seconds, arrived_at, id from call where exchange_id = %s",
            (exchange_id,),
        ).fetchall()
        queued = count("select count(*) from work_item where kind = 'call' and done_at is null and subject_id")
        promised = count("select count(*) from work_item where kind = 'callback' and subject_id")
        refused = count("select count(*) from call_event where verb = 'agent_failed' and call_id")
        legs = count("select count(distinct call_id) from call_leg where answered_at is not null and call_id")
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
        "busy_telephones": refused,
        "without_a_desk": abs(states["ended"] - legs),
        "without_a_promise": abs(states["called_back"] - promised),
        "left_in_queue": queued,
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
