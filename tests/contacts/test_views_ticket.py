"""The page of one ticket."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from kcc.core.events import CHANNEL
from tests.factories.tickets import make_ticket, reference_of
from tests.support.world import World


def test_the_page_tells_who_asked_what_and_when_it_is_due(world: World) -> None:
    ticket = make_ticket(
        world,
        name="Ans Jansen",
        number="0612345678",
        department="burgerzaken",
        due_at=datetime.now(UTC) + timedelta(hours=1),
    )
    page = world.page("agent").get(f"/tickets/{ticket}")
    for words in (
        "Aalburg",
        reference_of(world, ticket),
        "Paspoort aanvragen",
        "Ans Jansen",
        "Burgerzaken",
        "mag de inwoner lezen",
    ):
        assert words in page.text
    assert page.soup.select_one(".clock--soon") is not None


def test_looking_leaves_evidence(world: World) -> None:
    ticket = make_ticket(world)
    world.page("agent").get(f"/tickets/{ticket}")
    with world.admin() as admin:
        rows = admin.execute("select what, account_id from access_record where ticket_id = %s", (ticket,)).fetchall()
    assert rows == [("ticket_open", world.people["agent"])]


@pytest.mark.parametrize("person", ["agent_cadzand", "agent_zuid", "handler_afval", "handler_bergen"])
def test_a_ticket_out_of_sight_does_not_exist(world: World, person: str) -> None:
    ticket = make_ticket(world, department="burgerzaken")
    world.page(person).get(f"/tickets/{ticket}", status=404)


def test_an_unknown_ticket_does_not_exist_either(world: World) -> None:
    page = world.page("agent")
    page.get("/tickets/00000000-0000-0000-0000-000000000000", status=404)
    page.get("/tickets/x", status=404)


def test_a_note_is_for_colleagues_only(world: World) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world)}")
    page.submit("[data-testid=note-form]", body="Let op: slechthorend")
    assert page.soup.select_one("[data-testid=timeline] .note-internal") is not None
    assert "Let op: slechthorend" in page.text


def test_an_answer_is_for_the_resident_and_can_close_the_ticket(world: World) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world)}")
    page.submit("[data-testid=answer-form]", button="close", body="U kunt het morgen halen.")
    assert "U kunt het morgen halen." in page.by_testid("ticket-answers").text
    assert page.soup.select_one(".work-head .tag").text == "gesloten"


def test_an_answered_ticket_is_closed_or_opened_again_with_a_reason(world: World) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world, status='answered')}")
    page.submit("[data-testid=reopen-form]", reason=" ", status=422)
    page.submit("[data-testid=reopen-form]", reason="Belde terug")
    assert page.text.count("Belde terug") == 1
    page.submit("[data-testid=answer-form]", button="answer", body="Opgelost.")
    page.submit("[data-testid=close-form]")
    assert page.soup.select_one(".work-head .tag").text == "gesloten"


def test_priority_shows_in_words(world: World) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world)}")
    page.submit("[data-testid=priority-form]", priority="1")
    assert "Dringend" in page.soup.select_one(".work-head").text
    page.submit("[data-testid=priority-form]", priority="7", status=422)


def test_a_form_sent_twice_counts_once(world: World) -> None:
    ticket = make_ticket(world)
    page = world.page("agent").get(f"/tickets/{ticket}")
    form = page.soup.select_one("[data-testid=note-form]")
    values = {field["name"]: field["value"] for field in form.select("input")} | {"body": "Eenmaal"}
    for _time in range(3):
        page.post(str(form["action"]), values)
    assert page.text.count("Eenmaal") == 1


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001])
def test_refused_text_comes_back_as_it_was_typed(world: World, body: str) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world)}")
    page.submit("[data-testid=note-form]", body=body, status=422)
    note = page.soup.select_one("[data-testid=note-form] textarea")
    assert note.text.strip() == body.strip() and note["aria-invalid"] == "true"
    assert page.soup.select_one("[data-testid=answer-form] textarea").text.strip() == ""


def test_nul_bytes_are_refused_at_the_field(world: World) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world)}")
    page.submit("[data-testid=note-form]", body="voor\x00na", status=422)
    assert "tekens die niet opgeslagen kunnen worden" in page.soup.select_one("[data-testid=note-form]").text


def test_a_stale_form_keeps_what_was_typed_and_shows_what_changed(world: World) -> None:
    ticket = make_ticket(world)
    mine = world.page("agent").get(f"/tickets/{ticket}")
    world.page("supervisor").get(f"/tickets/{ticket}").submit("[data-testid=note-form]", body="Ik was eerder")
    mine.submit("[data-testid=answer-form]", button="answer", body="Mijn lange antwoord", status=409)
    assert mine.soup.select_one("[data-testid=answer-form] textarea").text.strip() == "Mijn lange antwoord"
    assert "Supervisor: Notitie" in mine.soup.select_one(".utrecht-alert--warning").text
    mine.submit("[data-testid=answer-form]", button="answer", body="Mijn lange antwoord")
    assert "Mijn lange antwoord" in mine.by_testid("ticket-answers").text


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_forged_version_is_a_stale_one(world: World, version: str) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world)}")
    page.submit("[data-testid=note-form]", body="Hoi", version=version, seen_at=version, status=409)


def test_a_merge_is_undone_where_it_is_shown(world: World) -> None:
    one, other = make_ticket(world, question="De eerste vraag"), make_ticket(world)
    page = world.page("agent").get(f"/tickets/{one}")
    page.submit("[data-testid=link-form]", button="merge", reference=reference_of(world, other))
    assert page.path.startswith(f"/tickets/{other}") and "De eerste vraag" in page.by_testid("ticket-question").text
    merged = world.page("agent").get(f"/tickets/{one}")
    assert "gaat verder als" in merged.text and merged.soup.select_one("[data-testid=answer-form]") is None
    page.submit(".utrecht-alert--ok form")
    assert "De eerste vraag" not in page.by_testid("ticket-question").text
    assert world.page("agent").get(f"/tickets/{one}").soup.select_one("[data-testid=answer-form]") is not None


def test_links_show_on_both_sides_and_can_be_undone(world: World) -> None:
    one, other = make_ticket(world), make_ticket(world)
    page = world.page("agent").get(f"/tickets/{one}")
    page.submit("[data-testid=link-form]", button="link", reference=reference_of(world, other))
    assert reference_of(world, other) in page.text
    there = world.page("agent").get(f"/tickets/{other}")
    assert reference_of(world, one) in there.text
    there.submit('form[action$="/undo"]')
    assert reference_of(world, one) not in there.text
    page.get(f"/tickets/{one}").submit("[data-testid=link-form]", button="link", reference="AAL-26-999999", status=422)
    assert "Er is geen vraag van deze gemeente" in page.text


def test_a_split_leads_to_the_new_ticket(world: World) -> None:
    page = world.page("agent").get(f"/tickets/{make_ticket(world, question='Paspoort en grofvuil')}")
    link = page.by_testid("ticket-question").select_one("a")
    page.get(str(link["href"]))
    assert page.soup.select_one("textarea").text.strip() == "Paspoort en grofvuil"
    page.submit("[data-testid=split-form]", topic_id=str(world.topics["noord", "grofvuil"]), body="Grofvuil")
    assert page.soup.h1.text == "Grofvuil laten ophalen"
    page.submit(".utrecht-alert--ok form")
    assert page.soup.select_one(".work-head .tag").text == "gesloten"


def test_a_text_of_another_ticket_cannot_be_split(world: World) -> None:
    one, other = make_ticket(world), make_ticket(world)
    with world.admin() as admin:
        writing = admin.execute("select id from writing where ticket_id = %s", (other,)).fetchone()[0]
    world.page("agent").get(f"/tickets/{one}/split/{writing}", status=404)


def test_colleagues_on_one_ticket_see_each_other(world: World) -> None:
    ticket = make_ticket(world)
    mine, theirs = world.page("agent").get(f"/tickets/{ticket}"), world.page("supervisor").get(f"/tickets/{ticket}")
    token = {"X-CSRFToken": str(mine.soup.select_one("meta[name=csrf-token]")["content"]), "HX-Request": "true"}
    url = str(mine.soup.select_one("[data-presence]")["data-presence"])
    mine.post(url, headers=token)
    assert "kijkt mee" not in mine.text
    other = {"X-CSRFToken": str(theirs.soup.select_one("meta[name=csrf-token]")["content"]), "HX-Request": "true"}
    theirs.post(url, {"version": "1"}, headers=other)
    assert "Een collega kijkt mee: Agent" in theirs.text and "gewijzigd" in theirs.text
    world.page("agent_cadzand").get("/tickets/").post(url, headers=token, status=400, judge=False)


def test_a_colleague_who_leaves_is_gone_at_once_and_others_hear_both(world: World) -> None:
    ticket = make_ticket(world)
    theirs = world.page("supervisor").get(f"/tickets/{ticket}")
    place = theirs.soup.select_one("[data-presence]")
    token = {"X-CSRFToken": str(theirs.soup.select_one("meta[name=csrf-token]")["content"]), "HX-Request": "true"}
    with psycopg.connect(world.admin_url, autocommit=True) as listening:
        listening.execute(f"listen {CHANNEL}")
        for _repeat in range(2):
            theirs.post(str(place["data-presence"]), headers=token)
        for _repeat in range(2):
            theirs.post(str(place["data-leave"]), headers=token, status=204, judge=False)
        told = [json.loads(note.payload)["k"] for note in listening.notifies(timeout=1, stop_after=3)]
    assert told == ["presence", "presence"]
    with world.admin() as admin:
        assert admin.execute("select count(*) from ticket_presence").fetchone() == (0,)
