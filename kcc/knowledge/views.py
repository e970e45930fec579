"""Pages of everyone who reads the knowledge: find, browse, read, say what is wrong; and the parts that the desk shows."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.knowledge import actions, queries
from kcc.knowledge.forms import ReportForm, SearchForm
from kcc.knowledge.views_editing import editing
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.web.guards import reads, requires
from kcc.web.navigation import add_entry
from kcc.web.person import actor, current_person

__all__ = ["bp", "editing"]

bp = Blueprint("knowledge", __name__, url_prefix="/knowledge")
add_entry("knowledge.index", _l("Kennis"), Permission.KNOWLEDGE_READ, place=40)


def may_read_memo() -> bool:
    """Whether the person answers residents or writes the articles: the memo is for them only."""
    person = current_person()
    return person.may(Permission.DESK_USE) or person.may(Permission.KNOWLEDGE_EDIT)


def _town(towns: list[Municipality], asked: int | None) -> Municipality:
    """The municipality that is asked for; without one the first. Raises NotFound for one out of sight."""
    if not towns:
        raise NotFound
    if asked is None:
        return towns[0]
    for town in towns:
        if town.id == asked:
            return town
    raise NotFound


@bp.get("/")
@requires(Permission.KNOWLEDGE_READ)
def index() -> ResponseReturnValue:
    """Search, and topics to browse, of one municipality."""
    towns = municipalities.visible_municipalities()
    town = _town(towns, request.args.get("town", type=int))
    form = SearchForm(formdata=None, town=town.id)
    return render_template(
        "knowledge/index.html", towns=towns, town=town, form=form, found=None, shelf=queries.shelf(town.id)
    )


@bp.post("/")
@requires(Permission.KNOWLEDGE_READ)
@reads
def search() -> ResponseReturnValue:
    """Find articles; by POST, because people search with words that belong to a resident."""
    towns = municipalities.visible_municipalities()
    form = SearchForm()
    town = _town(towns, form.town.data)
    valid = form.validate()
    found = queries.find(form.text.data or "", town.id, limit=20) if valid and form.text.data else None
    shelf = {} if found else queries.shelf(town.id)
    page = render_template("knowledge/index.html", towns=towns, town=town, form=form, found=found, shelf=shelf)
    return page, 200 if valid else 422


@bp.get("/topics/<int:topic_id>")
@requires(Permission.KNOWLEDGE_READ)
def topic(topic_id: int) -> ResponseReturnValue:
    """The articles about one topic."""
    towns = municipalities.visible_municipalities()
    town = _town(towns, request.args.get("town", type=int))
    name = queries.topic_name(topic_id)
    found = queries.of_topic(topic_id, town.id)
    return render_template("knowledge/topic.html", towns=towns, town=town, topic_id=topic_id, name=name, found=found)


@bp.get("/articles/<uuid:article_id>")
@requires(Permission.KNOWLEDGE_READ)
def article(article_id: uuid.UUID) -> ResponseReturnValue:
    """One article as it holds in one municipality."""
    return _article_page(article_id, request.args.get("town", type=int), ReportForm(formdata=None), 200)


def _article_page(article_id: uuid.UUID, asked: int | None, form: ReportForm, status: int) -> ResponseReturnValue:
    stored = queries.article(article_id)
    towns = [
        town
        for town in municipalities.visible_municipalities()
        if stored.municipality_id in (None, town.id) and town.centre_id == stored.centre_id
    ]
    town = _town(towns, asked)
    shown = queries.for_municipality(article_id, town.id)
    page = render_template(
        "knowledge/article.html", shown=shown, towns=towns, town=town, report_form=form, with_memo=may_read_memo(),
        may_edit=current_person().may(Permission.KNOWLEDGE_EDIT),
    )  # fmt: skip
    return page, status


@bp.post("/articles/<uuid:article_id>/reports/<int:municipality_id>")
@requires(Permission.KNOWLEDGE_READ)
def report(article_id: uuid.UUID, municipality_id: int) -> ResponseReturnValue:
    """Tell the editor of a municipality what is wrong."""
    form = ReportForm()
    if form.validate():
        try:
            actions.report_wrong(
                actor=actor(), article_id=article_id, municipality_id=municipalities.municipality(municipality_id).id,
                text=form.text.data or "",
            )  # fmt: skip
        except InvalidInput as fault:
            form.refuse(fault, "text")
        else:
            flash(_("Dank u. De redactie van deze gemeente ziet uw melding."), "success")
            return redirect(url_for("knowledge.article", article_id=article_id, town=municipality_id), 303)
    return _article_page(article_id, municipality_id, form, 422)


@bp.post("/fragment/search")
@requires(Permission.KNOWLEDGE_READ)
@reads
def fragment_search() -> ResponseReturnValue:
    """The list of results, while one types: ``text``, ``town`` and, when known, ``topic``."""
    town = municipalities.municipality(request.form.get("town", type=int) or 0)
    found = queries.find(request.form.get("text", ""), town.id, request.form.get("topic", type=int), limit=10)
    asked = bool(request.form.get("text", "").strip())
    return render_template("knowledge/_results.html", found=found if asked or found else None, town_id=town.id)


@bp.get("/fragment/article/<uuid:article_id>")
@requires(Permission.KNOWLEDGE_READ)
def fragment_article(article_id: uuid.UUID) -> ResponseReturnValue:
    """One article of one municipality, without the page around it."""
    shown = queries.for_municipality(article_id, request.args.get("town", type=int) or 0)
    return render_template("knowledge/_article.html", shown=shown, with_memo=may_read_memo(), heading=3)
