"""Writing, publishing and laying over, as the people who may."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kcc.core.db import db
from kcc.core.errors import Conflict, InvalidInput, InvalidState, NotAllowed, NotFound
from kcc.core.permissions import Permission
from kcc.knowledge import actions, queries, queries_editing
from kcc.knowledge.actions import ArticleText, OverlayText
from kcc.knowledge.models import ArticleVersion
from tests.factories.knowledge import make_article
from tests.support.world import World

TEXT = ArticleText("Paspoort aanvragen", "Kom naar de balie. Het kost {{ prijs }}.", variables={"prijs": "€ 80,00"})


def test_an_editor_writes_an_article_of_the_own_town_as_draft(world: World) -> None:
    with world.scope("editor", Permission.KNOWLEDGE_EDIT) as actor:
        article = actions.write_article(
            actor=actor, centre_id=world.centres["noord"], municipality_id=world.towns["Aalburg"], text=TEXT
        )
        assert article.status == "draft"
        assert not queries.find("paspoort", world.towns["Aalburg"])


def test_a_shared_article_is_only_for_editors_of_all_towns(world: World) -> None:
    with world.scope("editor", Permission.KNOWLEDGE_EDIT) as actor, pytest.raises(NotAllowed):
        actions.write_article(actor=actor, centre_id=world.centres["noord"], municipality_id=None, text=TEXT)
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        assert (
            actions.write_article(
                actor=actor, centre_id=world.centres["noord"], municipality_id=None, text=TEXT
            ).municipality_id
            is None
        )


def test_an_editor_of_one_town_does_not_change_what_all_share(world: World) -> None:
    article_id, version = make_article(world, TEXT)
    with world.scope("editor", Permission.KNOWLEDGE_EDIT) as actor, pytest.raises(NotAllowed):
        actions.change_article(actor=actor, article_id=article_id, version=version, text=TEXT)


def test_the_database_itself_refuses_a_shared_article_to_an_editor_of_some_towns(world: World) -> None:
    make_article(world, TEXT)
    with world.scope("editor", Permission.KNOWLEDGE_EDIT), pytest.raises(sa.exc.ProgrammingError):
        db.session.execute(sa.text("update article set title = 'gekaapt'"))


def test_an_article_of_another_centre_does_not_exist(world: World) -> None:
    article_id, version = make_article(world, TEXT, centre="zuid")
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor, pytest.raises(NotFound):
        actions.publish(actor=actor, article_id=article_id, version=version)


def test_a_change_on_an_older_version_is_refused(world: World) -> None:
    article_id, version = make_article(world, TEXT)
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        actions.change_article(actor=actor, article_id=article_id, version=version, text=TEXT)
        with pytest.raises(Conflict):
            actions.change_article(actor=actor, article_id=article_id, version=version, text=TEXT)


def test_publishing_keeps_the_version_and_leaves_an_audit_row(world: World) -> None:
    article_id, version = make_article(world, TEXT, published=False)
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        article = actions.publish(actor=actor, article_id=article_id, version=version)
        kept = db.session.scalars(sa.select(ArticleVersion)).one()
        assert (kept.version, kept.body) == (article.version, TEXT.body)
        db.session.commit()
    with world.admin() as admin:
        row = admin.execute("select verb, fields from audit_entry where verb = 'article_published'").fetchone()
    assert row == ("article_published", ["status"])


def test_a_changed_title_is_found_under_its_new_words_in_one_version_step(world: World) -> None:
    article_id, version = make_article(world, TEXT)
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        changed = actions.change_article(
            actor=actor,
            article_id=article_id,
            version=version,
            text=ArticleText("Zwembad Kikker", "Open vanaf acht uur."),
        )
        assert changed.version == version + 1
        assert [found.title for found in queries.find("zwembaden", world.towns["Bergen"])] == ["Zwembad Kikker"]
        assert not queries.find("paspoort", world.towns["Bergen"])


def test_a_withdrawn_article_is_no_longer_found_and_cannot_be_withdrawn_twice(world: World) -> None:
    article_id, version = make_article(world, TEXT)
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        article = actions.withdraw(actor=actor, article_id=article_id, version=version)
        assert not queries.find("paspoort", world.towns["Aalburg"])
        with pytest.raises(InvalidState):
            actions.withdraw(actor=actor, article_id=article_id, version=article.version)


def test_an_overlay_is_of_the_own_town_and_checks_its_version(world: World) -> None:
    article_id, _version = make_article(world, TEXT)
    with world.scope("editor", Permission.KNOWLEDGE_EDIT) as actor:
        town = world.towns["Aalburg"]
        actions.lay_over(
            actor=actor,
            article_id=article_id,
            municipality_id=town,
            version=None,
            overlay=OverlayText("Ook op zaterdag."),
        )
        with pytest.raises(Conflict):
            actions.lay_over(
                actor=actor, article_id=article_id, municipality_id=town, version=None, overlay=OverlayText("Anders.")
            )
        assert "Ook op zaterdag" in queries.for_municipality(article_id, town).html


def test_an_overlay_of_a_town_out_of_sight_is_refused(world: World) -> None:
    article_id, _version = make_article(world, TEXT)
    with world.scope("editor", Permission.KNOWLEDGE_EDIT) as actor, pytest.raises(sa.exc.ProgrammingError):
        actions.lay_over(
            actor=actor,
            article_id=article_id,
            municipality_id=world.towns["Bergen"],
            version=None,
            overlay=OverlayText("x"),
        )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (ArticleText(" ", "tekst"), "title"),
        (ArticleText("titel", " "), "body"),
        (ArticleText("titel", "tekst", topic_ids=(999_999,)), "topics"),
        (ArticleText("titel", "tekst", source_url="javascript:alert(1)"), "source_url"),
    ],
)
def test_a_refused_text_says_which_field(world: World, text: ArticleText, field: str) -> None:
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor, pytest.raises(InvalidInput) as refusal:
        actions.write_article(actor=actor, centre_id=world.centres["noord"], municipality_id=None, text=text)
    assert refusal.value.field == field


def test_a_report_reaches_the_editor_of_that_town_only_and_is_handled_once(world: World) -> None:
    article_id, _version = make_article(world, TEXT)
    with world.scope("agent", Permission.KNOWLEDGE_READ) as actor:
        actions.report_wrong(
            actor=actor, article_id=article_id, municipality_id=world.towns["Bergen"], text="De prijs is oud."
        )
        db.session.commit()
    with world.scope("editor", Permission.KNOWLEDGE_EDIT):
        assert queries_editing.open_reports() == []
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        report = queries_editing.open_reports()[0]
        actions.handle_report(actor=actor, report_id=report.report_id)
        with pytest.raises(InvalidState):
            actions.handle_report(actor=actor, report_id=report.report_id)
        assert queries_editing.open_reports() == []
