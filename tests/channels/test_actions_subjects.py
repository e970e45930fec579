"""How a town writes, as things with a history: read as JSON and written back."""

from __future__ import annotations

import pytest

from kcc.channels import actions_texts as actions
from kcc.channels.actions_subjects import MAILBOX, STANDARD_TEXT, WEB_FORM
from kcc.core.db import db
from kcc.core.errors import InvalidInput, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.municipalities import actions_history as history
from kcc.municipalities.actions_subjects import subject
from kcc.setup import views_words as words
from tests.channels.citizens import open_form
from tests.support.world import World

MANAGE = Permission.SETUP_MANAGE


def test_every_field_has_a_word() -> None:
    assert {*MAILBOX, *STANDARD_TEXT, *WEB_FORM} <= set(words.FIELDS)


def test_what_is_written_is_read_again_the_same(world: World) -> None:
    town, form = world.towns["Aalburg"], open_form(world).split("-")[0]
    with world.scope("administrator", MANAGE):
        each = subject("web_form")
        said = {**{name: f"{name}!" for name in WEB_FORM}, "sites": ["https://www.aalburg.example"]}
        assert each.read(town, form) == {**dict.fromkeys(WEB_FORM, ""), "sites": []}
        each.write(town, form, each.check(said))
        assert each.read(town, form) == said
        texts = subject("standard_text")
        number = texts.write(town, "", {"title": "Kop", "body": "Tekst", "active": True})
        assert texts.read(town, number) == {"title": "Kop", "body": "Tekst", "active": True}
        texts.write(town, number, None)
        assert texts.read(town, number) == {"title": "Kop", "body": "Tekst", "active": False}


def test_words_of_a_form_that_are_not_named_stay(world: World) -> None:
    key = open_form(world)
    number = int(key.split("-")[0])
    with world.scope("administrator", MANAGE) as actor:
        made = actions.set_web_form(actor=actor, entrance_id=number, words={"nl": {"thanks": "Dank u"}}, sites=[])
        assert made is not None and made.after == {"thanks_nl": "Dank u"}
        actions.set_web_form(actor=actor, entrance_id=number, words={"nl": {"title": "Kop"}}, sites=[])
        assert (subject("web_form").read(world.towns["Aalburg"], str(number)) or {})["thanks_nl"] == "Dank u"
        again = actions.set_web_form(actor=actor, entrance_id=number, words={"nl": {"title": "Kop"}}, sites=[])
        assert again is None, "nothing differs"
        with pytest.raises(NotFound):
            actions.set_web_form(actor=actor, entrance_id=world.entrances["Aalburg"], words={}, sites=[])
        with pytest.raises(NotFound):
            actions.set_web_form(actor=Actor.job(), entrance_id=world.entrances["Bergen"], words={}, sites=[])


@pytest.mark.parametrize("subject_id", ["x", "-1", "٣", "99999999999", "999999"])
def test_a_thing_that_is_not_there_is_not_changed(world: World, subject_id: str) -> None:
    for kind, after in (
        ("mailbox", {"signature": "x"}),
        ("web_form", {"title_nl": "x"}),
        ("standard_text", {"title": "x"}),
    ):
        with world.scope("administrator", MANAGE) as actor, pytest.raises(NotFound):
            history.change(
                actor=actor,
                municipality_id=world.towns["Aalburg"],
                subject_type=kind,
                subject_id=subject_id,
                after=after,
            )


def test_what_cannot_be_is_refused_at_its_field(world: World) -> None:
    number = open_form(world).split("-")[0]
    for kind, subject_id, after, field in (
        ("web_form", number, {"sites": ["http://aalburg.example"]}, "sites"),
        ("web_form", number, {"title_nl": "x" * 121}, "title_nl"),
        ("web_form", number, {"colour": "red"}, "colour"),
        ("standard_text", "", {"title": "", "body": "x"}, "title"),
    ):
        with world.scope("administrator", MANAGE) as actor, pytest.raises(InvalidInput) as refused:
            history.change(
                actor=actor,
                municipality_id=world.towns["Aalburg"],
                subject_type=kind,
                subject_id=subject_id,
                after=after,
            )
        assert refused.value.field == field
        db.session.rollback()
