"""Turning the written articles into knowledge: shared ones with each town's overlay and variables, and towns' own."""

from __future__ import annotations

from datetime import timedelta

from kcc.core.clock import now
from kcc.core.db import db
from kcc.core.permissions import Actor
from kcc.demo.content_shapes import ArticleContent, CentreContent
from kcc.demo.laid import Laid
from kcc.knowledge import actions as knowledge
from kcc.knowledge.models import Article, ArticleOverlay, ArticleTopic, ArticleVersion


def lay_articles(content: CentreContent, laid: Laid, actor: Actor) -> None:
    """Put in every article as published, reviewed in the last months."""
    for number, written in enumerate(content.articles):
        if written.town and written.town not in laid.towns:
            continue
        article = _lay_article(written, laid, number)
        db.session.flush()
        for topic in written.topics:
            if topic in laid.topics:
                db.session.add(
                    ArticleTopic(centre_id=laid.centre_id, article_id=article.id, topic_id=laid.topics[topic])
                )
        db.session.flush()
        knowledge.index_article(article)
        db.session.flush()
        _lay_overlays(content, written, article, laid)
        db.session.add(
            ArticleVersion(
                centre_id=laid.centre_id,
                article_id=article.id,
                version=article.version,
                title=article.title,
                body=article.body,
                desk_memo=article.desk_memo,
                account_id=actor.account_id,
            )
        )
    db.session.flush()


def _lay_article(written: ArticleContent, laid: Laid, number: int) -> Article:
    today = now().date()
    article = Article(
        centre_id=laid.centre_id,
        municipality_id=laid.towns[written.town] if written.town else None,
        key=written.key,
        title=written.title,
        body=written.body,
        desk_memo=written.desk_memo,
        keywords=", ".join(written.keywords),
        variables={name: values["default"] for name, values in written.variables.items() if "default" in values},
        upn=written.upn,
        status="published",
        valid_from=today - timedelta(days=200),
        valid_until=today + timedelta(days=written.valid_for_days) if written.valid_for_days else None,
        reviewed_on=today - timedelta(days=number * 3 % 170),
    )
    db.session.add(article)
    return article


def _lay_overlays(content: CentreContent, written: ArticleContent, article: Article, laid: Laid) -> None:
    if written.town:
        return
    for town in content.towns:
        code = town.short_code
        variables = {name: values[code] for name, values in written.variables.items() if code in values}
        overlay = written.overlays.get(code)
        if not overlay and not variables:
            continue
        laid_over = ArticleOverlay(
            municipality_id=laid.towns[code],
            article_id=article.id,
            centre_id=laid.centre_id,
            text=overlay.text if overlay else "",
            deviation=overlay.note if overlay else "",
            variables=variables,
        )
        if overlay:
            knowledge.index_overlay(laid_over)
        db.session.add(laid_over)
