"""Tables of articles, what municipalities lay over them, and what readers report."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from kcc.core.clock import now
from kcc.core.db import Base, CentreMixin, TenantMixin, centre_reference, new_id, tenant_key


def _of_one_town_of_the_centre() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["centre_id", "municipality_id"], ["municipality.centre_id", "municipality.id"])


def _alike(column: str) -> sa.Index:
    return sa.Index(f"ix_article_{column}", column, postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})


class Article(CentreMixin, Base):
    """A piece of knowledge, of the centre or (with a municipality) of one town. Dutch: kennisartikel, VAC."""

    __tablename__ = "article"
    __policy__ = "centre_or_town"
    __table_args__ = (
        sa.UniqueConstraint("centre_id", "id"),
        sa.UniqueConstraint("centre_id", "key"),
        _of_one_town_of_the_centre(),
        sa.Index("ix_article_terms", "terms", postgresql_using="gin"),
        sa.Index("ix_article_title_terms", "title_terms", postgresql_using="gin"),
        _alike("title"),
        _alike("keywords"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    municipality_id: Mapped[int | None]
    key: Mapped[str]
    kind: Mapped[str] = mapped_column(default="article")
    title: Mapped[str]
    body: Mapped[str]
    desk_memo: Mapped[str] = mapped_column(default="")
    keywords: Mapped[str] = mapped_column(default="")
    variables: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    upn: Mapped[str | None] = mapped_column(sa.ForeignKey("product.upn"))
    source_url: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="draft")
    version: Mapped[int] = mapped_column(default=1)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    changed_by_id: Mapped[uuid.UUID | None]
    terms: Mapped[Any] = mapped_column(TSVECTOR, nullable=True, deferred=True)
    title_terms: Mapped[Any] = mapped_column(
        TSVECTOR, sa.Computed("ts_filter(terms, '{a,b}')", persisted=True), nullable=True, deferred=True
    )
    """Title and keywords alone: small enough to rank many articles by, where ``terms`` holds the whole text."""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class ArticleTopic(CentreMixin, Base):
    """That an article is about a topic. Dutch: artikel bij onderwerp."""

    __tablename__ = "article_topic"
    __policy__ = "article_child"
    __table_args__ = (
        sa.PrimaryKeyConstraint("article_id", "topic_id"),
        centre_reference("article_id", "article", ondelete="CASCADE"),
        centre_reference("topic_id", "topic"),
        sa.Index(None, "topic_id"),
    )

    article_id: Mapped[uuid.UUID]
    topic_id: Mapped[int]


class ArticleOverlay(TenantMixin, Base):
    """What one municipality lays over a shared article: values, text, deviation. Dutch: gemeentelijke aanvulling."""

    __tablename__ = "article_overlay"
    __table_args__ = (
        sa.PrimaryKeyConstraint("municipality_id", "article_id"),
        centre_reference("article_id", "article", ondelete="CASCADE"),
        _of_one_town_of_the_centre(),
        sa.Index("ix_article_overlay_terms", "terms", postgresql_using="gin"),
        sa.Index(None, "article_id"),
    )

    article_id: Mapped[uuid.UUID]
    centre_id: Mapped[int]
    text: Mapped[str] = mapped_column(default="")
    deviation: Mapped[str] = mapped_column(default="")
    desk_memo: Mapped[str] = mapped_column(default="")
    variables: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    hidden: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    terms: Mapped[Any] = mapped_column(TSVECTOR, nullable=True, deferred=True)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class ArticleVersion(CentreMixin, Base):
    """An article as it was published. Dutch: versie."""

    __tablename__ = "article_version"
    __policy__ = "article_child"
    __table_args__ = (
        sa.PrimaryKeyConstraint("article_id", "version"),
        centre_reference("article_id", "article", ondelete="CASCADE"),
    )

    article_id: Mapped[uuid.UUID]
    version: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    desk_memo: Mapped[str]
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    account_id: Mapped[uuid.UUID | None]


class ArticleReport(TenantMixin, Base):
    """A reader's word that an article is wrong, for the editor of that town. Dutch: melding 'klopt niet'."""

    __tablename__ = "article_report"
    __table_args__ = tenant_key(
        centre_reference("article_id", "article", ondelete="CASCADE"), _of_one_town_of_the_centre()
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    centre_id: Mapped[int]
    article_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID | None]
    at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), default=now)
    text: Mapped[str]
    handled_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    handled_by_id: Mapped[uuid.UUID | None]
