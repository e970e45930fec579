"""Which department answers what: copied from another town, by group from the centre's list, or one topic at a time."""

from __future__ import annotations

from itertools import groupby

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.municipalities.rules_readiness import Step
from kcc.setup import actions_towns as actions
from kcc.setup import queries
from kcc.setup import views_words as words
from kcc.setup.forms_rows import CopyForm, GroupForm, RouteForm, whole
from kcc.setup.views_blueprint import bp
from kcc.setup.views_steps import read_form, refuse, save, stay, step_page, town_of
from kcc.web.guards import requires
from kcc.web.person import actor


@bp.get("/towns/<int:municipality_id>/topics")
@requires(Permission.SETUP_MANAGE)
def topics(municipality_id: int) -> ResponseReturnValue:
    """Every topic of the centre, and how this town has it; with ``source`` beside how another town has it."""
    return _topics_page(town_of(municipality_id), whole(request.args.get("source")))


@bp.post("/towns/<int:municipality_id>/topics/copy")
@requires(Permission.SETUP_MANAGE)
def copy_topics(municipality_id: int) -> ResponseReturnValue:
    """Take over what another town has."""
    town = town_of(municipality_id)
    form = CopyForm()
    form.source.choices = _sources(town)
    if not form.validate():
        return _topics_page(town, 0, copying=form), 422
    try:
        number = actions.copy_topics(
            actor=actor(), municipality_id=town.id, source_id=form.source.data,
            all_of_them=bool(form.all_of_them.data), seen=form.known,
        )  # fmt: skip
    except InvalidInput as fault:
        refuse(form, fault, town)
        return _topics_page(town, form.source.data, copying=form), 422
    flash(
        ngettext("%(num)d onderwerp overgenomen.", "%(num)d onderwerpen overgenomen.", number)
        if number
        else _("Er was niets over te nemen."),
        "success",
    )
    return stay(town, Step.TOPICS)


@bp.post("/towns/<int:municipality_id>/topics/group")
@requires(Permission.SETUP_MANAGE)
def route_group(municipality_id: int) -> ResponseReturnValue:
    """Send a group of the centre's topics to one department."""
    town = town_of(municipality_id)
    form = _group_form(town, GroupForm())
    if not form.validate():
        return _topics_page(town, 0, grouping=form), 422
    try:
        number = actions.route_group(
            actor=actor(), municipality_id=town.id, group=form.group.data, department_id=form.department_id.data,
            seen=form.known,
        )  # fmt: skip
    except InvalidInput as fault:
        refuse(form, fault, town)
        return _topics_page(town, 0, grouping=form), 422
    flash(ngettext("%(num)d onderwerp toegevoegd.", "%(num)d onderwerpen toegevoegd.", number), "success")
    return stay(town, Step.TOPICS)


@bp.route("/towns/<int:municipality_id>/topics/<int:topic_id>", methods=["GET", "POST"])
@requires(Permission.SETUP_MANAGE)
def edit_route(municipality_id: int, topic_id: int) -> ResponseReturnValue:
    """One topic: its department, term, and what to ask first."""
    town = town_of(municipality_id)
    topic = next((each for each in queries.centre_topics(town.centre_id) if each.id == topic_id), None)
    if topic is None:
        raise NotFound
    form = read_form(RouteForm(), town)
    route = queries.routes_of(town.id).get(topic_id)
    form.department_id.choices = [
        (each.id, each.name)
        for each in queries.departments_of(town.id)
        if each.active or (route is not None and each.id == route.department_id)
    ]
    if form.validate_on_submit():
        if save(form, town, "topic_routes", "", {str(topic.id): form.values()}):
            return stay(town, Step.TOPICS)
    elif not form.is_submitted() and route is not None:
        form.fill(route)
    page = step_page("setup/route.html", town, Step.TOPICS, form=form, topic=topic)
    return page, 422 if form.is_submitted() else 200


def _topics_page(
    town: Municipality, source_id: int, copying: CopyForm | None = None, grouping: GroupForm | None = None
) -> str:
    sources = dict(_sources(town))
    if source_id and source_id not in sources:
        raise NotFound
    rows = queries.compared(town, source_id or None)
    form = copying or CopyForm(formdata=None)
    form.source.choices = list(sources.items())
    form.source.data = source_id or form.source.data
    shown = [row for row in rows if row.own is not None or not source_id or row.route is not None]
    return step_page(
        "setup/topics.html", town, Step.TOPICS, form=form, source_id=source_id, sources=sources,
        groups=[(name, list(each)) for name, each in groupby(shown, key=lambda row: row.group)],
        group_form=grouping or _group_form(town, GroupForm(formdata=None), [row.group for row in rows if row.own is None]),
        lacking=sum(row.own is None and row.route is not None for row in rows),
        other=sum(row.own is not None and row.route is not None and not row.is_same for row in rows), say_term=words.term,
    )  # fmt: skip


def _group_form(town: Municipality, form: GroupForm, groups: list[str] | None = None) -> GroupForm:
    names = groups if groups is not None else [topic.group_name for topic in queries.centre_topics(town.centre_id)]
    form.group.choices = [(name, name) for name in dict.fromkeys(names)]
    form.department_id.choices = [(each.id, each.name) for each in municipalities.departments_of(town.id)]
    return form


def _sources(town: Municipality) -> list[tuple[int, str]]:
    """Other towns of the centre that this person sets up."""
    return [
        (each.id, each.name)
        for each in municipalities.visible_municipalities()
        if each.id != town.id and each.centre_id == town.centre_id
    ]
