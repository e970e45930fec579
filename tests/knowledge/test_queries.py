"""Finding and showing articles as they hold in one municipality."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kcc.core.errors import NotFound
from kcc.core.permissions import Permission
from kcc.knowledge import queries
from kcc.knowledge.actions import ArticleText, OverlayText
from tests.factories.knowledge import make_article
from tests.support.page import CANARY
from tests.support.world import World

PERMIT = ArticleText(
    "Parkeervergunning aanvragen",
    "Bewoners vragen een vergunning aan bij {{ gemeente }}. Het kost {{ prijs }} per jaar. Bel {{ telefoon }}.",
    keywords="ontheffing auto", variables={"prijs": "€ 60,00"},
)  # fmt: skip
WASTE = ArticleText("Grofvuil laten ophalen", "Zet het op de ophaaldag aan de straat.", keywords="bank matras")


def titles(text: str, town: int, topic_id: int | None = None) -> list[str]:
    return [found.title for found in queries.find(text, town, topic_id)]


@pytest.mark.parametrize(
    "typed",
    [
        "parkeervergunning",
        "vergunning parkeren",
        "vergunningen",
        "parkeerv",
        "PARKEREN",
        "ontheffing",
        "parkeervergunnnig",
    ],
)
def test_one_article_is_found_in_many_ways(world: World, typed: str) -> None:
    make_article(world, PERMIT)
    make_article(world, WASTE)
    with world.scope("agent", Permission.DESK_USE):
        assert titles(typed, world.towns["Aalburg"]) == ["Parkeervergunning aanvragen"]


def test_the_own_article_goes_before_a_shared_one(world: World) -> None:
    make_article(world, ArticleText("Hondenbelasting", "Hondenbelasting voor honden."))
    make_article(world, ArticleText("Onze honden", "In Aalburg betaalt u voor een hond."), town="Aalburg")
    with world.scope("agent", Permission.DESK_USE):
        found = queries.find("honden", world.towns["Aalburg"])
        assert [(one.title, one.is_shared) for one in found] == [("Onze honden", False), ("Hondenbelasting", True)]
        assert titles("honden", world.towns["Bergen"]) == ["Hondenbelasting"]


def test_an_article_of_a_town_out_of_sight_is_neither_found_nor_shown(world: World) -> None:
    article_id, _ = make_article(world, ArticleText(f"Honden {CANARY}", CANARY), town="Cadzand")
    with world.scope("agent", Permission.DESK_USE):
        assert queries.find(CANARY, world.towns["Cadzand"]) == []
        assert queries.find(CANARY, world.towns["Aalburg"]) == []
        for town in ("Cadzand", "Aalburg", "Drunen"):
            with pytest.raises(NotFound):
                queries.for_municipality(article_id, world.towns[town])


def test_the_towns_values_go_before_the_articles_and_a_missing_one_is_flagged(world: World) -> None:
    article_id, _ = make_article(
        world,
        PERMIT,
        overlays={"Bergen": OverlayText(deviation="Bergen is goedkoper.", variables={"prijs": "€ 12,00"})},
    )
    with world.scope("agent", Permission.DESK_USE):
        aalburg = queries.for_municipality(article_id, world.towns["Aalburg"])
        bergen = queries.for_municipality(article_id, world.towns["Bergen"])
    assert "€ 60,00" in aalburg.html and "bij Aalburg" in aalburg.plain_answer
    assert "€ 12,00" in bergen.html and bergen.deviation == "Bergen is goedkoper."
    assert aalburg.missing == ("telefoon",) and "(niet ingevuld)" in aalburg.html


def test_text_laid_over_is_found_in_its_own_town_only(world: World) -> None:
    make_article(world, WASTE, overlays={"Aalburg": OverlayText("Olifanten halen we niet op.")})
    with world.scope("agent", Permission.DESK_USE):
        assert titles("olifant", world.towns["Aalburg"]) == ["Grofvuil laten ophalen"]
        assert titles("olifant", world.towns["Bergen"]) == []


def test_an_article_hidden_in_a_town_is_not_for_its_readers(world: World) -> None:
    article_id, _ = make_article(world, WASTE, overlays={"Aalburg": OverlayText(hidden=True)})
    with world.scope("agent", Permission.DESK_USE):
        assert titles("grofvuil", world.towns["Aalburg"]) == []
        assert titles("grofvuul", world.towns["Aalburg"]) == []
        assert titles("grofvuil", world.towns["Bergen"]) == ["Grofvuil laten ophalen"]
        with pytest.raises(NotFound):
            queries.for_municipality(article_id, world.towns["Aalburg"])


def test_an_article_is_found_on_its_last_day_and_not_after(world: World) -> None:
    today = queries.today()
    make_article(world, ArticleText("Kerstbomen vandaag", "Breng uw kerstboom.", valid_until=today))
    make_article(
        world, ArticleText("Kerstbomen vorig jaar", "Breng uw kerstboom.", valid_until=today - timedelta(days=1))
    )
    make_article(world, ArticleText("Kerstbomen straks", "Breng uw kerstboom.", valid_from=today + timedelta(days=1)))
    with world.scope("agent", Permission.DESK_USE):
        assert titles("kerstboom", world.towns["Aalburg"]) == ["Kerstbomen vandaag"]


def test_words_that_are_not_all_there_still_lead_somewhere(world: World) -> None:
    make_article(world, PERMIT)
    with world.scope("agent", Permission.DESK_USE):
        found = queries.find("parkeervergunning voor mijn olifant", world.towns["Aalburg"])
        assert [(one.title, one.way) for one in found] == [("Parkeervergunning aanvragen", "any")]


def test_the_topic_lifts_its_articles_and_lists_them_without_words(world: World) -> None:
    topic = world.topics["noord", "grofvuil"]
    make_article(world, ArticleText("Ophalen van rolstoelen", "Wij halen op."))
    make_article(world, ArticleText("Bank weg", "Wij halen banken op.", topic_ids=(topic,)))
    with world.scope("agent", Permission.DESK_USE):
        assert titles("ophalen", world.towns["Aalburg"], topic)[0] == "Bank weg"
        assert titles("", world.towns["Aalburg"], topic) == ["Bank weg"]
        assert list(queries.shelf(world.towns["Aalburg"])) == ["groep"]


@pytest.mark.parametrize(
    "typed", ["", "   ", "\x00", "' | !", "<script>", "de het een", "%", "x" * 100_000, "\ud800", "&|!():*"]
)
def test_a_search_never_fails_whatever_is_typed(world: World, typed: str) -> None:
    make_article(world, PERMIT)
    with world.scope("agent", Permission.DESK_USE):
        assert isinstance(queries.find(typed, world.towns["Aalburg"]), list)


def test_a_snippet_marks_the_words_and_escapes_the_rest(world: World) -> None:
    make_article(world, ArticleText("Titel", "<b>Let op</b> de vergunning kost geld."))
    with world.scope("agent", Permission.DESK_USE):
        html = queries.find("vergunningen", world.towns["Aalburg"])[0].snippet_html
    assert "<mark>vergunning</mark>" in html and "<b>" not in html
