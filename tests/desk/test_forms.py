"""What the desk's form sends, read into a draft."""

from __future__ import annotations

from kcc.desk.forms import read_body
from kcc.desk.rules import DraftBody, QuestionDraft

TOWNS = (1, 2)


def before(**values: object) -> DraftBody:
    return DraftBody(questions=[QuestionDraft(1, topic="t", notes="n", **values)])  # type: ignore[arg-type]


def test_what_is_not_sent_stays_as_it_was() -> None:
    body, faults = read_body({}, before(answer="a"), TOWNS)
    assert body == before(answer="a") and not faults


def test_text_is_cleaned_and_lines_are_kept_where_they_belong() -> None:
    body, _faults = read_body({"name": " J \n K ", "q0-notes": "een\r\ntwee "}, before(), TOWNS)
    assert (body.name, body.questions[0].notes) == ("J K", "een\ntwee")


def test_a_nul_byte_is_a_fault_at_its_field() -> None:
    _body, faults = read_body({"q0-notes": "a\x00b"}, before(), TOWNS)
    assert set(faults) == {"q0-notes"}


def test_long_text_is_read_whole() -> None:
    body, faults = read_body({"q0-notes": "x" * 50_000}, before(), TOWNS)
    assert len(body.questions[0].notes) == 50_000 and not faults


def test_choices_outside_the_list_change_nothing() -> None:
    body, _faults = read_body({"role": "king", "q0-outcome": "won", "identity_check": "digid"}, before(), TOWNS)
    assert (body.role, body.questions[0].outcome, body.identity_check) == ("customer", "", "digid")


def test_another_town_for_a_question_drops_what_was_the_first_ones() -> None:
    sent = {"q0-municipality_id": "2", "q0-topic": "u"}
    body, _faults = read_body(sent, before(department_id=9, article_id="x", answer="uit artikel"), TOWNS)
    question = body.questions[0]
    assert (question.municipality_id, question.topic, question.department_id, question.article_id) == (2, "u", None, "")


def test_a_town_out_of_sight_is_ignored() -> None:
    body, _faults = read_body({"q0-municipality_id": "99"}, before(), TOWNS)
    assert body.questions[0].municipality_id == 1


def test_answers_to_the_question_set_stand_beside_their_question() -> None:
    body, _faults = read_body({"q0-asked-0": "Welk nummer?", "q0-ask-0": "12"}, before(), TOWNS)
    assert body.questions[0].answers == {"Welk nummer?": "12"}


def test_questions_that_the_draft_does_not_have_cannot_be_sent_along() -> None:
    body, _faults = read_body({"q5-topic": "x", "active": "5"}, before(), TOWNS)
    assert len(body.questions) == 1 and body.active == 0
