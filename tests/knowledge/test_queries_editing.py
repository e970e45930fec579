"""What editors see in their lists."""

from __future__ import annotations

from kcc.core.db import db
from kcc.core.permissions import Permission
from kcc.knowledge import actions, queries_editing
from kcc.knowledge.actions import ArticleText
from tests.factories.knowledge import make_article
from tests.support.page import CANARY
from tests.support.world import World


def test_an_editor_lists_shared_articles_and_those_of_the_own_town_last_changed_first(world: World) -> None:
    make_article(world, ArticleText("Gedeeld", "tekst"))
    make_article(world, ArticleText("Eigen", "tekst"), town="Aalburg", published=False)
    make_article(world, ArticleText(CANARY, "tekst"), town="Cadzand")
    make_article(world, ArticleText(CANARY, "tekst"), centre="zuid")
    with world.scope("editor", Permission.KNOWLEDGE_EDIT):
        assert [row.title for row in queries_editing.editable_articles()] == ["Eigen", "Gedeeld"]
        assert [row.title for row in queries_editing.editable_articles(status="published")] == ["Gedeeld"]
        assert [row.title for row in queries_editing.editable_articles(municipality_id=world.towns["Aalburg"])] == [
            "Eigen"
        ]
        assert [row.title for row in queries_editing.editable_articles(title_part="DEEL%")] == []
        first = queries_editing.editable_articles(limit=1)[0]
        rest = queries_editing.editable_articles(before=(first.changed_at, first.article_id))
        assert [row.title for row in rest] == ["Gedeeld"]


def test_versions_come_newest_first_with_their_writer(world: World) -> None:
    article_id, version = make_article(world, ArticleText("Titel", "een"))
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        changed = actions.change_article(
            actor=actor, article_id=article_id, version=version, text=ArticleText("Titel", "twee")
        )
        actions.publish(actor=actor, article_id=article_id, version=changed.version)
        db.session.commit()
        kept = queries_editing.versions(article_id)
        assert [(one.body, one.account_id) for one in kept] == [("twee", actor.account_id), ("een", None)]
