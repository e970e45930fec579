"""The pages of the editor: writing, previews, publishing, laying over, versions."""

from __future__ import annotations

import pytest

from kcc.knowledge.actions import ArticleText
from tests.factories.knowledge import make_article
from tests.support.world import World

TEXT = ArticleText("Paspoort aanvragen", "Kom naar de balie. Het kost {{ prijs }}.", variables={"prijs": "€ 80,00"})


def test_an_editor_writes_previews_publishes_and_withdraws(world: World) -> None:
    page = world.page("editor_all").get("/knowledge/edit/new")
    values = {
        "place": f"shared-{world.centres['noord']}", "title": "Zwembad", "body": "Open om {{ tijd }}.", "variables": "tijd = 8 uur",
    }  # fmt: skip
    hidden = {str(field["name"]): field["value"] for field in page.soup.select("main form input[type=hidden]")}
    page.post("/knowledge/edit/new/preview", {**hidden, **values})
    assert [title.text for title in page.soup.select("#previews h3")] == ["Aalburg", "Bergen", "Cadzand"]
    assert "Open om 8 uur." in page.text
    page.submit("main form", button="save", **values)
    assert page.soup.select_one("[data-testid=save-draft]")
    page.submit("main form", button="publish")
    assert "Gepubliceerd" in page.text
    edit_url = page.path
    found = world.page("agent").get("/knowledge/").submit("form[role=search]", text="zwembad")
    assert "Zwembad" in found.by_testid("knowledge-result").text
    page.get(edit_url)
    page.submit("main form", button="publish", body="Open om 9 uur.")
    page.get(f"{edit_url}/versions")
    assert "Open om 9 uur." in page.soup.select_one("ins").text  # type: ignore[union-attr]
    page.get(edit_url)
    hidden = {str(field["name"]): field["value"] for field in page.soup.select("main form input[type=hidden]")}
    page.post(f"{edit_url}/withdraw", hidden)
    assert "ingetrokken" in page.text
    found.get("/knowledge/").submit("form[role=search]", text="zwembad")
    assert found.soup.select_one("[data-testid=knowledge-none]")


def test_a_stale_form_comes_back_with_what_was_typed_and_what_others_wrote(world: World) -> None:
    article_id, _ = make_article(world, TEXT)
    first = world.page("editor_all").get(f"/knowledge/edit/{article_id}")
    second = world.page("editor_all").get(f"/knowledge/edit/{article_id}")
    second.submit("main form", button="publish", body="Tekst van een ander.")
    first.submit("main form", button="publish", body="Mijn tekst.", status=409)
    assert "Mijn tekst." in first.soup.select_one("textarea[name=body]").text  # type: ignore[union-attr]
    assert "Tekst van een ander." in first.by_testid("difference").text
    first.submit("main form", button="publish")
    assert "Mijn tekst." in first.soup.select_one("textarea[name=body]").text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"), ({"title": "x" * 201}, "title"), ({"body": "x" * 20_001}, "body"),
        ({"variables": "zonder waarde"}, "variables"), ({"valid_from": "gisteren"}, "valid_from"),
        ({"source_url": "javascript:alert(1)"}, "source_url"), ({"topics": "999999"}, "topics"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_at_its_field_and_kept(world: World, values: dict[str, str], field: str) -> None:
    page = world.page("editor").get("/knowledge/edit/new")
    page.submit("main form", button="save", status=422, **{"title": "Titel", "body": "Tekst die blijft", **values})
    assert page.soup.select_one(f'.error-summary a[href="#{field}"]') is not None, page.soup.select_one(
        ".error-summary"
    )
    if field != "body":
        assert "Tekst die blijft" in page.text


def test_an_editor_of_one_town_lays_over_but_does_not_change_a_shared_article(world: World) -> None:
    article_id, _ = make_article(world, TEXT)
    page = world.page("editor").get(f"/knowledge/edit/{article_id}")
    assert not page.soup.select("[data-testid=publish]")
    hidden = {str(field["name"]): field["value"] for field in page.soup.select("main form input[type=hidden]")}
    page.post(f"/knowledge/edit/{article_id}", {**hidden, "title": "Gekaapt", "body": "x"}, status=403)
    town = world.towns["Aalburg"]
    page.get(f"/knowledge/edit/{article_id}/towns/{town}")
    page.submit("main form", variables="prijs = € 10,00", text="Alleen bij ons.")
    assert "€ 10,00" in page.text and "Alleen bij ons." in page.text
    page.get(f"/knowledge/edit/{article_id}/towns/{world.towns['Bergen']}", status=404)


def test_a_stale_overlay_comes_back_with_what_was_typed(world: World) -> None:
    article_id, _ = make_article(world, TEXT)
    url = f"/knowledge/edit/{article_id}/towns/{world.towns['Aalburg']}"
    first, second = world.page("editor").get(url), world.page("editor").get(url)
    second.submit("main form", text="Van een ander.")
    first.submit("main form", text="Van mij.", status=409)
    assert "Van mij." in first.soup.select_one("textarea[name=text]").text  # type: ignore[union-attr]


def test_readers_have_no_way_to_the_editor(world: World) -> None:
    article_id, _ = make_article(world, TEXT)
    for path in ("", "new", str(article_id), f"{article_id}/versions"):
        world.page("agent").get(f"/knowledge/edit/{path}", status=403)


def test_the_list_of_articles_is_paged_and_filtered(world: World) -> None:
    for number in range(42):
        make_article(world, ArticleText(f"Artikel {number:02}", "tekst"), town="Aalburg", published=number > 0)
    page = world.page("editor").get("/knowledge/edit/")
    assert len(page.soup.select("tbody tr")) == 40
    page.get(str(page.soup.select_one("a[rel=next]")["href"]))  # type: ignore[index]
    assert len(page.soup.select("tbody tr")) == 2
    page.get("/knowledge/edit/?status=draft&after=kapot")
    assert [link.text for link in page.soup.select("tbody a")] == ["Artikel 00"]
