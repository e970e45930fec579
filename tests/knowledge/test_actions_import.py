"""Question-answer pairs from the real file and from small broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kcc.core.csv_files import Imported
from kcc.core.db import db
from kcc.core.errors import InvalidInput
from kcc.core.permissions import Actor, Permission
from kcc.core.platform import command_scope
from kcc.knowledge import actions, actions_import, queries
from kcc.knowledge.actions import ArticleText
from tests.support.world import World

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "kb" / "rijksoverheid_vacs_bzk.csv"
HEAD = "id,question,reference_answer,reference_answer_html,canonical,lastmodified,subjects,themes\n"
ID = "79122ced-6f10-4974-8205-2c43a40fdf7b"


def row(answer: str = "<p>Bel het rijk.</p>", *, key: str = ID, source: str = "https://rijk.example/v") -> str:
    return f'{key},Wie bel ik?,plat,"{answer}",{source},2024-10-03T11:06:30.161Z,Bellen,Bestuur\n'


def take_over(world: World, path: Path) -> Imported:
    with command_scope(world.app.config["SETTINGS"].platform_url, "noord", reason="test") as centre_id:
        result = actions_import.import_question_answers(actor=Actor.command(), centre_id=centre_id, path=path)
        db.session.commit()
    return result


@pytest.mark.skipif(not REAL.exists(), reason="the question-answer pairs are not on this machine")
def test_all_175_real_pairs_come_in_are_found_and_come_in_once(world: World) -> None:
    first = take_over(world, REAL)
    assert (first.added, first.refused) == (175, [])
    again = take_over(world, REAL)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 175)
    with world.scope("agent", Permission.DESK_USE):
        found = queries.find("paspoortnummer letter O", world.towns["Bergen"])
        assert found[0].title == "Bevat mijn paspoortnummer het cijfer ‘0’ of de letter ’O’?"
        shown = queries.for_municipality(found[0].article_id, world.towns["Bergen"])
    assert shown.is_shared and shown.source_url and "<li>" in shown.html and str(shown.reviewed_on) == "2024-10-03"


def test_a_changed_answer_is_taken_over_as_a_new_version(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(HEAD + row(), encoding="utf-8")
    take_over(world, file)
    file.write_text(HEAD + row("<p>Bel de gemeente.</p>"), encoding="utf-8")
    assert take_over(world, file).changed == 1
    with world.scope("agent", Permission.DESK_USE):
        assert [one.title for one in queries.find("gemeente bellen", world.towns["Aalburg"])] == ["Wie bel ik?"]


def test_what_an_editor_changed_here_is_left_alone(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(HEAD + row(), encoding="utf-8")
    take_over(world, file)
    with world.scope("editor_all", Permission.KNOWLEDGE_EDIT) as actor:
        article = queries.articles_by_key(world.centres["noord"], [f"vac-{ID}"])[f"vac-{ID}"]
        text = ArticleText("Wie bel ik?", "Bel ons.")
        actions.change_article(actor=actor, article_id=article.id, version=article.version, text=text)
        db.session.commit()
    result = take_over(world, file)
    assert (result.kept, result.changed) == (1, 0)


def test_rows_that_cannot_be_used_are_refused_with_their_line(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    lines = [
        row(),
        row(),
        row(key="geen-id"),
        row(key=ID[:-1] + "c", source="javascript:x"),
        row(" ", key=ID[:-1] + "d").replace("plat", ""),
    ]
    file.write_text(HEAD + "".join(lines), encoding="utf-8")
    result = take_over(world, file)
    assert (result.added, [refused.line for refused in result.refused]) == (1, [3, 4, 5, 6])


def test_a_file_with_another_separator_is_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text((HEAD + row()).replace(",", ";"), encoding="utf-8")
    with pytest.raises(InvalidInput):
        take_over(world, file)
