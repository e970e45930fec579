"""Visitors, what each may see (worked out here, apart from the product), and requests with ids of others in them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kcc.core.permissions import BY_DEPARTMENT, REVEALS, ROLE_PERMISSIONS, Permission, Role
from kcc.web.guards import stamp_of
from tests.proofs._lookalikes import AGENTS, COMMON, Objects, canary
from tests.support.world import DEPARTMENTS, World

NAMED = {
    "attachment": "attachment", "form": "received_form", "number": "queue_number", "kiosk": "kiosk", "webform": "webform", "ticket": "ticket", "task": "internal_task", "conversation": "conversation", "article": "article",
    "mail": "received_mail", "outgoing": "outgoing_mail", "text": "standard_text", "municipality": "municipality", "town": "municipality", "topic": "topic", "view": "saved_view", "item": "work_item",
    "link": "ticket_link", "writing": "writing", "report": "article_report", "job": "job", "party": "party",
    "department": "department", "account": "account", "assignee": "account", "entrance": "entrance", "contact": "contact",
    "incident": "incident", "other": "ticket", "membership": "membership", "colleague": "account", "door": "saved_view",
    "run": "import_run", "proposal": "rights_proposal", "invitation": "invitation", "member": "department_member", "deputy": "account", "shift": "roster_shift",
    "change": "setup_change", "agreement": "service_agreement", "useful": "useful_link", "source": "municipality", "succession": "succession", "certificate": "departure_certificate", "successor": "municipality", "m": "municipality", "t": "topic", "reference": "ticket", "towns": "municipality", "municipalities": "municipality",
}  # fmt: skip
OF_ONE_TOWN = {"Aalburg": "handler", "Bergen": "handler_bergen", "Cadzand": "agent_cadzand", "Drunen": "agent_zuid"}
"""Somebody who works nowhere else: a colleague of two towns is known in both."""
WORD = re.compile(r"kanariegeel\w+", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)
TOKENS = re.compile(
    r'nonce="[^"]*"|name="csrf_token"[^>]*|csrf-token"[^>]*|nonce-[\w-]+|[\w-]{20,}\.[\w-]{4,}\.[\w-]{20,}'
)


@dataclass(frozen=True)
class Visitor:
    """Somebody with roles: (town, role, department or None)."""

    name: str
    account_id: uuid.UUID
    roles: tuple[tuple[str, Role, str | None], ...]
    secret: str = field(repr=False)

    def towns(self, permission: Permission, *, whole: bool = False) -> set[str]:
        """Towns in which this visitor holds the permission; ``whole``: not only for own departments."""
        return {
            town
            for town, role, _department in self.roles
            if permission in ROLE_PERMISSIONS[role] and not (whole and role in BY_DEPARTMENT)
        }

    def departments(self, town: str, permission: Permission) -> set[str]:
        """Departments of a town whose work is in sight."""
        if town in self.towns(permission, whole=True):
            return set(DEPARTMENTS)
        if town not in self.towns(permission):
            return set()
        return {key for place, _role, key in self.roles if place == town and key}

    def words(self, permission: Permission) -> set[str]:
        """Every canary that this visitor may read under a permission."""
        classes = REVEALS[permission]
        found = {canary("view", "", person) for person in AGENTS.values() if person == self.name}
        found |= {canary("draft", "person", person) for person in AGENTS.values() if person == self.name}
        for town in self.towns(permission):
            found |= {canary(town, name) for name in classes if name not in ("figures", "person")}
            found |= {canary(town)}
            for key in self.departments(town, permission):
                found |= {canary(town, name, key) for name in classes & {"figures", "person"}}
        return {word.lower().replace("setup", "setup") for word in found}


@dataclass
class Probe:
    """One request, and the same request with ids that nobody has."""

    rule: Rule
    method: str
    visitor: Visitor
    path: str
    data: dict[str, Any]
    unknown_path: str
    unknown_data: dict[str, Any]
    victim: str


class Prober:
    """Makes and sends requests."""

    def __init__(self, app: Flask, world: World, objects: Mapping[str, Objects]) -> None:
        self.app, self.world, self.objects = app, world, objects
        self.owners = {
            str(value): (table, town) for town, t in objects.items() for table, v in t.items() for value in v
        }

    def rules(self) -> list[Rule]:
        """Routes for people who are signed in."""
        return [r for r in self.app.url_map.iter_rules() if self.permission(r) is not None and r.endpoint != "static"]

    def permission(self, rule: Rule) -> Permission | None:
        """What a route asks for; None for strangers' pages."""
        stamp = stamp_of(self.app.view_functions[rule.endpoint])
        return stamp.permission if stamp else None

    def id_of(self, town: str, name: str, key: int = 0) -> Any:
        """An id of a town's object, by the name under which routes and forms know it."""
        stem = name.removesuffix("_id").split("-")[-1].split("_")[-1]
        table = NAMED.get(name.removesuffix("_id")) or NAMED.get(stem)
        if table is None:
            return None
        if table == "account":
            return self.world.people[OF_ONE_TOWN[town]]
        if table == "article":
            return self.objects[town][table][-2] if len(self.objects[town][table]) > 1 else self.objects[town][table][0]
        found = self.objects[town].get(table) or [None]
        return found[min(key, len(found) - 1)]

    def unknown(self, value: Any) -> Any:
        """An id of the same kind that nobody has, the same each time."""
        return 987_654 if isinstance(value, int) else uuid.uuid5(uuid.NAMESPACE_OID, str(value))

    def path(self, rule: Rule, values: dict[str, Any]) -> str:
        """The address of a route with these values."""
        with self.app.test_request_context():
            adapter = self.app.url_map.bind("localhost")
            return adapter.build(rule.endpoint, values, method=next(iter(sorted(rule.methods or {"GET"}))))

    def arguments(self, rule: Rule, town: str, key: int = 0) -> dict[str, Any]:
        """A town's ids for the places in a route."""
        found = {}
        for name in rule.arguments:
            value = self.id_of(town, name, key)
            kind = type(rule._converters[name]).__name__
            found[name] = (
                value if value is not None else (uuid.uuid4() if "UUID" in kind else 1 if "Integer" in kind else "x")
            )
        return found

    def by_path(self, rule: Rule, visitor: Visitor, victim: str, fields: list[str]) -> Iterator[Probe]:
        """A foreign id in each place of the route and in every field."""
        foreign = self.arguments(rule, victim)
        own_town = next(iter(sorted(visitor.towns(self.permission(rule) or Permission.ACCOUNT_SELF))), victim)
        own = self.arguments(rule, own_town)
        mixes = [foreign] + ([{**own, name: foreign[name]} for name in foreign] if len(foreign) > 1 else [])
        data = {name: value for name in fields if (value := self.id_of(victim, name)) is not None}
        blank = {name: self.unknown(value) for name, value in data.items()}
        for values in mixes:
            nobody = {n: self.unknown(v) if own.get(n) != v or len(mixes) == 1 else v for n, v in values.items()}
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                more = {"q": COMMON, "text": COMMON, "do": "save", "version": "1", "reason": "proef"}
                yield Probe(
                    rule, method, visitor, self.path(rule, values), {**more, **data}, self.path(rule, nobody),
                    {**more, **blank}, victim,
                )  # fmt: skip

    def by_form(self, visitor: Visitor, victim: str) -> Iterator[Probe]:
        """Forms of pages of one's own, as shown, with one field at a time changed to a foreign id."""
        for rule in self.rules():
            permission = self.permission(rule)
            towns = sorted(visitor.towns(permission)) if permission else []
            if "GET" not in (rule.methods or ()) or not towns or victim in towns:
                continue
            page = self.send("GET", visitor, self.path(rule, self.arguments(rule, towns[0])), {})
            if page.status_code != 200 or "html" not in (page.content_type or ""):
                continue
            for form in BeautifulSoup(page.get_data(as_text=True), "html.parser").select("form"):
                yield from self._swapped(form, visitor, victim, page.request.path)

    def _swapped(self, form: Tag, visitor: Visitor, victim: str, page: str) -> Iterator[Probe]:
        action, data = str(form.get("action") or page).split("?")[0], _values(form)
        method = str(form.get("method", "get")).upper()
        try:
            endpoint, _values_of_path = self.app.url_map.bind("localhost").match(action, method=method)
        except Exception:  # a form of a dialog, or an address of another server
            return
        rule = next(r for r in self.app.url_map.iter_rules(endpoint) if method in (r.methods or ()))
        permission = self.permission(rule)
        if permission is None or victim in visitor.towns(permission) or endpoint.endswith(("sign_out", "end_session")):
            return
        for name in data:
            foreign = self.id_of(victim, name)
            if foreign is None or (name.startswith("topic") and victim != "Drunen"):
                continue
            yield Probe(
                rule, method, visitor, action, {**data, name: foreign}, action,
                {**data, name: self.unknown(foreign)}, victim,
            )  # fmt: skip

    def send(self, method: str, visitor: Visitor, path: str, data: dict[str, Any]) -> TestResponse:
        """One request in a fresh browser of the visitor."""
        client = self.app.test_client()
        client.set_cookie("kcc_session", visitor.secret)
        if method == "GET":
            return client.get(path, query_string=data or None)
        return client.post(path, data={**data, "form_key": str(uuid.uuid4())})


def _values(form: Tag) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        name = str(control["name"])
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            data[name] = chosen.get("value", "") if chosen else ""
        elif control.name == "textarea" or control.get("type", "text") in ("text", "search", "tel"):
            data[name] = control.get("value") or COMMON
        elif control.get("type") not in ("checkbox", "radio") or control.has_attr("checked"):
            data.setdefault(name, control.get("value", ""))
    return data


def shape(response: TestResponse) -> tuple[int, str]:
    """An answer without ids, numbers and tokens: what must be equal for a foreign and for an unknown id."""
    text = TOKENS.sub("", response.get_data(as_text=True))
    return response.status_code, re.sub(r"\d", "", UUID.sub("", text + str(response.headers.get("Location", ""))))


def words_in(response: TestResponse) -> set[str]:
    """Every canary in an answer."""
    return {word.lower() for word in WORD.findall(response.get_data(as_text=True) + str(response.headers))}
