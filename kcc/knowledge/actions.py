"""Writing, publishing and withdrawing articles, what a municipality lays over them, and readers' reports."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR

from kcc.core import audit
from kcc.core.clock import now
from kcc.core.db import db, new_id
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Actor
from kcc.core.search_text import to_tsvector_text
from kcc.knowledge import queries, queries_editing
from kcc.knowledge.models import Article, ArticleOverlay, ArticleReport, ArticleTopic, ArticleVersion
from kcc.knowledge.rules import Status


@dataclass(frozen=True)
class ArticleText:
    """What an editor writes: Markdown in ``body`` and ``desk_memo`` (for agents only), values by name in ``variables``."""

    title: str
    body: str
    desk_memo: str = ""
    keywords: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    topic_ids: tuple[int, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    upn: str | None = None
    source_url: str | None = None


@dataclass(frozen=True)
class OverlayText:
    """What one municipality lays over a shared article; ``hidden`` when the article does not hold there at all."""

    text: str = ""
    deviation: str = ""
    desk_memo: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    hidden: bool = False


def write_article(
    *,
    actor: Actor,
    centre_id: int,
    municipality_id: int | None,
    text: ArticleText,
    key: str | None = None,
    kind: str = "article",
) -> Article:
    """A new article as draft, of one municipality or (without one) of all. NotAllowed for those who may not write it."""
    _check_text(text)
    _check_may_edit(centre_id, municipality_id)
    article_id = new_id()
    article = Article(
        id=article_id, centre_id=centre_id, municipality_id=municipality_id, key=key or f"a-{article_id.hex}", kind=kind,
        status=Status.DRAFT, title=text.title, body=text.body, variables={},
    )  # fmt: skip
    _fill(article, text, actor)
    index_article(article, text.topic_ids)
    db.session.add(article)
    db.session.flush()
    _set_topics(article, text.topic_ids)
    _note(actor, "article_written", article, ("title", "body"))
    return article


def change_article(*, actor: Actor, article_id: uuid.UUID, version: int, text: ArticleText) -> Article:
    """Change the text of an article. Raises Conflict when it is no longer at ``version``."""
    _check_text(text)
    article = _editable(article_id, version)
    before = {name: getattr(article, name) for name in _TEXT_FIELDS}
    _set_topics(article, text.topic_ids)
    with db.session.no_autoflush:  # one update, and so one version further
        _fill(article, text, actor)
        index_article(article, text.topic_ids)
    db.session.flush()
    _note(actor, "article_changed", article, [name for name in _TEXT_FIELDS if getattr(article, name) != before[name]])
    return article


def publish(*, actor: Actor, article_id: uuid.UUID, version: int) -> Article:
    """Show the article to readers as it stands, and keep this version for ever. Raises Conflict on another version."""
    article = _editable(article_id, version)
    article.status = Status.PUBLISHED
    article.reviewed_on = queries.today()
    article.changed_at = now()
    article.changed_by_id = actor.account_id
    db.session.flush()
    keep_version(article, actor)
    _note(actor, "article_published", article, ("status",))
    return article


def keep_version(article: Article, actor: Actor) -> None:
    """Write down what readers were shown under the article's present version number."""
    db.session.add(
        ArticleVersion(
            centre_id=article.centre_id, article_id=article.id, version=article.version, title=article.title,
            body=article.body, desk_memo=article.desk_memo, account_id=actor.account_id,
        )
    )  # fmt: skip
    db.session.flush()


def withdraw(*, actor: Actor, article_id: uuid.UUID, version: int) -> Article:
    """Take a published article away from readers; it and its versions stay. Raises InvalidState when not published."""
    article = _editable(article_id, version)
    if article.status != Status.PUBLISHED:
        raise InvalidState
    article.status = Status.WITHDRAWN
    article.changed_at = now()
    article.changed_by_id = actor.account_id
    db.session.flush()
    _note(actor, "article_withdrawn", article, ("status",))
    return article


def lay_over(
    *, actor: Actor, article_id: uuid.UUID, municipality_id: int, version: int | None, overlay: OverlayText
) -> ArticleOverlay:
    """Say what differs in one municipality. ``version`` is that of the overlay, None when there was none yet.

    Raises Conflict when somebody changed it meanwhile, InvalidState for an article that is not shared.
    """
    article = queries.article(article_id)
    if article.municipality_id is not None:
        raise InvalidState("Dit artikel is al van één gemeente.")
    stored = queries.overlay(article_id, municipality_id)
    if (stored.version if stored else None) != version:
        raise Conflict
    if stored is None:
        stored = ArticleOverlay(
            centre_id=article.centre_id, municipality_id=municipality_id, article_id=article_id, variables={}
        )
        db.session.add(stored)
    stored.text, stored.deviation, stored.desk_memo = overlay.text, overlay.deviation, overlay.desk_memo
    stored.variables, stored.hidden = dict(overlay.variables), overlay.hidden
    index_overlay(stored)
    db.session.flush()
    audit.record(
        actor=actor, verb="article_laid_over", subject_type="article", subject_id=article_id,
        municipality_id=municipality_id, fields=("text", "deviation", "desk_memo", "variables", "hidden"),
    )  # fmt: skip
    return stored


def report_wrong(*, actor: Actor, article_id: uuid.UUID, municipality_id: int, text: str) -> ArticleReport:
    """Tell a municipality's editor that an article is wrong there. Raises NotFound, or InvalidInput for an empty text."""
    if not text.strip():
        raise InvalidInput("Schrijf wat er niet klopt.", field="text")
    article = queries.article(article_id)
    if article.municipality_id not in (None, municipality_id):
        raise NotFound
    report = ArticleReport(
        municipality_id=municipality_id, centre_id=article.centre_id, article_id=article_id,
        account_id=actor.account_id, text=text,
    )  # fmt: skip
    db.session.add(report)
    db.session.flush()
    audit.record(
        actor=actor,
        verb="article_reported",
        subject_type="article",
        subject_id=article_id,
        municipality_id=municipality_id,
    )
    return report


def handle_report(*, actor: Actor, report_id: uuid.UUID) -> ArticleReport:
    """Take a report off the list. Raises NotFound, or InvalidState when a colleague did so already."""
    report = queries_editing.report(report_id)
    if report.handled_at is not None:
        raise InvalidState
    report.handled_at = now()
    report.handled_by_id = actor.account_id
    db.session.flush()
    audit.record(
        actor=actor, verb="article_report_handled", subject_type="article", subject_id=report.article_id,
        municipality_id=report.municipality_id, fields=("handled_at",),
    )  # fmt: skip
    return report


def index_article(article: Article, topic_ids: tuple[int, ...] | None = None) -> None:
    """Set anew under which words an article is found: title first, keywords and topics next, then the text."""
    ids = topic_ids if topic_ids is not None else queries.topic_ids_of(article.id)
    words = " ".join([article.keywords, *queries.words_of_topics(ids)])
    article.terms = _vector([(article.title, "A"), (words, "B"), (article.body, "C"), (article.desk_memo, "D")])


def index_overlay(overlay: ArticleOverlay) -> None:
    """Set anew under which words a municipality's own text is found."""
    overlay.terms = _vector([(overlay.text, "C"), (overlay.deviation, "B"), (overlay.desk_memo, "D")])


_TEXT_FIELDS = (
    "title", "body", "desk_memo", "keywords", "variables", "valid_from", "valid_until", "upn", "source_url",
)  # fmt: skip


def _vector(parts: list[tuple[str | None, str]]) -> sa.ColumnElement[Any]:
    # A row not yet stored has none for its defaults. Each part is a vector of its own; || moves its positions behind the ones before.
    vectors = [sa.cast(to_tsvector_text(text, weight), TSVECTOR) for text, weight in parts if text and text.strip()]
    joined: sa.ColumnElement[Any] = vectors[0] if vectors else sa.cast("", TSVECTOR)
    for vector in vectors[1:]:
        joined = joined.op("||")(vector)
    return joined


def _fill(article: Article, text: ArticleText, actor: Actor) -> None:
    for name in _TEXT_FIELDS:
        setattr(article, name, getattr(text, name))
    article.changed_at = now()
    article.changed_by_id = actor.account_id


def _set_topics(article: Article, topic_ids: tuple[int, ...]) -> None:
    if set(topic_ids) - queries.topics_of_centre(article.centre_id, topic_ids):
        raise InvalidInput("Dit onderwerp bestaat niet.", field="topics")
    old = set(queries.topic_ids_of(article.id))
    gone = ArticleTopic.topic_id.in_(old - set(topic_ids))
    db.session.execute(sa.delete(ArticleTopic).where(ArticleTopic.article_id == article.id, gone))
    for topic_id in set(topic_ids) - old:
        db.session.add(ArticleTopic(centre_id=article.centre_id, article_id=article.id, topic_id=topic_id))
    db.session.flush()


def _editable(article_id: uuid.UUID, version: int) -> Article:
    article = queries.article(article_id)
    _check_may_edit(article.centre_id, article.municipality_id)
    if article.version != version:
        raise Conflict
    return article


def _check_may_edit(centre_id: int, municipality_id: int | None) -> None:
    # One of a single municipality is guarded by the row policy; a shared one changes what every town reads.
    if municipality_id is None and not queries.covers_centre(centre_id):
        raise NotAllowed("Een artikel voor alle gemeenten mag alleen wie in al die gemeenten redacteur is.")


def _check_text(text: ArticleText) -> None:
    if not text.title.strip():
        raise InvalidInput("Vul een titel in.", field="title")
    if not text.body.strip():
        raise InvalidInput("Vul de tekst in.", field="body")
    if text.valid_from and text.valid_until and text.valid_until < text.valid_from:
        raise InvalidInput("De einddatum ligt voor de begindatum.", field="valid_until")
    if text.source_url and not text.source_url.startswith(("https://", "http://")):
        raise InvalidInput("Een bron begint met https://", field="source_url")


def _note(actor: Actor, verb: str, article: Article, fields: tuple[str, ...] | list[str] = ()) -> None:
    audit.record(
        actor=actor, verb=verb, subject_type="article", subject_id=article.id,
        municipality_id=article.municipality_id, fields=fields,
    )  # fmt: skip
