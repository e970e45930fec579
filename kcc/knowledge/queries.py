"""Questions to the knowledge: find an article for one municipality, and show it as it holds there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from markupsafe import Markup

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.knowledge import rules
from kcc.knowledge.models import Article, ArticleOverlay, ArticleTopic
from kcc.knowledge.rules import Status
from kcc.municipalities.models import Municipality, Topic

ZONE = ZoneInfo("Europe/Amsterdam")
FIND = sa.text(
    "select article_id, way from kcc_find_articles(:all_words, :any_word, :typed, :town, :topic, :day, :most)"
)

Row: TypeAlias = "sa.Row[Any]"


@dataclass(frozen=True)
class Found:
    """One search result for one municipality. ``way``: all words, any word, or only alike ('all', 'any', 'alike')."""

    article_id: uuid.UUID
    title: str
    snippet_html: Markup
    origin_text: str
    deviation: str
    is_shared: bool
    way: str


@dataclass(frozen=True)
class Shown:
    """An article as it holds in one municipality; ``html`` is safe, ``plain_answer`` fit for a note.

    ``missing`` names variables without a value here: editors are told, readers see '(niet ingevuld)'.
    """

    article_id: uuid.UUID
    municipality_id: int
    municipality_name: str
    title: str
    html: Markup
    desk_memo_html: Markup
    deviation: str
    valid_from: date | None
    valid_until: date | None
    is_valid: bool
    is_hidden: bool
    variables: dict[str, str]
    missing: tuple[str, ...]
    is_shared: bool
    kind: str
    status: str
    version: int
    changed_at: datetime
    reviewed_on: date | None
    source_url: str | None
    plain_answer: str


def today() -> date:
    """The day it is for the municipalities."""
    return now().astimezone(ZONE).date()


def find(text: str, municipality_id: int, topic_id: int | None = None, limit: int = 10) -> list[Found]:
    """Articles that hold in this municipality today, the best first and its own before shared ones.

    All words are looked for, then any word, then titles that look alike. Without text: the articles of the topic.
    """
    if not text.strip():
        return of_topic(topic_id, municipality_id, limit) if topic_id is not None else []
    all_words, any_word, typed = rules.query_words(text)
    hits = db.session.execute(
        FIND,
        {
            "all_words": all_words, "any_word": any_word, "typed": typed, "town": municipality_id,
            "topic": topic_id, "day": today(), "most": limit,
        },
    ).all()  # fmt: skip
    ways = {row.article_id: row.way for row in hits}
    found = {row.Article.id: row for row in _rows(municipality_id, Article.id.in_(ways))} if ways else {}
    return [_found(found[article_id], text, way) for article_id, way in ways.items() if article_id in found]


def of_topic(topic_id: int, municipality_id: int, limit: int = 50) -> list[Found]:
    """The articles about a topic that hold in this municipality today, its own first."""
    about = Article.id.in_(sa.select(ArticleTopic.article_id).where(ArticleTopic.topic_id == topic_id))
    own_first = (Article.municipality_id.is_(None), Article.title)
    rows = _rows(municipality_id, about, *holds_today(), order=own_first, limit=limit)
    return [_found(row, "", "all") for row in rows]


def for_municipality(article_id: uuid.UUID, municipality_id: int, *, also_unpublished: bool = False) -> Shown:
    """The article as it holds in this municipality. NotFound when out of sight or unpublished."""
    rows = _rows(municipality_id, Article.id == article_id)
    if not rows or (rows[0].Article.status != Status.PUBLISHED and not also_unpublished):
        raise NotFound
    row = rows[0]
    if row.ArticleOverlay is not None and row.ArticleOverlay.hidden and not also_unpublished:
        raise NotFound
    return shown(row.Article, row.ArticleOverlay, row.Municipality)


def shown(article: Article, overlay: ArticleOverlay | None, municipality: Municipality) -> Shown:
    """An article, also one that is not stored (yet), with what a municipality lays over it."""
    values = values_of(article, overlay, municipality)
    body, memo = rules.render(article.body, values), rules.render(article.desk_memo, values)
    html, memo_html = body.html, memo.html
    missing = [*body.missing, *memo.missing]
    answer = article.body
    if overlay is not None and overlay.text.strip():
        own = rules.render(overlay.text, values)
        html += Markup("<h2>{}</h2>").format(municipality.name) + own.html
        missing += own.missing
        answer = f"{article.body}\n\n{overlay.text}"
    if overlay is not None and overlay.desk_memo.strip():
        own_memo = rules.render(overlay.desk_memo, values)
        memo_html += own_memo.html
        missing += own_memo.missing
    return Shown(
        article_id=article.id,
        municipality_id=municipality.id,
        municipality_name=municipality.name,
        title=rules.fill_in(article.title, values)[0],
        html=html,
        desk_memo_html=memo_html,
        deviation=overlay.deviation if overlay is not None else "",
        valid_from=article.valid_from,
        valid_until=article.valid_until,
        is_valid=rules.is_valid(today(), article.valid_from, article.valid_until),
        is_hidden=overlay is not None and overlay.hidden,
        variables=values,
        missing=tuple(dict.fromkeys(missing)),
        is_shared=article.municipality_id is None,
        kind=article.kind,
        status=article.status,
        version=article.version,
        changed_at=article.changed_at,
        reviewed_on=article.reviewed_on,
        source_url=article.source_url,
        plain_answer=rules.plain_text(rules.fill_in(answer, values)[0]),
    )


def preview(
    *,
    title: str,
    body: str,
    desk_memo: str,
    variables: dict[str, str],
    overlay: ArticleOverlay | None,
    municipality: Municipality,
) -> Shown:
    """A text that is not stored, as it would be shown in a municipality."""
    article = Article(
        id=uuid.UUID(int=0), centre_id=municipality.centre_id, municipality_id=None, key="", kind="article", title=title,
        body=body, desk_memo=desk_memo, variables=variables, status=Status.DRAFT, version=0, changed_at=now(),
    )  # fmt: skip
    return shown(article, overlay, municipality)


def values_of(article: Article, overlay: ArticleOverlay | None, municipality: Municipality) -> dict[str, str]:
    """The values of an article's variables here: the overlay's, else the article's, else the municipality's own."""
    return rules.values_for(
        overlay.variables if overlay is not None else None,
        article.variables,
        municipality.variables,
        {"gemeente": municipality.name},
    )


def holds_today() -> tuple[sa.ColumnElement[bool], ...]:
    """What makes an article one for readers: published, and valid today."""
    day = today()
    return (
        Article.status == Status.PUBLISHED,
        sa.or_(Article.valid_from.is_(None), Article.valid_from <= day),
        sa.or_(Article.valid_until.is_(None), Article.valid_until >= day),
        sa.func.coalesce(ArticleOverlay.hidden, False).is_(False),
    )


def _rows(
    municipality_id: int,
    *where: sa.ColumnElement[bool],
    order: tuple[object, ...] = (),
    limit: int | None = None,
) -> list[Row]:
    laid_over = sa.and_(ArticleOverlay.article_id == Article.id, ArticleOverlay.municipality_id == Municipality.id)
    holds_here = sa.or_(Article.municipality_id.is_(None), Article.municipality_id == Municipality.id)
    statement = (
        sa.select(Article, ArticleOverlay, Municipality)
        .join(Municipality, sa.and_(Municipality.centre_id == Article.centre_id, Municipality.id == municipality_id))
        .outerjoin(ArticleOverlay, laid_over)
        .where(holds_here, *where)
        .order_by(*order)  # type: ignore[arg-type]
        .limit(limit)
    )
    return cast(list[Row], db.session.execute(statement).all())


def _found(row: Row, text: str, way: str) -> Found:
    article, overlay, municipality = row.Article, row.ArticleOverlay, row.Municipality
    values = values_of(article, overlay, municipality)
    words = rules.fill_in(f"{article.body}\n{overlay.text}" if overlay is not None else article.body, values)[0]
    return Found(
        article_id=article.id,
        title=rules.fill_in(article.title, values)[0],
        snippet_html=rules.snippet(rules.plain_text(words), text),
        origin_text=municipality.name if article.municipality_id is not None else "Alle gemeenten",
        deviation=overlay.deviation if overlay is not None else "",
        is_shared=article.municipality_id is None,
        way=way,
    )


def article(article_id: uuid.UUID) -> Article:
    """An article as it is stored, whatever its status. Raises NotFound when it is out of sight."""
    found = db.session.get(Article, article_id)
    if found is None:
        raise NotFound
    return found


def overlay(article_id: uuid.UUID, municipality_id: int) -> ArticleOverlay | None:
    """What a municipality lays over an article, if anything."""
    return db.session.get(ArticleOverlay, {"municipality_id": municipality_id, "article_id": article_id})


def overlays(article_id: uuid.UUID) -> dict[int, ArticleOverlay]:
    """What the visible municipalities lay over an article, by municipality."""
    rows = db.session.scalars(sa.select(ArticleOverlay).where(ArticleOverlay.article_id == article_id))
    return {row.municipality_id: row for row in rows}


def covers_centre(centre_id: int) -> bool:
    """Whether this scope reaches every municipality of the centre: only then may it change what all share."""
    return bool(db.session.scalar(sa.select(sa.func.kcc_covers_centre(centre_id))))


def topic_ids_of(article_id: uuid.UUID) -> tuple[int, ...]:
    """The topics that an article is about."""
    return tuple(db.session.scalars(sa.select(ArticleTopic.topic_id).where(ArticleTopic.article_id == article_id)))


def topics_of_centre(centre_id: int, topic_ids: tuple[int, ...]) -> set[int]:
    """Those of the given topics that the centre has."""
    if not topic_ids:
        return set()
    return set(db.session.scalars(sa.select(Topic.id).where(Topic.centre_id == centre_id, Topic.id.in_(topic_ids))))


@dataclass(frozen=True)
class TopicChoice:
    """A topic that an article can be about."""

    topic_id: int
    name: str
    group_name: str


def topics_to_choose(centre_ids: set[int]) -> list[TopicChoice]:
    """All topics of these centres, by group and name."""
    statement = sa.select(Topic.id, Topic.name, Topic.group_name).where(Topic.centre_id.in_(centre_ids))
    return [TopicChoice(*row) for row in db.session.execute(statement.order_by(Topic.group_name, Topic.name))]


def topic_name(topic_id: int) -> str:
    """What a topic is called. Raises NotFound when it is out of sight."""
    name = db.session.scalar(sa.select(Topic.name).where(Topic.id == topic_id))
    if name is None:
        raise NotFound
    return str(name)


def words_of_topics(topic_ids: tuple[int, ...]) -> list[str]:
    """Names and synonyms of topics, under which their articles are found as well."""
    if not topic_ids:
        return []
    rows = db.session.execute(sa.select(Topic.name, Topic.synonyms).where(Topic.id.in_(topic_ids)).order_by(Topic.id))
    return [word for name, synonyms in rows for word in (name, *synonyms)]


@dataclass(frozen=True)
class TopicOnShelf:
    """A topic and how many articles about it hold in a municipality today."""

    topic_id: int
    name: str
    group_name: str
    articles: int


def shelf(municipality_id: int) -> dict[str, list[TopicOnShelf]]:
    """The topics that have articles for this municipality, by group."""
    laid_over = sa.and_(ArticleOverlay.article_id == Article.id, ArticleOverlay.municipality_id == municipality_id)
    holds_here = sa.or_(Article.municipality_id.is_(None), Article.municipality_id == municipality_id)
    home = sa.select(Municipality.centre_id).where(Municipality.id == municipality_id).scalar_subquery()
    rows = db.session.execute(
        sa.select(Topic.id, Topic.name, Topic.group_name, sa.func.count())
        .join(ArticleTopic, sa.and_(ArticleTopic.topic_id == Topic.id, ArticleTopic.centre_id == Topic.centre_id))
        .join(Article, Article.id == ArticleTopic.article_id)
        .outerjoin(ArticleOverlay, laid_over)
        .where(Topic.centre_id == home, holds_here, *holds_today())
        .group_by(Topic.id)
        .order_by(Topic.group_name, Topic.name)
    )
    groups: dict[str, list[TopicOnShelf]] = {}
    for row in rows:
        groups.setdefault(row[2], []).append(TopicOnShelf(*row))
    return groups


def articles_by_key(centre_id: int, keys: list[str]) -> dict[str, Article]:
    """The articles of a centre that carry one of these keys."""
    statement = sa.select(Article).where(Article.centre_id == centre_id, Article.key.in_(keys))
    return {found.key: found for found in db.session.scalars(statement)}
