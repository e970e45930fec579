"""The draft on paper."""

from __future__ import annotations

from kcc.desk import rules
from kcc.desk.rules import DraftBody, QuestionDraft
from kcc.municipalities.rules_topics import TopicChoice

HERE, THERE = 1, 2
PASSPORT = TopicChoice(1, "Paspoort aanvragen", "Burgerzaken", ("reisdocument",), True, None)
WASTE = TopicChoice(2, "Grofvuil laten ophalen", "Afval", ("bank", "koelkast"), False, None)
CONTAINER = TopicChoice(3, "Container aanvragen", "Afval", ("bak",), False, None)
TOPICS = (PASSPORT, WASTE, CONTAINER)


def question(**values: object) -> QuestionDraft:
    return QuestionDraft(HERE, **values)  # type: ignore[arg-type]


def test_a_draft_reads_back_as_it_was_stored() -> None:
    body = DraftBody(name="Jansen", questions=[question(topic="paspoort", answers={"Welk?": "rood"})])
    assert rules.body_from(body.as_json(), HERE) == body


def test_a_draft_of_an_older_desk_gets_defaults_and_drops_what_is_gone() -> None:
    body = rules.body_from({"name": "J", "colour": "red", "questions": [{"notes": "n", "size": 3}], "active": 7}, HERE)
    assert (body.name, body.active, body.questions) == ("J", 0, [question(notes="n")])


def test_an_empty_draft_has_one_question_for_its_town() -> None:
    assert rules.body_from({}, HERE).questions == [question()]


def test_a_topic_is_meant_by_name_synonym_or_when_only_one_fits() -> None:
    assert rules.resolve_topic(TOPICS, "paspoort AANVRAGEN") is PASSPORT
    assert rules.resolve_topic(TOPICS, "koelkast") is WASTE
    assert rules.resolve_topic(TOPICS, "grofv") is WASTE


def test_a_topic_is_not_guessed_when_more_fit_or_none() -> None:
    assert rules.resolve_topic(TOPICS, "aanvragen") is None
    assert rules.resolve_topic(TOPICS, "qqqq") is None
    assert rules.resolve_topic(TOPICS, " ") is None


def test_a_move_drops_what_was_the_other_towns_and_keeps_what_the_citizen_said() -> None:
    typed = question(topic="paspoort", notes="n", answer="uit artikel", article_id="x", outcome="escalated",
                     department_id=4, department_reason="r", phone="06")  # fmt: skip
    body = DraftBody(
        name="J", party_id="p", party_town=HERE, identity_check="digid", questions=[typed, QuestionDraft(3, notes="c")]
    )
    moved = rules.move_town(body, HERE, THERE)
    assert moved.questions == [QuestionDraft(THERE, notes="n", phone="06"), QuestionDraft(3, notes="c")]
    assert (moved.party_id, moved.party_town, moved.identity_check, moved.name) == ("", None, "none", "J")


def test_an_answer_in_own_words_survives_a_move() -> None:
    assert rules.moved_question(question(answer="zelf bedacht"), THERE).answer == "zelf bedacht"


def test_somebody_is_known_by_party_of_that_town_name_or_number() -> None:
    assert not rules.is_known(DraftBody(), question())
    assert rules.is_known(DraftBody(number="06"), question())
    assert rules.is_known(DraftBody(party_id="p", party_town=HERE), question())
    assert not rules.is_known(DraftBody(party_id="p", party_town=THERE), question())


def test_untouched_cards_do_not_count_but_one_always_does() -> None:
    body = DraftBody(questions=[question(topic="a"), question()])
    assert [n for n, _q in rules.questions_to_finish(body)] == [0]
    assert len(rules.questions_to_finish(DraftBody(questions=[question()]))) == 1


def faults_of(body: DraftBody, topic: int | None = 1) -> set[str]:
    return set(rules.finish_faults(body, [topic] * len(body.questions)))


def test_a_finish_asks_for_topic_and_outcome() -> None:
    assert faults_of(DraftBody(questions=[question()]), None) == {"q0-topic", "q0-outcome"}


def test_an_escalation_asks_how_to_reach_the_citizen_what_they_ask_and_why_elsewhere() -> None:
    body = DraftBody(questions=[question(topic="a", outcome="escalated", department_id=3)])
    assert faults_of(body) == {"q0-phone", "q0-notes", "q0-department_reason"}
    body.number = "0612345678"
    body.questions[0] = question(topic="a", outcome="escalated", notes="n")
    assert faults_of(body) == set()


def test_a_transfer_asks_to_whom_and_a_failed_one_who_to_come_back_to() -> None:
    body = DraftBody(questions=[question(topic="a", outcome="transferred")])
    assert faults_of(body) == {"q0-transfer"}
    body.questions[0] = question(topic="a", outcome="transferred", transfer_department=2, succeeded="no")
    assert faults_of(body) == {"number"}
    assert rules.final_outcome(body.questions[0]) == "transfer_failed"


def test_too_long_and_unstorable_text_is_named_at_its_field() -> None:
    body = DraftBody(name="x" * 201, questions=[question(notes="y" * 4001, answers={"Welk?": "z" * 501})])
    assert set(rules.length_faults(body)) == {"name", "q0-notes", "q0-ask-0"}


def test_a_broken_id_is_no_id() -> None:
    assert rules.id_or_none("x") is None and rules.id_or_none("") is None
