"""Finishing a conversation, below the pages."""

from __future__ import annotations

import uuid

import pytest

from kcc.contacts import actions_conversations as conversations
from kcc.core.db import db
from kcc.core.errors import InvalidInput, InvalidState, NotFound
from kcc.core.permissions import Actor, Permission
from kcc.desk import actions
from kcc.desk.rules import DraftBody, QuestionDraft
from kcc.parties import actions as parties
from tests.support.world import World

KEY = b"k" * 32


def begin(world: World, actor: Actor) -> uuid.UUID:
    return conversations.start_conversation(actor=actor, municipality_id=world.towns["Aalburg"], channel="phone").id


def answered(world: World, town: str = "Aalburg", **values: object) -> QuestionDraft:
    return QuestionDraft(world.towns[town], topic="paspoort", notes="n", answer="a", outcome="answered", **values)  # type: ignore[arg-type]


def contacts(world: World) -> list[tuple[object, ...]]:
    with world.admin() as admin:
        return admin.execute("select talk_seconds, follow_key, party_id from contact order by id").fetchall()


def test_a_conversation_is_finished_once(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        conversation_id = begin(world, actor)
        body = DraftBody(name="J", questions=[answered(world)])
        done = actions.finish(actor=actor, conversation_id=conversation_id, body=body, key=KEY)
        assert len(done.references) == 1 and not done.anonymous
        with pytest.raises(InvalidState):
            actions.finish(actor=actor, conversation_id=conversation_id, body=body, key=KEY)


def test_a_fault_in_one_question_registers_none(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        conversation_id = begin(world, actor)
        body = DraftBody(questions=[answered(world), QuestionDraft(world.towns["Aalburg"], notes="zonder onderwerp")])
        with pytest.raises(InvalidInput) as refused:
            actions.finish(actor=actor, conversation_id=conversation_id, body=body, key=KEY)
        assert set(refused.value.details["faults"]) == {"q1-topic", "q1-outcome"}
        db.session.commit()
    assert contacts(world) == []


def test_a_repeat_of_one_number_is_recognised_and_an_anonymous_one_is_not(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        for number in ("0612345678", "+31 6 12345678", ""):
            body = DraftBody(number=number, questions=[answered(world)])
            actions.finish(actor=actor, conversation_id=begin(world, actor), body=body, key=KEY)
        db.session.commit()
    first, second, anonymous = (row[1] for row in contacts(world))
    assert first == second and first is not None and anonymous is None


def test_a_party_counts_only_for_questions_of_its_own_town(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        party = parties.add_party(actor=actor, municipality_id=world.towns["Aalburg"], name="Anna")
        body = DraftBody(name="Anna", party_id=str(party.id), party_town=party.municipality_id,
                         questions=[answered(world), answered(world, "Bergen")])  # fmt: skip
        actions.finish(actor=actor, conversation_id=begin(world, actor), body=body, key=KEY)
        db.session.commit()
        assert [row[2] for row in contacts(world)] == [party.id, None]


def test_a_party_of_another_town_cannot_be_slipped_in(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        there = parties.add_party(actor=actor, municipality_id=world.towns["Bergen"], name="Anna")
        body = DraftBody(party_id=str(there.id), party_town=world.towns["Aalburg"], questions=[answered(world)])
        with pytest.raises(NotFound):
            actions.finish(actor=actor, conversation_id=begin(world, actor), body=body, key=KEY)


def test_a_question_for_a_town_out_of_sight_has_no_topic(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        body = DraftBody(questions=[answered(world, "Cadzand")])
        with pytest.raises(InvalidInput):
            actions.finish(actor=actor, conversation_id=begin(world, actor), body=body, key=KEY)


def test_a_call_that_broke_off_stays_open_for_somebody_known_and_is_done_for_nobody(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        for name in ("Anna", ""):
            question = QuestionDraft(world.towns["Aalburg"], topic="paspoort", outcome="cut_off")
            actions.finish(
                actor=actor,
                conversation_id=begin(world, actor),
                body=DraftBody(name=name, questions=[question]),
                key=KEY,
            )
        db.session.commit()
    with world.admin() as admin:
        found = admin.execute("select status, due_at is not null from ticket order by reference").fetchall()
    assert found == [("open", True), ("closed", False)]


def test_who_called_for_whom_how_that_was_checked_and_in_what_language_is_kept(world: World) -> None:
    with world.scope("agent", Permission.DESK_USE) as actor:
        body = DraftBody(
            name="Piet", number="0612345678", role="representative", represents="Belt voor zijn moeder", identity_check="birth_date",
            language="en", questions=[answered(world), answered(world, "Bergen")],
        )  # fmt: skip
        actions.finish(actor=actor, conversation_id=begin(world, actor), body=body, key=KEY)
        nobody = DraftBody(
            role="representative", represents="x", identity_check="birth_date", questions=[answered(world)]
        )
        actions.finish(actor=actor, conversation_id=begin(world, actor), body=nobody, key=KEY)
        db.session.commit()
    with world.admin() as admin:
        kept = admin.execute("select name, role, identity_check, language from involvement").fetchall()
        notes = admin.execute("select body, internal from writing where kind = 'note'").fetchall()
    assert kept == [("Piet", "representative", "birth_date", "en")] * 2
    assert notes == [("Belt voor zijn moeder", True)] * 2, "for colleagues only, and nothing of who stayed anonymous"
