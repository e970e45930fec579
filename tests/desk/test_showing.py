"""How the desk is drawn."""

from __future__ import annotations

from datetime import UTC, datetime

from kcc.desk.showing import clock_text
from tests.desk.conversing import act, add_party, autosave, begin, q, rows
from tests.support.world import World


def test_the_foot_says_the_time_of_the_municipality(world: World) -> None:
    with world.app.test_request_context():
        assert clock_text(datetime(2026, 11, 24, 9, 42, 18, tzinfo=UTC)) == "10:42:18"


def test_the_fullest_desk_stays_within_its_queries_and_its_time(world: World) -> None:
    page = begin(world)
    add_party(page, "Wouters")
    act(page, "next", **q(topic="paspoort", notes="a", outcome="answered"))
    act(page, "save", **q(1, topic="grofvuil", notes="b", outcome="escalated"))
    page.get(page.path)  # the page itself refuses more than twelve
    assert page.by_testid("promise") and page.by_testid("party")


def test_text_of_people_is_shown_as_text(world: World) -> None:
    page = begin(world)
    act(page, "save", name="<b>J</b>", **q(topic="<script>", notes="</textarea><script>alert(1)</script>"))
    assert page.by_testid("notes").text.strip() == "</textarea><script>alert(1)</script>"
    assert page.soup.select_one("#name")["value"] == "<b>J</b>"


def test_a_conversation_of_letter_is_not_timed_as_talk(world: World) -> None:
    page = world.page("agent").get("/desk/")
    page.submit("form.start-by-hand", municipality_id=world.towns["Aalburg"], channel="letter")
    act(page, "finish", name="J", **q(topic="paspoort", notes="brief", outcome="answered"))
    assert rows(world, "select channel, talk_seconds from contact") == [("letter", None)]


def test_autosave_without_a_session_says_to_sign_in_again(world: World) -> None:
    page = begin(world)
    url = page.path
    page.client.delete_cookie("kcc_session")
    assert autosave(page, url, "1", **q(notes="x")).status_code == 401
