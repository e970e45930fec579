"""Things of which a town has several: entrances, departments, agreements, useful links."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities import rules_setup as rules
from kcc.municipalities.models import Department, Entrance, Municipality, UsefulLink
from kcc.municipalities.rules_readiness import Step
from kcc.people.queries_departments import departments_with_people
from kcc.setup import actions_towns as actions
from kcc.setup import queries
from kcc.setup import views_words as words
from kcc.setup.forms_rows import NONE, AgreementForm, DepartmentForm, EntranceForm, LinkForm
from kcc.setup.rules import week_text
from kcc.setup.views_blueprint import bp
from kcc.setup.views_steps import read_form, refuse, remove, save, stay, step_page, today_of, town_of
from kcc.web.forms import SeenForm
from kcc.web.guards import requires
from kcc.web.person import actor


@bp.route("/towns/<int:municipality_id>/entrances", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def entrances(municipality_id: int) -> ResponseReturnValue:
    """The ways in, and a new one."""
    return _entrance_page(town_of(municipality_id), None)


@bp.route("/towns/<int:municipality_id>/entrances/<int:entrance_id>", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def edit_entrance(municipality_id: int, entrance_id: int) -> ResponseReturnValue:
    """One way in."""
    town = town_of(municipality_id)
    return _entrance_page(town, _one(queries.entrances_of(town.id), entrance_id))


def _entrance_page(town: Municipality, row: Entrance | None) -> ResponseReturnValue:
    form = read_form(EntranceForm(), town)
    topics = [(topic.id, topic.name) for topic in municipalities.topics_of(town.id)]
    form.topic_id.choices = [NONE, *topics]
    if row is None:
        del form.active
    if form.validate_on_submit():
        if save(form, town, "entrance", row.id if row else "", form.values()):
            return stay(town, Step.ENTRANCES)
    elif not form.is_submitted() and row is not None:
        for name in ("kind", "address", "label", "active"):
            form[name].data = getattr(row, name)
        form.topic_id.data = row.topic_id or 0
    page = step_page(
        "setup/entrances.html", town, Step.ENTRANCES, form=form, row=row, rows=queries.entrances_of(town.id),
        kinds=words.ENTRANCES, topics=dict(topics),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@bp.route("/towns/<int:municipality_id>/departments", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def departments(municipality_id: int) -> ResponseReturnValue:
    """The departments and groups, and a new one."""
    return _department_page(town_of(municipality_id), None)


@bp.route("/towns/<int:municipality_id>/departments/<int:department_id>", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def edit_department(municipality_id: int, department_id: int) -> ResponseReturnValue:
    """One department or group."""
    town = town_of(municipality_id)
    return _department_page(town, _one(queries.departments_of(town.id), department_id))


def _department_page(town: Municipality, row: Department | None) -> ResponseReturnValue:
    form, rows, people = read_form(DepartmentForm(), town), queries.departments_of(town.id), queries.people_of(town.id)
    form.offer(rows, people, row)
    if row is None:
        del form.active
    if form.validate_on_submit():
        if _save_department(form, town, row, rows):
            return stay(town, Step.DEPARTMENTS)
    elif not form.is_submitted() and row is not None:
        form.fill(row)
    page = step_page(
        "setup/departments.html", town, Step.DEPARTMENTS, form=form, row=row, rows=rows, people=people,
        kinds=words.DEPARTMENT_KINDS, names={each.id: each.name for each in rows}, week_text=week_text,
        standing=departments_with_people(town.id),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def _save_department(form: Any, town: Municipality, row: Department | None, rows: list[Department]) -> bool:
    try:
        values = form.values()
    except InvalidInput as fault:
        refuse(form, fault)
        return False
    if row is None:
        values["key"] = actions.key_for(values["name"] or "", {each.key for each in rows})
    return save(form, town, "department", row.id if row else "", values)


@bp.route("/towns/<int:municipality_id>/agreements", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def agreements(municipality_id: int) -> ResponseReturnValue:
    """What is agreed for each channel; a new agreement ends the one that runs."""
    town = town_of(municipality_id)
    form = AgreementForm()
    if form.validate_on_submit():
        try:
            first = date.fromisoformat(
                rules.checked("service_agreement", {"valid_from": form.valid_from.data})["valid_from"]
            )
            values = {name: form[name].data for name in AgreementForm.FIELDS}
            actions.agree(
                actor=actor(), municipality_id=town.id, values=values, day_before=first - timedelta(days=1),
                seen=form.known,
            )  # fmt: skip
        except InvalidInput as fault:
            refuse(form, fault, town)
        else:
            flash(_("Bewaard. Termijnen die al lopen, veranderen niet."), "success")
            return stay(town, Step.AGREEMENT)
    elif not form.is_submitted():
        form.valid_from.data = today_of(town).isoformat()
    page = step_page(
        "setup/agreements.html", town, Step.AGREEMENT, form=form, rows=queries.agreements_of(town.id),
        channels=words.CHANNELS, say_term=words.term, today=today_of(town), remove_form=lambda: SeenForm(formdata=None),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@bp.post("/towns/<int:municipality_id>/agreements/<int:agreement_id>/remove")
@requires(Permission.SETUP_MANAGE)
def remove_agreement(municipality_id: int, agreement_id: int) -> ResponseReturnValue:
    """Take away an agreement that was wrong."""
    town = town_of(municipality_id)
    row = _one(queries.agreements_of(town.id), agreement_id)
    remove(town, "service_agreement", row.id)
    return stay(town, Step.AGREEMENT)


@bp.route("/towns/<int:municipality_id>/links", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def links(municipality_id: int) -> ResponseReturnValue:
    """Links that agents need, and a new one."""
    return _link_page(town_of(municipality_id), None)


@bp.route("/towns/<int:municipality_id>/links/<int:useful_id>", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def edit_link(municipality_id: int, useful_id: int) -> ResponseReturnValue:
    """One link."""
    town = town_of(municipality_id)
    return _link_page(town, _one(municipalities.links_of([town.id]), useful_id))


@bp.post("/towns/<int:municipality_id>/links/<int:useful_id>/remove")
@requires(Permission.SETUP_MANAGE)
def remove_link(municipality_id: int, useful_id: int) -> ResponseReturnValue:
    """A link that is no longer needed."""
    town = town_of(municipality_id)
    row = _one(municipalities.links_of([town.id]), useful_id)
    remove(town, "useful_link", row.id)
    return stay(town, Step.LINKS)


def _link_page(town: Municipality, row: UsefulLink | None) -> ResponseReturnValue:
    form = LinkForm()
    if form.validate_on_submit():
        values = {name: form[name].data for name in LinkForm.FIELDS}
        if save(form, town, "useful_link", row.id if row else "", values):
            return stay(town, Step.LINKS)
    elif not form.is_submitted() and row is not None:
        for name in LinkForm.FIELDS:
            form[name].data = str(getattr(row, name))
    page = step_page(
        "setup/links.html", town, Step.LINKS, form=form, row=row, rows=municipalities.links_of([town.id]),
        remove_form=lambda: SeenForm(formdata=None),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def _one(rows: Any, number: int) -> Any:
    """The row with this number; raises NotFound."""
    for row in rows:
        if row.id == number:
            return row
    raise NotFound
