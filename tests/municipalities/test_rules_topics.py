"""Finding a topic by what is typed."""

from __future__ import annotations

import pytest

from kcc.municipalities.rules_topics import TopicChoice, best_topics

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
