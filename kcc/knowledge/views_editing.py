"""Pages of the editor: lists and reports, writing with a preview for each municipality, publishing, versions."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kcc.core.errors import Conflict, InvalidInput, NotFound
from kcc.core.permissions import Permission
from kcc.knowledge import actions, queries, queries_editing, rules
from kcc.knowledge.forms import ArticleForm, OverlayForm
from kcc.knowledge.models import Article
from kcc.municipalities import queries as municipalities
from kcc.municipalities.models import Municipality
from kcc.people import queries as people
from kcc.web.forms import BaseForm
from kcc.web.guards import reads, requires
from kcc.web.navigation import add_entry
from kcc.web.paging import page_of, unpack
from kcc.web.person import actor

editing = Blueprint("knowledge_editing", __name__, url_prefix="/knowledge/edit")
add_entry("knowledge_editing.inbox", _l("Redactie"), Permission.KNOWLEDGE_EDIT, place=45)

PAGE_SIZE = 40
SHARED = "shared"
STATUSES = {"draft": _l("Concept"), "published": _l("Gepubliceerd"), "withdrawn": _l("Ingetrokken")}


@editing.get("/")
@requires(Permission.KNOWLEDGE_EDIT)
def inbox() -> ResponseReturnValue:
    """What readers reported, and the articles, those changed last first."""
    status = request.args.get("status", "")
    town_id = request.args.get("town", type=int)
    rows = queries_editing.editable_articles(
        status=status if status in STATUSES else None, municipality_id=town_id, before=_position(), limit=PAGE_SIZE + 1
    )
    reports = queries_editing.open_reports()
    return render_template(
        "knowledge/inbox.html",
        page=page_of(rows, PAGE_SIZE, lambda row: (row.changed_at, row.article_id)),
        reports=reports,
        names=people.names_of([report.account_id for report in reports if report.account_id]),
        towns=municipalities.visible_municipalities(),
        status=status,
        town_id=town_id,
        acts=BaseForm(formdata=None),
        statuses=STATUSES,
    )


def _position() -> tuple[datetime, uuid.UUID] | None:
    try:
        at, article_id = unpack(request.args.get("after")) or ("", "")
        return datetime.fromisoformat(at), uuid.UUID(article_id)
    except ValueError:
        return None


@editing.post("/reports/<uuid:report_id>/handle")
@requires(Permission.KNOWLEDGE_EDIT)
def handle_report(report_id: uuid.UUID) -> ResponseReturnValue:
    """Take a report off the list."""
    actions.handle_report(actor=actor(), report_id=report_id)
    flash(_("De melding is afgehandeld."), "success")
    return redirect(url_for("knowledge_editing.inbox"), 303)


@editing.get("/new")
@requires(Permission.KNOWLEDGE_EDIT)
def new() -> ResponseReturnValue:
    """An empty article."""
    towns = municipalities.visible_municipalities()
    form = _new_form(towns, empty=True)
    return _form_page(form, None, towns)


@editing.post("/new")
@requires(Permission.KNOWLEDGE_EDIT)
def write() -> ResponseReturnValue:
    """Keep a new article as draft, or publish it at once."""
    towns = municipalities.visible_municipalities()
    form = _new_form(towns)
    if form.validate():
        try:
            centre_id, municipality_id = _place(form.place.data, towns)
            article = actions.write_article(
                actor=actor(), centre_id=centre_id, municipality_id=municipality_id, text=form.to_text()
            )
            return _kept(article)
        except InvalidInput as fault:
            form.refuse(fault, "body")
    return _form_page(form, None, towns, status=422)


@editing.get("/<uuid:article_id>")
@requires(Permission.KNOWLEDGE_EDIT)
def edit(article_id: uuid.UUID) -> ResponseReturnValue:
    """An article, to change; one that all share is shown, not changed, to an editor of some of the municipalities."""
    article, towns, form = _article_form(article_id, empty=True)
    form.fill_from(article, queries.topic_ids_of(article.id))
    return _form_page(form, article, towns)


@editing.post("/<uuid:article_id>")
@requires(Permission.KNOWLEDGE_EDIT)
def change(article_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a change, and publish when asked; one based on an older version comes back with what others wrote."""
    article, towns, form = _article_form(article_id)
    stored_body, stored_version = article.body, article.version
    if not form.validate():
        return _form_page(form, article, towns, status=422)
    try:
        changed = actions.change_article(
            actor=actor(), article_id=article_id, version=form.version.data or 0, text=form.to_text(article.upn)
        )
        return _kept(changed)
    except InvalidInput as fault:
        form.refuse(fault, "body")
        return _form_page(form, article, towns, status=422)
    except Conflict:
        form.version.data = stored_version
        form.version.raw_data = None
        lines = rules.differences(stored_body, form.body.data or "")
        return _form_page(form, article, towns, status=409, conflict=lines)


@editing.post("/new/preview")
@requires(Permission.KNOWLEDGE_EDIT)
@reads
def preview_new() -> ResponseReturnValue:
    """What was typed, as each municipality would read it."""
    towns = municipalities.visible_municipalities()
    form = _new_form(towns)
    chosen = [town for town in towns if form.place.data in (f"{SHARED}-{town.centre_id}", str(town.id))]
    return _preview(form, None, towns, chosen)


@editing.post("/<uuid:article_id>/preview")
@requires(Permission.KNOWLEDGE_EDIT)
@reads
def preview(article_id: uuid.UUID) -> ResponseReturnValue:
    """What was typed over an article, as each municipality would read it."""
    article, towns, form = _article_form(article_id)
    return _preview(form, article, towns, [town for town in towns if article.municipality_id in (None, town.id)])


@editing.post("/<uuid:article_id>/withdraw")
@requires(Permission.KNOWLEDGE_EDIT)
def withdraw(article_id: uuid.UUID) -> ResponseReturnValue:
    """Take an article away from readers."""
    actions.withdraw(actor=actor(), article_id=article_id, version=request.form.get("version", 0, type=int))
    flash(_("Het artikel is ingetrokken. Niemand vindt het nog; de versies blijven bewaard."), "success")
    return redirect(url_for("knowledge_editing.edit", article_id=article_id), 303)


@editing.get("/<uuid:article_id>/towns/<int:municipality_id>")
@requires(Permission.KNOWLEDGE_EDIT)
def overlay(article_id: uuid.UUID, municipality_id: int) -> ResponseReturnValue:
    """What differs in one municipality, to change."""
    form = OverlayForm(formdata=None)
    stored = queries.overlay(article_id, municipality_id)
    if stored is not None:
        form.fill_from(stored)
    return _overlay_page(form, article_id, municipality_id)


@editing.post("/<uuid:article_id>/towns/<int:municipality_id>")
@requires(Permission.KNOWLEDGE_EDIT)
def lay_over(article_id: uuid.UUID, municipality_id: int) -> ResponseReturnValue:
    """Keep what differs in one municipality."""
    form = OverlayForm()
    municipalities.municipality(municipality_id)
    if not form.validate():
        return _overlay_page(form, article_id, municipality_id, status=422)
    try:
        actions.lay_over(
            actor=actor(), article_id=article_id, municipality_id=municipality_id, version=form.version.data,
            overlay=form.to_overlay(),
        )  # fmt: skip
    except InvalidInput as fault:
        form.refuse(fault, "text")
        return _overlay_page(form, article_id, municipality_id, status=422)
    except Conflict:
        stored = queries.overlay(article_id, municipality_id)
        form.version.data = stored.version if stored else None
        form.version.raw_data = None
        lines = rules.differences(stored.text if stored else "", form.text.data or "")
        return _overlay_page(form, article_id, municipality_id, status=409, conflict=lines)
    flash(_("Bewaard. Lezers zien het nu."), "success")
    return redirect(url_for("knowledge.article", article_id=article_id, town=municipality_id), 303)


@editing.get("/<uuid:article_id>/versions")
@requires(Permission.KNOWLEDGE_EDIT)
def versions(article_id: uuid.UUID) -> ResponseReturnValue:
    """What was published under this article, and the difference between two of them."""
    article = queries.article(article_id)
    kept = queries_editing.versions(article_id)
    numbers = {version.version: version for version in kept}
    newest = kept[0].version if kept else 0
    new_version = numbers.get(request.args.get("new", newest, type=int))
    before = max((number for number in numbers if new_version and number < new_version.version), default=0)
    old_version = numbers.get(request.args.get("old", before, type=int))
    lines = rules.differences(_whole(old_version), _whole(new_version)) if new_version else []
    return render_template(
        "knowledge/versions.html",
        article=article,
        versions=kept,
        names=people.names_of([version.account_id for version in kept if version.account_id]),
        new=new_version,
        old=old_version,
        lines=lines,
    )


def _whole(version: object | None) -> str:
    if version is None:
        return ""
    return "\n".join(getattr(version, name) for name in ("title", "body", "desk_memo"))


def _new_form(towns: list[Municipality], empty: bool = False) -> ArticleForm:
    form = ArticleForm(formdata=None) if empty else ArticleForm()
    centres = {town.centre_id: town.centre_id for town in towns}
    shared = [
        (f"{SHARED}-{centre_id}", _("Alle gemeenten")) for centre_id in centres if queries.covers_centre(centre_id)
    ]
    form.place.choices = [*((str(town.id), town.name) for town in towns), *shared]
    _offer_topics(form, set(centres))
    return form


def _article_form(article_id: uuid.UUID, empty: bool = False) -> tuple[Article, list[Municipality], ArticleForm]:
    article = queries.article(article_id)
    form = ArticleForm(formdata=None) if empty else ArticleForm()
    del form.place
    _offer_topics(form, {article.centre_id})
    towns = [town for town in municipalities.visible_municipalities() if town.centre_id == article.centre_id]
    return article, towns, form


def _offer_topics(form: ArticleForm, centre_ids: set[int]) -> None:
    form.topics.choices = [(topic.topic_id, topic.name) for topic in queries.topics_to_choose(centre_ids)]


def _place(value: str, towns: list[Municipality]) -> tuple[int, int | None]:
    """The centre and municipality of a choice in the form."""
    for town in towns:
        if value == str(town.id):
            return town.centre_id, town.id
        if value == f"{SHARED}-{town.centre_id}":
            return town.centre_id, None
    raise NotFound


def _kept(article: Article) -> ResponseReturnValue:
    if request.form.get("do") == "publish" or article.status == rules.Status.PUBLISHED:
        actions.publish(actor=actor(), article_id=article.id, version=article.version)
        flash(_("Gepubliceerd. Lezers zien deze versie nu."), "success")
    else:
        flash(_("Bewaard."), "success")
    return redirect(url_for("knowledge_editing.edit", article_id=article.id), 303)


def _may_change(article: Article | None) -> bool:
    return article is None or article.municipality_id is not None or queries.covers_centre(article.centre_id)


def _form_page(
    form: ArticleForm, article: Article | None, towns: list[Municipality], *, status: int = 200,
    conflict: list[tuple[str, str]] | None = None, previews: list[queries.Shown] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    page = render_template(
        "knowledge/edit.html", form=form, article=article, towns=towns, may_change=_may_change(article),
        overlays=queries.overlays(article.id) if article is not None else {}, conflict=conflict, previews=previews,
        statuses=STATUSES,
    )  # fmt: skip
    return page, status


def _preview(
    form: ArticleForm, article: Article | None, towns: list[Municipality], chosen: list[Municipality]
) -> ResponseReturnValue:
    over = queries.overlays(article.id) if article is not None else {}
    previews = [
        queries.preview(
            title=form.title.data or "", body=form.body.data or "", desk_memo=form.desk_memo.data or "",
            variables=form.variables_so_far(), overlay=over.get(town.id), municipality=town,
        )
        for town in chosen
    ]  # fmt: skip
    if request.headers.get("HX-Request"):
        return render_template("knowledge/_previews.html", previews=previews)
    return _form_page(form, article, towns, previews=previews)


def _overlay_page(
    form: OverlayForm, article_id: uuid.UUID, municipality_id: int, *, status: int = 200,
    conflict: list[tuple[str, str]] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    town = municipalities.municipality(municipality_id)
    article = queries.article(article_id)
    if article.municipality_id is not None or article.centre_id != town.centre_id:
        raise NotFound
    names = rules.names_in("\n".join((article.title, article.body, article.desk_memo)))
    values = queries.values_of(article, queries.overlays(article.id).get(town.id), town)
    page = render_template(
        "knowledge/overlay.html", form=form, article=article, town=town, conflict=conflict, names=names, values=values
    )
    return page, status
