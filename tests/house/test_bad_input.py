"""Whatever is sent to whichever form: never a fault of ours, a message at the field, what was typed kept, nothing half-saved."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import quote_plus

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup, Tag
from flask import got_request_exception
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import kcc.web.requests
from kcc.core.db import db
from kcc.launch.proving import Run
from kcc.web.guards import stamp_of
from tests.house.forms_unshown import UNSHOWN
from tests.proofs._house import House, house
from tests.proofs._lookalikes import Planter
from tests.proofs._probing import Prober, Visitor, shape
from tests.support.world import PEOPLE

VISITORS = (
    "agent", "handler", "coordinator", "editor_all", "supervisor", "administrator", "contract_manager", "privacy_officer",
)  # fmt: skip
WORD = "grutto"
"""Begins every text that is sent, to find it again in the answer."""
TEXTS: dict[str, str] = {
    "nul": WORD + "\0nul",
    "control": WORD + "\x01\x08\x1b[31m\x7f\x85\u202e\u2066",
    "surrogate": WORD + "%ED%A0%80%FF%FE",
    "long": WORD + "lang " * 4000,
    "emoji": WORD + " 👩‍👩‍👧 🏛️ 𝔘 e\u0301",
    "sql": WORD + "'; drop table ticket; --",
    "html": WORD + "</textarea><script>alert(1)</script>{{ 7*7 }}%s%(x)s",
    "number": "99999999999999999999999",
    "negative": "-1",
}
KEEPS_LONG_TEXT = {"desk.act"}
"""A draft keeps text that is too long, with a warning."""
ASKED_WHEN_NEEDED = frozenset({"find_bsn", "bsn"})
"""Fields that stand on the page only while the topic needs them: with hostile text for a topic they are gone on purpose."""
REMOVES = ("delete",)
"""Buttons that take away and store none of the text beside them."""
TEXT_KINDS, TOKENS = ("text", "search", "tel", "email", "number", "date", "time", "url"), ("csrf_token", "form_key")


@dataclass(frozen=True)
class Sheet:
    """A form of a page as it stands, with one of its buttons."""

    rule: Rule
    method: str
    visitor: Visitor
    path: str
    data: dict[str, str] = field(hash=False)
    typed: frozenset[str]
    chosen: frozenset[str]

    @property
    def is_shown(self) -> bool:
        """Whether a page offers it: only then there is a page to keep its text on."""
        return self.rule.endpoint not in UNSHOWN

    @property
    def name(self) -> str:
        """What a fault calls it."""
        return f"{self.visitor.name} {self.rule.endpoint} {self.data.get('do', '')}".strip()


@dataclass
class Forms:
    """Every form that people can reach, and the means to send it."""

    given: House
    planter: Planter
    prober: Prober
    sheets: list[Sheet]
    raised: list[str] = field(default_factory=list)

    def why(self) -> str:
        """What was raised last, for a fault of ours."""
        return self.raised[-1] if self.raised else ""

    def send(self, sheet: Sheet, data: dict[str, str], *, path: str | None = None) -> TestResponse:
        """Send a form, with broken percent-encoding left as it is."""
        pairs = {**data, "form_key": str(uuid.uuid4())} if sheet.method == "POST" else data
        body = "&".join(f"{quote_plus(k)}={_encoded(v)}" for k, v in pairs.items())
        client = self.given.app.test_client()
        client.set_cookie("kcc_session", sheet.visitor.secret)
        where = path or sheet.path
        if sheet.method == "GET":
            return client.get(f"{where}?{body}")
        return client.post(where, data=body, content_type="application/x-www-form-urlencoded")

    def counts(self) -> Counter[str]:
        """Rows of every table but those that only say who looked."""
        with self.given.world.admin() as admin:
            query = (
                "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
                " and relname not in ('access_record', 'audit_entry')"
            )
            names = [row[0] for row in admin.execute(query)]
            union = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
            return Counter(dict(admin.execute(union.encode()).fetchall()))


def _encoded(value: str) -> str:
    return WORD + value.removeprefix(WORD) if value == TEXTS["surrogate"] else quote_plus(value)


@pytest.fixture(scope="module")
def forms(admin_url: str) -> Iterator[Forms]:
    """One small world with a ticket, task, conversation and article in every town; nothing sent to it stays.

    What would be committed is written, its constraints checked, and taken back, so that every form meets the same rows.
    """

    def taken_back(response: Any) -> Any:
        if response.status_code < 400:
            db.session.flush()
            db.session.execute(sa.text("set constraints all immediate"))
        db.session.rollback()
        return response

    logging.disable(logging.CRITICAL)
    with house(Run(reduced=True, seed=1), admin_url=admin_url) as given:
        planter = Planter(given.world)
        prober = Prober(given.app, given.world, planter.plant())
        visitors = [
            Visitor(name, given.world.people[name], tuple(PEOPLE[name]), given.world.session_for(name))
            for name in VISITORS
        ]
        with mock.patch.object(kcc.web.requests, "_committed", taken_back):
            made = Forms(given, planter, prober, [*_sheets(prober, visitors), *_unshown(prober, visitors)])

            def note(_app: Any, exception: BaseException) -> None:
                made.raised.append(f"{type(exception).__name__}: {str(exception)[:150]}")

            with got_request_exception.connected_to(note, given.app):
                yield made
    logging.disable(logging.NOTSET)


def _sheets(prober: Prober, visitors: list[Visitor]) -> Iterator[Sheet]:
    seen: set[Any] = set()
    for rule in prober.rules():
        permission = prober.permission(rule)
        if "GET" not in (rule.methods or ()) or permission is None:
            continue
        for visitor in visitors:
            towns = sorted(visitor.towns(permission))
            if not towns:
                continue
            places = prober.arguments(rule, towns[0])
            if rule.endpoint.endswith("overlay"):
                places["article_id"] = prober.objects[towns[0]]["article"][-1]  # the one that towns share
            page = prober.send("GET", visitor, prober.path(rule, places), {})
            if page.status_code != 200 or "html" not in (page.content_type or ""):
                continue
            soup = BeautifulSoup(page.get_data(as_text=True), "html.parser")
            for form in soup.select("form"):
                for sheet in _of_form(prober, form, visitor, page.request.path):
                    known = (sheet.rule.endpoint, sheet.method, sheet.data.get("do", "").split(":")[0])
                    if known not in seen:
                        seen.add(known)
                        yield sheet


def _unshown(prober: Prober, visitors: list[Visitor]) -> Iterator[Sheet]:
    people = {visitor.name: visitor for visitor in visitors}
    for rule in prober.rules():
        if rule.endpoint in UNSHOWN and "POST" in (rule.methods or ()):
            name, data, typed = UNSHOWN[rule.endpoint]
            path = prober.path(rule, prober.arguments(rule, "Aalburg"))
            filled = {**data, **dict.fromkeys(typed, "woord")}
            yield Sheet(rule, "POST", people[name], path, filled, typed, frozenset())


def _of_form(prober: Prober, form: Tag, visitor: Visitor, page: str) -> Iterator[Sheet]:
    method = str(form.get("method", "get")).upper()
    data, typed, chosen = _controls(form)
    targets: list[tuple[str, str, dict[str, str]]] = []
    buttons = [b for b in form.select("button[name]") if b.get("type", "submit") == "submit"]
    presses = [{str(b["name"]): str(b.get("value", ""))} for b in buttons] or [{}]
    targets += [(method, str(form.get("action") or page).split("?")[0], press) for press in presses]
    targets += [("POST", str(tag["hx-post"]), {}) for tag in form.select("[hx-post]")]
    if form.get("data-autosave-url"):
        targets.append(("POST", str(form["data-autosave-url"]), {}))
    for verb, action, press in targets:
        try:
            endpoint, _places = prober.app.url_map.bind("localhost").match(action, method=verb)
        except Exception:  # an address that is no route of ours
            continue
        stamp = stamp_of(prober.app.view_functions[endpoint])
        if stamp is None or stamp.permission is None or endpoint.endswith(("sign_out", "end_session")):
            continue
        rule = next(r for r in prober.app.url_map.iter_rules(endpoint) if verb in (r.methods or ()))
        yield Sheet(rule, verb, visitor, action, {**data, **press}, frozenset(typed), frozenset(chosen))


def _controls(form: Tag) -> tuple[dict[str, str], set[str], set[str]]:
    data: dict[str, str] = {}
    typed, chosen = set(), set()
    for control in form.select("input[name], select[name], textarea[name]"):
        name, kind = str(control["name"]), str(control.get("type", "text"))
        if name in TOKENS:
            continue
        if control.name == "select":
            options = [str(o.get("value")) for o in control.select("option") if o.get("value")]
            data[name] = options[-1] if options else ""
            chosen.add(name)
        elif control.name == "textarea" or kind in TEXT_KINDS or kind == "password":
            data[name] = str(control.get("value") or control.text or "woord")
            # A BSN by which is only searched is not to be kept, whatever happens to the rest.
            (chosen if control.has_attr("data-never-kept") else typed).add(name)
        elif kind in ("checkbox", "radio"):
            if control.has_attr("checked") or (kind == "radio" and name not in data):
                data[name] = str(control.get("value", "y"))
            chosen.add(name)
        elif kind == "hidden":
            data[name] = str(control.get("value", ""))
            chosen.add(name)
    return data, typed, chosen


def _kept(response: TestResponse, sheet: Sheet, wanted: str) -> list[str]:
    """Text fields of the form that came back without what was typed."""
    soup = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    lost = []
    for name in sheet.typed:
        found = soup.select(f'[name="{name}"]')
        if found and all(tag.get("type") == "password" for tag in found):
            continue
        if not found and name in ASKED_WHEN_NEEDED:
            continue
        values = [tag.text if tag.name == "textarea" else str(tag.get("value", "")) for tag in found]
        if not any(wanted in value for value in values):
            lost.append(name)
    return lost


def _says_why(response: TestResponse) -> bool:
    if response.is_json:
        return bool(response.get_json().get("faults"))
    soup = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    return soup.select_one('.utrecht-form-field-error-message, [role="alert"], [data-testid="faults"]') is not None


def test_every_writing_and_searching_form_is_among_those_that_are_tried(forms: Forms) -> None:
    tried = {sheet.rule.endpoint for sheet in forms.sheets}
    writing = set()
    for rule in forms.prober.rules():
        if "POST" in (rule.methods or ()) and not rule.endpoint.endswith(("sign_out", "end_session")):
            writing.add(rule.endpoint)
    assert not writing - tried, "not tried: " + ", ".join(sorted(writing - tried))


@pytest.mark.parametrize("kind", TEXTS)
def test_hostile_text_is_refused_at_its_field_or_taken_and_never_breaks(kind: str, forms: Forms) -> None:
    faults, before = [], forms.counts()
    for sheet in forms.sheets:
        if not sheet.typed:
            continue
        response = forms.send(sheet, {**sheet.data, **dict.fromkeys(sheet.typed, TEXTS[kind])})
        status = response.status_code
        if status >= 500 or (sheet.is_shown and status in (400, 404)):
            faults.append(f"{sheet.name}: {status} {forms.why()}")
        elif not sheet.is_shown:
            continue
        elif status == 422 and not _says_why(response):
            faults.append(f"{sheet.name}: refused without a reason")
        elif status == 422 and not response.is_json and "<html" in response.get_data(as_text=True):
            lost = _kept(response, sheet, WORD if kind not in ("number", "negative") else TEXTS[kind])
            faults += [f"{sheet.name}: lost {name}" for name in lost]
        if "<script>alert(1)" in response.get_data(as_text=True):
            faults.append(f"{sheet.name}: markup comes back as markup")
    assert forms.counts() == before
    assert not faults, "\n".join(faults)


def test_text_that_is_too_long_is_refused_with_all_of_it_kept(forms: Forms) -> None:
    faults = []
    for sheet in forms.sheets:
        stamp = stamp_of(forms.given.app.view_functions[sheet.rule.endpoint])
        if sheet.method == "GET" or (stamp and (stamp.reads or stamp.repeatable)):
            continue
        if not sheet.typed or sheet.rule.endpoint in KEEPS_LONG_TEXT or sheet.data.get("do") in REMOVES:
            continue
        response = forms.send(sheet, {**sheet.data, **dict.fromkeys(sheet.typed, TEXTS["long"])})
        if response.status_code < 400:
            faults.append(f"{sheet.name}: taken ({response.status_code})")
        elif response.status_code == 422 and sheet.is_shown:
            lost = _kept(response, sheet, "lang " * 3999)
            faults += [f"{sheet.name}: cut or lost {name}" for name in lost]
    assert not faults, "\n".join(faults)


BAD_CHOICES = ("geen-keuze", "99999999999999999999999", "-1", "\0")


@pytest.mark.parametrize("turn", [None, 0, 1])
def test_a_choice_that_is_not_offered_or_a_field_that_is_missing_never_breaks(turn: int | None, forms: Forms) -> None:
    """Each field is left out once, and is sent two of the bad choices: its neighbours are sent the others."""
    faults, before = [], forms.counts()
    tried: set[tuple[str, str]] = set()
    for sheet in forms.sheets:
        for name in sorted(sheet.data):
            if name != "do" and (sheet.rule.endpoint, name) in tried:
                continue
            tried.add((sheet.rule.endpoint, name))
            data = {k: v for k, v in sheet.data.items() if k != name}
            if turn is not None:
                data[name] = BAD_CHOICES[(2 * turn + len(tried)) % len(BAD_CHOICES)]
            response = forms.send(sheet, data)
            if response.status_code >= 500 or (
                sheet.is_shown and response.status_code == 422 and not _says_why(response)
            ):
                faults.append(f"{sheet.name} {name} {data.get(name)!r}: {response.status_code} {forms.why()}")
    assert forms.counts() == before
    assert not faults, "\n".join(faults)


def test_an_empty_form_never_breaks(forms: Forms) -> None:
    answers = {sheet.name: forms.send(sheet, {}).status_code for sheet in forms.sheets}
    assert {name: status for name, status in answers.items() if status >= 500} == {}


def test_an_id_of_another_centre_is_as_unknown_as_one_that_nobody_has(forms: Forms) -> None:
    faults, tried = [], 0
    for sheet in forms.sheets:
        foreign = forms.prober.arguments(sheet.rule, "Drunen")
        if not foreign or "account_id" in foreign:
            continue
        nobody = {name: forms.prober.unknown(value) for name, value in foreign.items()}
        answers = [
            forms.send(sheet, sheet.data, path=forms.prober.path(_answering(forms, sheet), values))
            for values in (foreign, nobody)
        ]
        tried += 1
        if answers[0].status_code != 404 or shape(answers[0]) != shape(answers[1]):
            faults.append(f"{sheet.name}: {[answer.status_code for answer in answers]}")
    assert tried >= 15
    assert not faults, "\n".join(faults)


def _answering(forms: Forms, sheet: Sheet) -> Rule:
    """The sheet's rule: GET and POST of one address may be different views."""
    return next(
        r for r in forms.prober.rules() if r.endpoint == sheet.rule.endpoint and sheet.method in (r.methods or ())
    )


def test_a_form_of_an_older_version_is_told_so_and_keeps_its_text(forms: Forms) -> None:
    faults, tried = [], 0
    for sheet in forms.sheets:
        stamp = stamp_of(forms.given.app.view_functions[sheet.rule.endpoint])
        is_kept = sheet.is_shown or sheet.rule.endpoint in ("contacts.answer", "contacts.reopen")
        if "version" not in sheet.data or not is_kept or sheet.method == "GET" or (stamp and stamp.reads):
            continue
        tried += 1
        data = {**sheet.data, **dict.fromkeys(sheet.typed, f"{WORD} oud"), "version": "0"}
        response = forms.send(sheet, data)
        if response.status_code not in (409, 422) and "version" in sheet.data:
            faults.append(f"{sheet.name}: {response.status_code}")
        elif not response.is_json and sheet.typed and f"{WORD} oud" not in response.get_data(as_text=True):
            faults.append(f"{sheet.name}: {response.status_code}, and the text is gone")
    assert tried
    assert not faults, "\n".join(faults)
