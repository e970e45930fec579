"""Making a town, filling it from another or from the centre's topics, and opening it.

``seen`` is how far the history was on the page of who does it; see ``actions_history.change``.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import sqlalchemy as sa

from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Actor
from kcc.municipalities import actions_history as history
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules_logo
from kcc.municipalities import rules_readiness as readiness
from kcc.municipalities import rules_setup as rules
from kcc.municipalities.models import Department, Municipality, TownLogo
from kcc.municipalities.models_history import SetupChange
from kcc.setup import queries

USUAL_GREETING = "Gemeente {town}, u spreekt met {{naam}}. Waarmee kan ik u helpen?"
COPIED_OF_DEPARTMENT = ("key", "name", "kind", "hours", "active")


def make_town(*, actor: Actor, centre_id: int, name: str, short_code: str, cbs_code: str) -> Municipality:
    """A new town of a centre, in preparation; who makes it becomes its administrator.

    Raises InvalidInput (with the field), NotAllowed for who sets up no town of this centre.
    """
    values = rules.checked("municipality", {"name": name, "short_code": short_code, "cbs_code": cbs_code})
    for field in ("short_code", "cbs_code"):
        if municipalities.is_taken(centre_id, None, field, values[field]):
            raise InvalidInput("Een andere gemeente van dit samenwerkingsverband heeft dit al.", field=field)
    greeting = USUAL_GREETING.format(town=values["name"])
    town_id = db.session.scalar(
        sa.text("select kcc_add_municipality(:centre, :name, :short, :cbs, :greeting, :membership)"),
        {
            "centre": centre_id, "name": values["name"], "short": values["short_code"], "cbs": values["cbs_code"],
            "greeting": greeting, "membership": new_id(),
        },
    )  # fmt: skip
    if town_id is None:
        raise NotAllowed
    db.session.add(
        SetupChange(
            municipality_id=town_id, subject_type="municipality", subject_id=str(town_id), before=None,
            after={**values, "greeting": greeting}, effective_on=now().date(), applied_at=now(), account_id=actor.account_id,
        )
    )  # fmt: skip
    audit.record(
        actor=actor, verb="municipality.made", subject_type="municipality", subject_id=town_id, municipality_id=town_id,
        fields=sorted(values),
    )  # fmt: skip
    db.session.flush()
    return municipalities.municipality(town_id)


def set_logo(*, actor: Actor, municipality_id: int, data: bytes, seen: str | None = None) -> SetupChange | None:
    """Keep a picture and let the town wear it; earlier ones stay, so that this can be put back. Raises InvalidInput."""
    town = municipalities.municipality(municipality_id)
    picture = rules_logo.cleaned_png(data)
    mark = hashlib.sha256(picture).hexdigest()
    if municipalities.logo(town.id, mark) is None:
        db.session.add(TownLogo(municipality_id=town.id, sha256=mark, picture=picture))
        db.session.flush()
    return history.change(
        actor=actor, municipality_id=town.id, subject_type="municipality", subject_id=str(town.id), after={"logo": mark},
        seen=seen,
    )  # fmt: skip


def open_town(*, actor: Actor, municipality_id: int, on: date) -> Municipality:
    """Let a town take part from a day on. Raises InvalidState while something is missing or when it takes part already."""
    town = municipalities.municipality(municipality_id)
    if town.joined_on is not None:
        raise InvalidState("Deze gemeente doet al mee.")
    if not readiness.may_open(readiness.readiness(queries.facts_of(town))):
        raise InvalidState("Er ontbreekt nog iets. Kijk in de lijst.")
    history.change(
        actor=actor, municipality_id=town.id, subject_type="municipality", subject_id=str(town.id),
        after={"joined_on": on.isoformat()},
    )  # fmt: skip
    return town


def copy_topics(
    *, actor: Actor, municipality_id: int, source_id: int, all_of_them: bool, seen: str | None = None
) -> int:
    """Take topics and routes over from another town, with the departments they lead to; returns how many topics.

    Departments are the same when their key is. ``all_of_them`` also changes what this town has otherwise; else only
    what it lacks is taken. Raises NotFound for a town that one does not set up.
    """
    town, source = municipalities.municipality(municipality_id), municipalities.municipality(source_id)
    if town.id == source.id or town.centre_id != source.centre_id:
        raise NotFound
    wanted = [
        row
        for row in queries.compared(town, source.id)
        if row.route is not None and not row.is_same and (all_of_them or row.own is None)
    ]
    departments = _copy_departments(actor, town, source, {row.route.department_id for row in wanted if row.route})
    routes: dict[str, Any] = {
        str(row.topic_id): {
            "department_id": departments[row.route.department_id], "term_amount": row.route.term_amount,
            "term_unit": row.route.term_unit, "questions": list(row.route.questions), "active": True,
        }
        for row in wanted
        if row.route is not None
    }  # fmt: skip
    if routes:
        history.change(
            actor=actor, municipality_id=town.id, subject_type="topic_routes", subject_id="", after=routes, seen=seen
        )
    return len(routes)


def route_group(*, actor: Actor, municipality_id: int, group: str, department_id: int, seen: str | None = None) -> int:
    """Send every topic of a group of the centre's list that this town lacks to one department; returns how many.

    Raises NotFound for a group or department that is not there.
    """
    town = municipalities.municipality(municipality_id)
    department = municipalities.department(town.id, department_id)
    own = queries.routes_of(town.id)
    topics = [topic for topic in queries.centre_topics(town.centre_id) if topic.group_name == group]
    if not topics:
        raise NotFound
    empty = {"department_id": department.id, "term_amount": None, "term_unit": None, "questions": [], "active": True}
    routes = {str(topic.id): empty for topic in topics if topic.id not in own or not own[topic.id].active}
    if routes:
        history.change(
            actor=actor, municipality_id=town.id, subject_type="topic_routes", subject_id="", after=routes, seen=seen
        )
    return len(routes)


def agree(
    *, actor: Actor, municipality_id: int, values: dict[str, Any], day_before: date, seen: str | None = None
) -> SetupChange | None:
    """A new agreement for a channel; the one that runs ends on ``day_before``, so that no day has two.

    Raises InvalidInput.
    """
    running = queries.agreement_running(municipality_id, str(values["channel"]))
    if running is not None:
        if running.valid_from > day_before:
            raise InvalidInput("De afspraak die nu loopt, begint later. Kies een latere dag.", field="valid_from")
        history.change(
            actor=actor, municipality_id=municipality_id, subject_type="service_agreement", subject_id=str(running.id),
            after={"valid_to": day_before.isoformat()}, seen=seen,
        )  # fmt: skip
    return history.change(
        actor=actor, municipality_id=municipality_id, subject_type="service_agreement", subject_id="", after=values
    )


def _copy_departments(actor: Actor, town: Municipality, source: Municipality, wanted: set[int]) -> dict[int, int]:
    """This town's department for each wanted one of the source, made where it is not there; ids by the source's ids."""
    own = {each.key: each for each in queries.departments_of(town.id)}
    result: dict[int, int] = {}
    for theirs in queries.departments_of(source.id):
        if theirs.id not in wanted:
            continue
        known = own.get(theirs.key)
        result[theirs.id] = known.id if known else _copy_department(actor, town.id, theirs)
    return result


def _copy_department(actor: Actor, municipality_id: int, theirs: Department) -> int:
    values = {name: getattr(theirs, name) for name in COPIED_OF_DEPARTMENT}
    made = history.change(
        actor=actor, municipality_id=municipality_id, subject_type="department", subject_id="", after=values
    )
    if made is None:
        raise NotFound
    return int(made.subject_id)


def key_for(name: str, taken: set[str]) -> str:
    """A key for a new department, made of its name: "Burgerzaken (paspoort)" gives burgerzaken-paspoort."""
    stem = "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in name.lower()).split())[:40] or "afdeling"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key
