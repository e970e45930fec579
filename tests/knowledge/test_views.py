"""The pages of readers, and the parts that the desk shows."""

from __future__ import annotations

from kcc.knowledge.actions import ArticleText, OverlayText
from tests.factories.knowledge import make_article
from tests.support.page import CANARY
from tests.support.world import World

TEXT = ArticleText(
    "Paspoort aanvragen", "Kom naar de balie.\n\n## Kosten\nHet kost {{ prijs }}.", desk_memo="Vraag de reisdatum.",
    variables={"prijs": "€ 80,00"},
)  # fmt: skip


def test_a_reader_searches_and_reads_for_each_town(world: World) -> None:
    article_id, _ = make_article(
        world, TEXT, overlays={"Bergen": OverlayText(deviation="Bergen bezorgt thuis.", variables={"prijs": "€ 70,00"})}
    )
    page = world.page("agent").get("/knowledge/")
    page.submit("form[role=search]", text="paspoorten")
    assert page.soup.select_one("[data-testid=knowledge-result] mark") is not None or "Paspoort aanvragen" in page.text
    assert "paspoorten" not in page.path
    page.get(f"/knowledge/articles/{article_id}?town={world.towns['Bergen']}")
    assert "€ 70,00" in page.text and page.by_testid("deviation").text == "Bergen bezorgt thuis."
    assert "Vraag de reisdatum" in page.by_testid("desk-memo").text
    page.get(f"/knowledge/articles/{article_id}")
    assert "€ 80,00" in page.text and not page.soup.select("[data-testid=deviation]")


def test_what_is_for_the_desk_is_not_shown_to_the_back_office(world: World) -> None:
    article_id, _ = make_article(world, TEXT)
    page = world.page("handler").get(f"/knowledge/articles/{article_id}")
    assert "Vraag de reisdatum" not in page.text


def test_an_article_of_a_town_out_of_sight_is_the_same_as_none(world: World) -> None:
    article_id, _ = make_article(world, ArticleText(CANARY, CANARY), town="Cadzand")
    page = world.page("agent")
    page.get(f"/knowledge/articles/{article_id}", status=404)
    page.get("/knowledge/articles/018f0000-0000-7000-8000-000000000000", status=404)
    page.get(f"/knowledge/?town={world.towns['Cadzand']}", status=404)


def test_a_topic_lists_its_articles_and_an_unknown_one_is_not_found(world: World) -> None:
    topic = world.topics["noord", "paspoort"]
    make_article(world, ArticleText("Paspoort", "tekst", topic_ids=(topic,)))
    page = world.page("agent").get(f"/knowledge/topics/{topic}")
    assert page.by_testid("knowledge-result").select_one(".result__title").text == "Paspoort"  # type: ignore[union-attr]
    page.get(f"/knowledge/topics/{world.topics['zuid', 'paspoort']}", status=404)


def test_parts_for_the_desk_come_without_a_page(world: World) -> None:
    article_id, _ = make_article(world, TEXT)
    page = world.page("agent").get("/knowledge/")
    token = page.soup.select_one("input[name=csrf_token]")["value"]  # type: ignore[index]
    town = world.towns["Aalburg"]
    page.post("/knowledge/fragment/search", {"text": "paspoor", "town": town, "csrf_token": token})
    assert "<html" not in page.text and "Paspoort aanvragen" in page.text
    page.get(f"/knowledge/fragment/article/{article_id}?town={town}", fragment=True)
    assert "<html" not in page.text and "€ 80,00" in page.text


def test_a_report_goes_to_the_editor_who_handles_it(world: World) -> None:
    article_id, _ = make_article(world, TEXT)
    page = world.page("agent").get(f"/knowledge/articles/{article_id}?town={world.towns['Aalburg']}")
    page.submit("main details form", text="", status=422)
    page.submit("main details form", text="De prijs is oud.")
    assert "redactie" in page.text
    editor = world.page("editor").get("/knowledge/edit/")
    assert "De prijs is oud." in editor.text
    button = editor.by_testid("handle-report")
    form = {str(field["name"]): field["value"] for field in editor.soup.select("main form input[type=hidden]")}
    editor.post(str(button["formaction"]), form)
    assert "De prijs is oud." not in editor.text


def test_html_in_an_article_stays_text(world: World) -> None:
    article_id, _ = make_article(
        world,
        ArticleText(
            "<script>alert(1)</script>",
            "<script>alert(1)</script> [klik](javascript:alert(1)) ![plaatje](https://x.example/y.png) <img src=x onerror=a>",
            variables={"prijs": "<b>x</b>"},
        ),
    )
    page = world.page("agent").get(f"/knowledge/articles/{article_id}")
    assert not page.soup.select("main script, main img, main a[href^=javascript]")
