"""Questions of the editor: which articles there are, what readers reported, which versions were published."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import NotFound
from kcc.knowledge.models import Article, ArticleReport, ArticleVersion
from kcc.municipalities.models import Municipality


@dataclass(frozen=True)
class Editable:
    """A line of the editor's list; ``municipality_name`` is None for an article of all municipalities."""

    article_id: uuid.UUID
    title: str
    status: str
    kind: str
    municipality_name: str | None
    valid_until: date | None
    changed_at: datetime


def editable_articles(
    *, status: str | None = None, municipality_id: int | None = None, title_part: str = "",
    before: tuple[datetime, uuid.UUID] | None = None, limit: int = 50,
) -> list[Editable]:  # fmt: skip
    """Articles in sight of the editor, those changed last first; ``before`` is where the previous page ended."""
    statement = (
        sa.select(
            Article.id,
            Article.title,
            Article.status,
            Article.kind,
            Municipality.name,
            Article.valid_until,
            Article.changed_at,
        )
        .outerjoin(Municipality, Municipality.id == Article.municipality_id)
        .order_by(Article.changed_at.desc(), Article.id.desc())
        .limit(limit)
    )
    if status:
        statement = statement.where(Article.status == status)
    if municipality_id is not None:
        statement = statement.where(Article.municipality_id == municipality_id)
    if title_part:
        statement = statement.where(Article.title.icontains(title_part, autoescape=True))
    if before:
        statement = statement.where(sa.tuple_(Article.changed_at, Article.id) < sa.tuple_(*map(sa.literal, before)))
    return [Editable(*row) for row in db.session.execute(statement)]


@dataclass(frozen=True)
class Reported:
    """A reader's report that is still to be handled."""

    report_id: uuid.UUID
    article_id: uuid.UUID
    title: str
    municipality_id: int
    municipality_name: str
    text: str
    at: datetime
    account_id: uuid.UUID | None


def open_reports(limit: int = 100) -> list[Reported]:
    """Reports that nobody has handled, the oldest first."""
    rows = db.session.execute(
        sa.select(
            ArticleReport.id, ArticleReport.article_id, Article.title, ArticleReport.municipality_id,
            Municipality.name, ArticleReport.text, ArticleReport.at, ArticleReport.account_id,
        )
        .join(Article, Article.id == ArticleReport.article_id)
        .join(Municipality, Municipality.id == ArticleReport.municipality_id)
        .where(ArticleReport.handled_at.is_(None))
        .order_by(ArticleReport.at)
        .limit(limit)
    )  # fmt: skip
    return [Reported(*row) for row in rows]


def report(report_id: uuid.UUID) -> ArticleReport:
    """A reader's report. Raises NotFound when it is out of sight."""
    found = db.session.get(ArticleReport, report_id)
    if found is None:
        raise NotFound
    return found


def versions(article_id: uuid.UUID) -> list[ArticleVersion]:
    """What was published under this article, the newest first."""
    statement = sa.select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    return list(db.session.scalars(statement.order_by(ArticleVersion.version.desc())))
