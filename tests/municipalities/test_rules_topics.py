"""Finding a topic by what is typed."""

from __future__ import annotations

import pytest

from kcc.municipalities.rules_topics import TopicChoice, best_topics, suggested_topic

TOPICS = [
    TopicChoice(1, "Paspoort aanvragen", "Burgerzaken", ("reisdocument", "pas"), True, "paspoort"),
    TopicChoice(2, "Grofvuil laten ophalen", "Afval", ("grof huisvuil", "bank weg"), False, "grofvuil"),
    TopicChoice(3, "Verhuizing doorgeven", "Burgerzaken", ("adreswijziging", "verhuisd"), True, "verhuismelding"),
    TopicChoice(4, "Café of restaurant beginnen", "Ondernemen", ("horeca",), False, "horeca-exploitatievergunning"),
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [("pas", 1), ("reisdoc", 1), ("huisvuil", 2), ("grofvuil", 2), ("verhuist", 3), ("adreswijziging", 3),
     ("cafe", 4), ("CAFÉ", 4), ("exploitatievergunning", 4), ("paspport", 1)],
)  # fmt: skip
def test_a_topic_is_found_by_what_people_type(typed: str, first: int) -> None:
    assert best_topics(TOPICS, typed, 8)[0].id == first


def test_every_word_must_fit_somewhere() -> None:
    assert best_topics(TOPICS, "paspoort zwembad", 8) == []


def test_nothing_typed_shows_the_first_ones() -> None:
    assert [topic.id for topic in best_topics(TOPICS, "  ", 2)] == [1, 2]


def test_nonsense_finds_nothing() -> None:
    assert best_topics(TOPICS, "qqqq", 8) == []


def test_a_whole_text_is_about_the_topic_whose_words_it_holds() -> None:
    text = "Geachte gemeente, ik wil graag een nieuwe parkeervergunning aanvragen voor mijn straat."
    found = suggested_topic(TEXT_TOPICS, text)
    assert found is not None and found.name == "Parkeervergunning bewoners"


def test_common_words_decide_nothing_and_two_equal_topics_neither() -> None:
    assert suggested_topic(TEXT_TOPICS, "Ik wil iets aanvragen.") is None
    assert suggested_topic(TEXT_TOPICS, "Mijn paspoort en mijn rijbewijs zijn gestolen.") is None
    assert suggested_topic([], "Paspoort") is None


TEXT_TOPICS = [
    TopicChoice(1, "Paspoort aanvragen", "Burgerzaken", ("paspoort",), True, None),
    TopicChoice(2, "Rijbewijs aanvragen", "Burgerzaken", ("rijbewijs",), True, None),
    TopicChoice(3, "Parkeervergunning bewoners", "Verkeer", ("parkeervergunning",), False, None),
]
