"""How a town writes, kept by its editors."""

from __future__ import annotations

from tests.support.world import World


def test_an_editor_sets_signature_and_receipt_of_his_town_s_mailbox(world: World) -> None:
    page = world.page("editor").get("/mail/texts/")
    assert "info@aalburg.example" in page.text and "Bergen" not in page.text
    page.submit("[data-testid=mailbox-form]", sender_name="Aalburg helpt", signature="Groeten", receipt_on="y")
    assert "Bewaard." in page.text and "ontvangstbevestiging aan" in page.text
    with world.admin() as admin:
        row = admin.execute("select sender_name, signature, receipt_on, version from mailbox").fetchone()
    assert row == ("Aalburg helpt", "Groeten", True, 1)


def test_what_a_second_editor_typed_does_not_undo_the_first_s_words_in_silence(world: World) -> None:
    first, second = world.page("editor").get("/mail/texts/"), world.page("editor_all").get("/mail/texts/")
    first.submit("[data-testid=mailbox-form]", signature="Groeten")
    second.submit("[data-testid=mailbox-form]", signature="Hartelijk", status=422)
    told = second.by_testid("clash").text
    assert "Mailbox Algemene mailbox" in told and "Editor, " in told and "Groeten" in told
    assert second.by_testid("mailbox-form").select_one("textarea").text.strip() == "Hartelijk"  # type: ignore[union-attr]
    second.submit("[data-testid=mailbox-form]", button="over", signature="Hartelijk")
    with world.admin() as admin:
        assert admin.execute("select signature from mailbox").fetchone() == ("Hartelijk",)


def test_every_change_of_a_text_stands_in_the_town_s_history_and_is_put_back(world: World) -> None:
    page = world.page("editor").get("/mail/texts/")
    page.submit("[data-testid=new-text-form]", title="Afspraak", body="Maak een afspraak op onze site.")
    page.submit("[data-testid=text-form]", title="Afspraak", body="Bel ons.")
    page.submit("[data-testid=mailbox-form]", signature="Groeten")
    changes = world.page("administrator").get(f"/setup/towns/{world.towns['Aalburg']}/changes")
    said = changes.soup.select_one("main").text  # type: ignore[union-attr]
    for words in (
        "Mailbox Algemene mailbox",
        "Standaardtekst Afspraak",
        "Bel ons.",
        "Maak een afspraak op onze site.",
        "Editor, ",
    ):
        assert words in said, words
    second = [each for each in changes.soup.select("[data-testid=setup-change]") if "Bel ons." in each.text]
    changes.submit(f'form[action="{second[0].select_one("form")["action"]}"]')  # type: ignore[index]
    assert "Teruggezet" in changes.text
    with world.admin() as admin:
        assert admin.execute("select body from standard_text").fetchone() == ("Maak een afspraak op onze site.",)
    assert "Ondertekening" in changes.get(f"/setup/towns/{world.towns['Aalburg']}/changes?kind=mailbox").text


def test_standard_texts_are_made_changed_and_put_away(world: World) -> None:
    page = world.page("editor").get("/mail/texts/")
    page.submit("[data-testid=new-text-form]", title="Afspraak", body="Maak een afspraak op onze site.")
    page.submit("[data-testid=new-text-form]", title="afspraak", body="Nog een", status=422)
    assert "al een tekst met deze titel" in page.text and "Nog een" in page.text
    page.get("/mail/texts/").submit("[data-testid=text-form]", title="Afspraak maken", body="Bel 14 0123.", active="")
    assert "niet in gebruik" not in page.text or "Afspraak maken" in page.text
    with world.admin() as admin:
        assert admin.execute("select title, body from standard_text").fetchall() == [("Afspraak maken", "Bel 14 0123.")]


def test_another_town_s_mailbox_and_texts_do_not_exist(world: World) -> None:
    page = world.page("editor").get("/mail/texts/")
    with world.admin() as admin:
        row = admin.execute("select id from entrance where address = %s", (world.mailboxes["Bergen"],)).fetchone()
    assert row is not None
    form = page.soup.select_one("[data-testid=mailbox-form]")
    values = {str(i["name"]): str(i.get("value", "")) for i in form.select("input[type=hidden]")}  # type: ignore[union-attr]
    for town in ("Bergen", "Aalburg"):
        page.post(f"/mail/texts/{world.towns[town]}/mailbox/{row[0]}", values, status=404)
    page.post(f"/mail/texts/{world.towns['Bergen']}/texts", {**values, "title": "x", "body": "y"}, status=404)


def test_only_editors_may(world: World) -> None:
    for person in ("agent", "supervisor", "handler", "administrator"):
        world.page(person).get("/mail/texts/", status=403)
