"""A form that is sent a hundred times at once counts once, and every copy gets the same answer."""

from __future__ import annotations

import io
import logging
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import psycopg
from bs4 import BeautifulSoup, Tag
from flask import make_response
from psycopg import sql
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import kcc.web.requests
from kcc.launch.proving import Outcome, Run, proof
from kcc.web.guards import stamp_of
from tests.factories.pictures import png
from tests.proofs._house import House, house
from tests.proofs._lookalikes import COMMON, Planter, canary
from tests.proofs._moments_people import MOMENTS as OF_PEOPLE
from tests.proofs._probing import Prober, Visitor, shape
from tests.proofs.isolation import everybody
from tests.support.world import DOORS

PEOPLE = ("agent", "handler", "coordinator", "editor_all", "supervisor", "administrator")
PER_ROUTE = 3
"""Buttons of one route that are tried."""
OTHER = "AAL-26-000099"
SAID = {
    "variables": "prijs = 12", "reference": OTHER, "sites": "https://www.gemeente.example", "kappa": "3",
    "phone": "0181 12 34 56", "on_day": "2031-01-01", "leaves_on": "2031-01-01",
    **{f"column_{name}": "" for name in ("for_municipality", "for_citizen", "for_business", "law_label", "law_url")},
}  # fmt: skip
"""What a field wants to hear, where any word will not do."""
IF_EMPTY = {
    "label": COMMON, "name": COMMON, "address": "balie-1", "url": "https://www.gemeente.example", "cbs_code": "1234",
    "short_code": "XYZ", "joined_on": "2026-11-01", "email": "n.nieuw@kcc.example", "starts": "09:00", "ends": "12:00",
}  # fmt: skip
"""What a field wants to hear when nothing stands in it yet."""
FILES = {
    "csv": b"UniformeProductnaam,URI,naam,email,rol,gemeente,vanaf,tot_en_met,dag,van,tot,kanalen,notitie\n"
    b"paspoort,http://example.org/paspoort,Nina Nieuw,n.nieuw@kcc.example,editor,Aalburg,,,2031-01-02,9:00,12:00,,\n",
    "png": png(8, 8),
    "": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n",
}
"""What is sent where a file is asked for, by what it has to be."""
WHO = "(select id from account where email = '{}@kcc.example')"
AT_COUNTER = (
    "update entrance set kind = 'counter' where kind = 'phone'; update queue_number set on_day = current_date;"
    " update work_item set kind = 'counter', channel = 'counter', ticket_id = null, subject_id = q.id from queue_number q"
    " where kind = 'returned_task' and q.municipality_id = work_item.municipality_id and q.number = 1 and work_item.id ="
    " (select id from work_item w where w.municipality_id = q.municipality_id and w.kind = 'returned_task' order by id limit 1)"
)
OF_BERGEN_TOO = (
    "insert into membership (id, municipality_id, account_id, role, valid_from)"
    f" select gen_random_uuid(), id, {WHO.format('administrator')}, 'administrator', '2011-01-01' from municipality where name = 'Bergen'"
)
MOMENTS = {
    "as planted": "",
    "in hand": f"update internal_task set state = 'picked_up', assignee_id = {WHO.format('handler')}, picked_up_at = now();"
    f" update work_item set state = 'taken', account_id = {WHO.format('agent')}, claimed_at = now()",
    "back at the centre": "update internal_task set state = 'done', done_at = now(), result = 'answered';"
    " update ticket set status = 'open'",
    "answered": "update internal_task set state = 'done', done_at = now(), result = 'answered';"
    " update ticket set status = 'answered', answered_at = now()",
    "closed": "update internal_task set state = 'done', done_at = now(), result = 'answered';"
    " update ticket set status = 'closed', closed_at = now(), answered_at = now()",
    "numbered": f"update ticket set reference = '{OTHER}' where reference = '{canary('Aalburg', 'figures', 'afval').upper()}'",
    "somebody waits": AT_COUNTER,
    "somebody was called": AT_COUNTER
    + f"; update queue_number set state = 'called', first_called_at = now(), called_at = now(),"
    f" account_id = {WHO.format('agent')}; update work_item set state = 'taken', account_id = {WHO.format('agent')},"
    " claimed_at = now() where kind = 'counter'",
    "looked at today": "update daily_check set on_day = current_date, point = 'health',"
    f" account_id = {WHO.format('supervisor')} where point = 'Aalburg'",
    "import goes on": "update import_run set state = 'running'",
    "import was stopped": "update import_run set state = 'stopped', dry_run = false, added = 1",
    "a town came to an end": "update municipality set cbs_code = '9000' where name = 'Aalburg'; delete from municipality_successor",
    "a crisis holds": "update crisis set ended_at = null, ended_by_id = null"
    " where id in (select distinct on (centre_id) id from crisis order by centre_id, id)",
    "a trial may be saved": "update routing_trial t set base_version ="
    " coalesce((select max(version) from routing_parameters p where p.centre_id = t.centre_id), 0)",
    "two towns to set up": f"{OF_BERGEN_TOO}; delete from succession_choice; delete from succession;"
    " set session_replication_role = replica; delete from topic_route where municipality_id in"
    " (select id from municipality where name = 'Aalburg'); reset session_replication_role",
    "a town is not open yet": "update municipality set joined_on = null where name = 'Aalburg'",
    "two towns were compared": f"{OF_BERGEN_TOO};"
    " update succession s set kind = 'merger', compared_at = now(), successor_id ="
    " (select min(id) from municipality m where m.centre_id = s.centre_id and m.id <> s.municipality_id), compared ="
    """ '{"counts": {}, "moving": 0, "staying": 0, "tasks": 0, "parties": 0, "same_number": 0, "alike": 1, "departments": [],"""
    """ "new_departments": [], "routes": 0, "route_conflicts": [], "articles": 0, "overlays": 0, "overlay_conflicts": [],"""
    """ "entrances": [], "roles": 0, "calls": 0, "has_hours": true, "has_agreement": true}'"""
    " where municipality_id in (select id from municipality where name = 'Aalburg')",
    "signed in elsewhere": "insert into guard.door (id, secret_hash, kind, account_id, second_factor, expires_at, idle, label)"
    f" values ('{uuid.UUID(int=77)}', 'elsewhere', 'session', {WHO.format('agent')}, true, now() + interval '1 hour', interval '1 hour', 'x')"
    " on conflict do nothing",
    **OF_PEOPLE,
}
"""How the world may stand when a form is shown: each form is tried in the first moment that shows it."""


LOOKED_AT = {
    "in hand": ("backoffice.task",),
    "back at the centre": ("contacts.ticket", "backoffice.ask_escalate"),
    "answered": ("contacts.ticket",),
    "closed": ("contacts.ticket",),
    "numbered": ("mail.look", "contacts.ticket"),
    "somebody waits": ("channels.counter", "channels.kiosks"),
    "somebody was called": ("channels.counter",),
    "looked at today": ("operations.day",),
    "another address was asked for": ("account.email", "setup.rights"),
    "import goes on": ("imports.show",),
    "import was stopped": ("imports.show",),
    "a town came to an end": ("imports.successors",),
    "a crisis holds": ("tuning.crisis",),
    "a trial may be saved": ("tuning.trial",),
    "two towns to set up": ("succession.overview", "setup.topics"),
    "a town is not open yet": ("setup.town",),
    "two towns were compared": ("succession.show",),
    "signed in elsewhere": ("account.overview",),
    "somebody is proposed": ("setup.rights", "setup.person_skills"),
    "somebody works today": ("roster.week",),
    "somebody left": ("setup.left_work",),
}
"""Pages that a reduced run looks at in a moment, by the beginning of their endpoint; all of them in the others."""
SHOWN_BESIDE = {
    "mail.sorting": "?shelf=trouble",
    "setup.topics": "?source=2",
}
"""Pages that show other forms under another question."""


@dataclass(frozen=True)
class Sending:
    """A filled form: the route, who sends it, where to and what."""

    endpoint: str
    visitor: Visitor
    path: str
    data: tuple[tuple[str, Any], ...]
    moment: str


@proof("submits")
def submits(run: Run) -> Outcome:
    """Each writing form that the pages of six people offer: what many parallel copies leave is what one leaves."""
    logging.disable(logging.CRITICAL)
    copies = run.size(full=100, reduced=5)
    with house(run, pool_size=24) as given, given.world.admin() as admin:
        planter = Planter(given.world)
        prober = Prober(given.app, given.world, planter.plant())
        visitors = [v for v in everybody(given.world) if v.name in PEOPLE]
        writing = _writing(given)
        stands: dict[str, Snapshot] = {}
        accepted: dict[str, list[Sending]] = {}
        faults: list[str] = []
        tried = 0
        for moment in MOMENTS:
            stands[moment] = _stand(stands, moment, admin)
            looked_at = LOOKED_AT.get(moment, ("",)) if run.reduced else ("",)
            for sending in _forms(prober, visitors, moment, writing - set(accepted), looked_at):
                if run.reduced and sending.endpoint in accepted:
                    continue
                tried += 1
                alone = _trial(given, stands, sending, 1, admin)
                if alone.status >= 400:
                    continue
                accepted.setdefault(sending.endpoint, []).append(sending)
                together = _trial(given, stands, sending, copies, admin)
                if together.rows != alone.rows or together.answers != 1:
                    faults.append(
                        f"{sending.endpoint}: {together.answers} answers, rows {dict(together.rows - alone.rows)}"
                    )
        doubled = set()
        with mock.patch.object(kcc.web.requests, "_once", _always):
            for sending in (sending for sendings in accepted.values() for sending in sendings):
                several = _trial(given, stands, sending, 4, admin)
                if (
                    several.rows.total() > 0
                    and (several.rows - _trial(given, stands, sending, 1, admin).rows).total() > 0
                ):
                    doubled.add(sending.endpoint)
                if run.reduced and len(doubled) >= 3:
                    break
    return Outcome(
        n=copies * sum(map(len, accepted.values())),
        result={
            "copies": copies, "forms": tried, "accepted": sum(map(len, accepted.values())), "routes": len(accepted), "more_than_once": len(faults), "faults": faults,
            "routes_not_tried": sorted(writing - set(accepted)),
        },
        holds=not faults and writing == set(accepted),
        control={"without_the_key": sorted(doubled), "routes_doubled": len(doubled)},
        control_found=len(doubled) > 0,
    )  # fmt: skip


class Snapshot:
    """The rows of every table as they stand, to put back what a trial changed: planting all anew takes far longer."""

    def __init__(self, admin: psycopg.Connection[Any]) -> None:
        self.names = [f"public.{name}" for name in _tables(admin)] + list(DOORS)
        self.rows = {name: _rows(admin, name) for name in self.names}

    def put_back(self, admin: psycopg.Connection[Any]) -> None:
        """Lay the rows again of tables that differ; in replica mode, as their order is not ours to know."""
        changed = [name for name in self.names if _rows(admin, name) != self.rows[name]]
        with admin.transaction():
            admin.execute("set local session_replication_role = replica")
            for name in changed:
                admin.execute(sql.SQL("delete from {}").format(_name(name)))
                with admin.cursor().copy(sql.SQL("copy {} from stdin").format(_name(name))) as laid:
                    laid.write(self.rows[name])


def _name(qualified: str) -> sql.Identifier:
    return sql.Identifier(*qualified.split("."))


def _rows(admin: psycopg.Connection[Any], name: str) -> bytes:
    with admin.cursor().copy(sql.SQL("copy {} to stdout").format(_name(name))) as copied:
        return b"".join(bytes(block) for block in copied)


def _tables(admin: psycopg.Connection[Any]) -> list[str]:
    query = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1"
    return [row[0] for row in admin.execute(query)]


@dataclass(frozen=True)
class Left:
    """What a trial left: rows more per table, the first status, and how many different answers there were."""

    rows: Counter[str]
    status: int
    answers: int


def _stand(stands: Mapping[str, Snapshot], moment: str, admin: psycopg.Connection[Any]) -> Snapshot:
    """Make the world stand as in this moment, from how it was planted, and remember it."""
    if stands:
        stands["as planted"].put_back(admin)
    if MOMENTS[moment]:
        admin.execute(MOMENTS[moment].encode())
    return Snapshot(admin)


def _trial(
    given: House, stands: Mapping[str, Snapshot], sending: Sending, copies: int, admin: psycopg.Connection[Any]
) -> Left:
    stands[sending.moment].put_back(admin)
    before = _counts(admin)
    key = str(uuid.uuid4())
    answers: list[tuple[int, str]] = []
    ready = threading.Barrier(copies)

    def send() -> None:
        client = given.app.test_client()
        client.set_cookie("kcc_session", sending.visitor.secret)
        ready.wait()
        data = {**dict(sending.data), "form_key": key}
        data |= {name: (io.BytesIO(value), "brief.pdf") for name, value in sending.data if isinstance(value, bytes)}
        found: TestResponse = client.post(sending.path, data=data)
        # the words "Redirecting…" of a redirection are nobody's answer: where it leads is
        answers.append((found.status_code, found.location) if found.location else shape(found))

    threads = [threading.Thread(target=send) for _copy in range(copies)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Left(_counts(admin) - before, min(status for status, _text in answers), len(set(answers)))


def _counts(admin: psycopg.Connection[Any]) -> Counter[str]:
    query = " union all ".join(f"select '{name}', count(*) from {name}" for name in _tables(admin))
    return Counter(dict(admin.execute(query.encode()).fetchall()))


def _writing(given: House) -> set[str]:
    """Endpoints whose forms write and carry a key."""
    found = set()
    for rule in given.app.url_map.iter_rules():
        stamp = stamp_of(given.app.view_functions[rule.endpoint])
        if stamp and stamp.permission and "POST" in (rule.methods or ()) and not stamp.reads and not stamp.repeatable:
            found.add(rule.endpoint)
    return found


def _forms(
    prober: Prober, visitors: list[Visitor], moment: str, wanted: set[str], looked_at: tuple[str, ...]
) -> list[Sending]:
    """The wanted writing forms on the pages of these people as they stand, filled, each button apart."""
    found: list[Sending] = []
    known: Counter[str] = Counter()
    for rule in prober.rules():
        permission = prober.permission(rule)
        if "GET" not in (rule.methods or ()) or permission is None or not rule.endpoint.startswith(looked_at):
            continue
        for visitor in visitors:
            towns = sorted(visitor.towns(permission))
            for path in _paths(prober, rule, towns[0]) if towns else ():
                for sending in _on_page(prober, visitor, path, moment):
                    known[sending.endpoint] += 1
                    if sending.endpoint in wanted and known[sending.endpoint] <= PER_ROUTE:
                        found.append(sending)
    return found


def _paths(prober: Prober, rule: Rule, town: str) -> list[str]:
    """Where a route leads in a town: to its own objects, and to what the centre shares."""
    own = prober.arguments(rule, town)
    last = {"article_id": "article", "mail_id": "received_mail", "trial_id": "routing_trial"}
    objects = prober.objects[town]
    shared = {name: objects[table][-1] for name, table in last.items() if name in own and objects.get(table)}
    found = [prober.path(rule, own), prober.path(rule, own | shared)]
    if rule.endpoint in SHOWN_BESIDE:
        found.append(found[0] + SHOWN_BESIDE[rule.endpoint])
    return list(dict.fromkeys(found))


def _on_page(prober: Prober, visitor: Visitor, path: str, moment: str) -> list[Sending]:
    page = prober.send("GET", visitor, path, {})
    if page.status_code != 200 or "html" not in (page.content_type or ""):
        return []
    forms = BeautifulSoup(page.get_data(as_text=True), "html.parser").select("form")
    return [sending for form in forms for sending in _filled(prober, form, visitor, page.request.path, moment)]


def _filled(prober: Prober, form: Tag, visitor: Visitor, page: str, moment: str) -> list[Sending]:
    """What each button of a form sends, where that writes."""
    buttons = [b for b in form.select("button[name], button[formaction]") if b.get("type", "submit") == "submit"]
    found = []
    for button in buttons or [form]:
        own = {str(button["name"]): str(button.get("value", ""))} if button.get("name") and button is not form else {}
        action = str(button.get("formaction") or form.get("action") or page).split("?")[0]
        endpoint = _writes_at(prober, action, str(form.get("method", "get")))
        if endpoint:
            found.append(Sending(endpoint, visitor, action, tuple({**_values(form), **own}.items()), moment))
    found.sort(key=lambda sending: "finish" not in str(dict(sending.data).get("do", "")))
    return found


def _writes_at(prober: Prober, action: str, method: str) -> str | None:
    """The endpoint of a form that writes and carries a key; None for any other."""
    if method.lower() != "post":
        return None
    try:
        endpoint, _place = prober.app.url_map.bind("localhost").match(action, method="POST")
    except Exception:  # an address that is no route of ours
        return None
    stamp = stamp_of(prober.app.view_functions[endpoint])
    writes = stamp and stamp.permission is not None and not stamp.reads and not stamp.repeatable
    return str(endpoint) if writes else None


def _values(form: Tag) -> dict[str, Any]:
    """What a person who fills in everything would send: defaults kept, lists and choices picked, words written."""
    data: dict[str, Any] = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        name, kind = str(control["name"]), str(control.get("type", "text"))
        if name in SAID:
            data[name] = SAID[name]
        elif control.name == "select":
            options = [o for o in control.select("option") if o.get("value")]
            chosen = control.select_one("option[selected]")
            if not (chosen and chosen.get("value")):
                # of two lists of the same, two different ones: a town does not go on as itself
                unused = [o for o in options if o.get("value") not in data.values()]
                chosen = (unused or options)[-1] if options else chosen
            data[name] = chosen.get("value", "") if chosen else ""
        elif kind in ("checkbox", "radio"):
            several = kind == "radio" or len(form.select(f'input[type=checkbox][name="{name}"]')) > 1
            if control.has_attr("checked") or (several and name not in data):
                data[name] = control.get("value", "y")
        elif control.name == "textarea":
            data[name] = control.text.strip() or COMMON
        elif kind == "file":
            data[name] = next(file for kind, file in FILES.items() if kind in str(control.get("accept", "")))
        elif kind not in ("submit", "button"):
            said = COMMON if kind in ("text", "search") and control.has_attr("required") else ""
            data[name] = control.get("value") or IF_EMPTY.get(name, said)
    return data


def _always(stamp: Any, view: Callable[[], Any]) -> Any:
    """The unit of work without the key's row: the planted fault."""
    return kcc.web.requests._committed(make_response(view()))
