"""The status page: what the code proves and no more; a reply, a rating; and silence for whoever guesses."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta

import pytest

from kcc.contacts import actions as contacts
from kcc.contacts import queries as ticket_queries
from kcc.core.db import db
from kcc.core.permissions import Permission
from tests.channels.citizens import asked, look, open_form, plain, receipt, send, ticket_of, work
from tests.channels.files import PNG
from tests.channels.test_actions_files import scanner_at
from tests.integrations.scanner import running_scanner
from tests.support.page import Page
from tests.support.world import World


def answer(world: World, reference: str, text: str = "Vrijdag.", *, close: bool = False, note: str = "") -> uuid.UUID:
    ticket = ticket_of(world, reference)
    with world.scope("agent", Permission.TICKET_WRITE) as actor:
        of = ticket_queries.ticket(ticket)
        contacts.write(actor=actor, ticket=of, kind="answer", body=text, internal=False)
        if note:
            contacts.write(actor=actor, ticket=of, kind="note", body=note, internal=True)
        contacts.move_ticket(actor=actor, ticket=of, to="answered")
        if close:
            contacts.move_ticket(actor=actor, ticket=of, to="closed")
        db.session.commit()
    return ticket


def test_reference_and_code_show_how_it_stands(world: World) -> None:
    reference, code = asked(world, question="Wanneer komt de wagen?")
    page = look(world, reference, code)
    assert page.by_testid("status-word").text == "In behandeling"
    assert "Wanneer komt de wagen?" in page.text and "U hebt antwoord uiterlijk" in page.text
    assert reference not in page.path and code not in page.path


@pytest.mark.parametrize("typed", ["{} ", " {}", "{lower}", "{spaced}"])
def test_a_code_may_be_typed_as_people_do(world: World, typed: str) -> None:
    reference, code = asked(world)
    look(world, reference.lower(), typed.format(code, lower=code.lower(), spaced=code.replace("-", " ")))


def test_before_anybody_looked_it_says_received(world: World) -> None:
    reference, code = receipt(send(world, open_form(world)))
    assert look(world, reference, code).by_testid("status-word").text == "Ontvangen"


def test_a_doubtful_form_looks_received_until_somebody_decides(world: World) -> None:
    reference, code = receipt(send(world, open_form(world), website="spam"))
    work(world)
    page = look(world, reference, code)
    assert page.by_testid("status-word").text == "Ontvangen"
    assert page.soup.select_one('[data-testid="reply-form"]') is None
    with world.admin() as admin:
        admin.execute("update received_form set state = 'discarded'")
    assert look(world, reference, code).by_testid("status-word").text == "Niet in behandeling"


def test_the_answer_is_read_there_and_nothing_internal(world: World) -> None:
    reference, code = asked(world)
    answer(world, reference, "Vrijdag komt de wagen.", note="Lastige meneer")
    page = look(world, reference, code)
    assert page.by_testid("status-word").text == "Beantwoord"
    assert "Vrijdag komt de wagen." in page.by_testid("status-answer").text
    assert "Lastige meneer" not in page.text


def test_wrong_code_wrong_reference_and_nonsense_answer_alike(world: World) -> None:
    reference, code = asked(world)
    other = asked(world, "Bergen", question="Iets anders")
    texts = set()
    for typed in ((reference, "00000-00000"), ("AAL-26-999999", code), (reference, other[1]), ("onzin", "onzin")):
        page = look(world, *typed, status=422)
        texts.add(plain(page.soup.select_one(".error-summary").text))  # type: ignore[union-attr]
        assert page.response is not None and "kcc_status" not in str(page.response.headers)
    assert len(texts) == 1


def test_guessing_is_stopped_and_a_right_code_then_waits_too(world: World) -> None:
    reference, code = asked(world)
    for _ in range(10):
        look(world, reference, "00000-00000", status=422)
    look(world, reference, code, status=429)
    with world.admin() as admin:
        admin.execute("update guard.status_attempt set at = at - interval '6 minutes'")
    look(world, reference, code)


def test_many_guesses_from_one_address_are_stopped_whatever_the_reference(world: World) -> None:
    reference, code = asked(world)
    with world.admin() as admin:
        from_here = admin.execute("select address_hash from received_form").fetchone()
        assert from_here is not None
        admin.execute(
            "insert into guard.status_attempt (reference_hash, address_hash) select sha256(n::text::bytea), %s from generate_series(1, 100) n",
            from_here,
        )
    look(world, reference, code, status=429)


def test_the_door_shuts_by_itself_and_on_leaving(world: World) -> None:
    reference, code = asked(world)
    page = look(world, reference, code)
    page.get("/status/vraag")
    page.submit('form[action="/status/sluiten"]')
    assert page.get("/status/vraag").path == "/status"
    page = look(world, reference, code)
    with world.admin() as admin:
        admin.execute("update guard.citizen_door set expires_at = now()")
    assert page.get("/status/vraag").path == "/status"


def test_without_a_door_there_is_nothing(world: World) -> None:
    page = world.page(None)
    assert page.get("/status/vraag").path == "/status"
    page.get(f"/status/bestand/{uuid.uuid4()}", status=404)


def test_a_reply_reaches_the_ticket_and_wakes_the_queue(world: World) -> None:
    reference, code = asked(world)
    ticket = answer(world, reference, close=True)
    with world.admin() as admin:
        admin.execute("update work_item set done_at = now(), state = 'done'")
    page = look(world, reference, code)
    page.submit('[data-testid="reply-form"]', text="Er kwam niemand.")
    assert "Uw reactie is binnen." in page.text and "Er kwam niemand." in page.text
    work(world)
    shown = look(world, reference, code)
    assert shown.text.count("Er kwam niemand.") == 1
    assert shown.by_testid("status-word").text == "In behandeling"
    with world.admin() as admin:
        assert admin.execute(
            "select count(*) from work_item where done_at is null and ticket_id = %s", (ticket,)
        ).fetchone() == (1,)
    assert "Er kwam niemand." in world.page("agent").get(f"/tickets/{ticket}").text


def test_a_reply_sent_twice_counts_once(world: World) -> None:
    reference, code = asked(world)
    page = look(world, reference, code)
    page.submit('[data-testid="reply-form"]', text="Nog iets")
    page.post(*page.sent)
    work(world)
    with world.admin() as admin:
        assert admin.execute("select count(*) from writing where body = 'Nog iets'").fetchone() == (1,)


def test_an_empty_reply_is_told_at_its_field(world: World) -> None:
    page = look(world, *asked(world))
    page.submit('[data-testid="reply-form"]', text="", status=422)
    assert page.soup.select_one("#text-error") is not None


def rate(page: Page, score: int, words: str = "", status: int = 200) -> Page:
    return page.submit('[data-testid="rating-form"]', score=str(score), words=words, status=status)


def test_a_closed_question_is_rated_and_agents_see_it(world: World) -> None:
    reference, code = asked(world)
    ticket = answer(world, reference, close=True)
    page = look(world, reference, code)
    assert "Dank u wel" in rate(page, 4, "Snel geholpen").text
    work(world)
    with world.admin() as admin:
        assert admin.execute("select score, channel from rating").fetchall() == [(4, "webform")]
    seen = world.page("agent").get(f"/tickets/{ticket}").text
    assert "4 van 5" in seen and "Snel geholpen" in seen


def test_a_rating_can_be_changed_for_a_day_and_then_no_more(world: World) -> None:
    reference, code = asked(world)
    answer(world, reference, close=True)
    rate(look(world, reference, code), 2, "Traag")
    work(world)
    page = look(world, reference, code)
    assert "nog een dag wijzigen" in page.text
    rate(page, 5, "Toch goed")
    work(world)
    with world.admin() as admin:
        assert admin.execute("select score from rating").fetchall() == [(5,)]
        assert [r[0] for r in admin.execute("select body from writing where kind = 'rating'")] == ["Toch goed"]
        admin.execute(
            "update received_form set received_at = received_at - %s where kind = 'rating'",
            (timedelta(days=1, minutes=1),),
        )
    page = look(world, reference, code)
    assert page.soup.select_one('[data-testid="rating-form"]') is None
    assert "U gaf ons een 5" in page.by_testid("status-rated").text


def test_an_open_question_cannot_be_rated_by_whatever_way(world: World) -> None:
    reference, code = asked(world)
    page = look(world, reference, code)
    assert page.soup.select_one('[data-testid="rating-form"]') is None
    token = page.soup.select_one('[data-testid="reply-form"] [name="csrf_token"]')
    assert token is not None
    page.post(
        "/status/beoordeling", {"csrf_token": token["value"], "form_key": str(uuid.uuid4()), "score": "5"}, status=409
    )
    with world.admin() as admin:
        assert admin.execute("select count(*) from received_form where kind = 'rating'").fetchone() == (0,)


@pytest.mark.parametrize("score", ["0", "6", "", "x", "4.5"])
def test_only_one_to_five_is_a_rating(world: World, score: str) -> None:
    reference, code = asked(world)
    answer(world, reference, close=True)
    page = look(world, reference, code)
    page.submit('[data-testid="rating-form"]', score=score, status=422)


def test_files_for_the_citizen_are_handed_out_and_internal_ones_do_not_exist(world: World) -> None:
    reference, code = asked(world, files=[(io.BytesIO(PNG), "foto.png")])
    page = look(world, reference, code)
    link = page.soup.select_one('a[href^="/status/bestand/"]')
    assert link is not None and link.text == "foto.png"
    answer_ = page.client.get(str(link["href"]))
    assert answer_.data == PNG and answer_.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with world.admin() as admin:
        admin.execute("update attachment set internal = true")
    page.get(str(link["href"]), status=404)
    assert "foto.png" not in look(world, reference, code).text


def test_a_file_that_waits_for_the_scanner_is_named_but_shut(world: World) -> None:
    with running_scanner() as scanner, scanner_at(world, scanner.address):
        reference, code = receipt(send(world, open_form(world), files=[(io.BytesIO(PNG), "foto.png")]))
        work(world)
        with world.admin() as admin:
            admin.execute("update attachment set scan_state = 'waiting'")
            row = admin.execute("select id from attachment").fetchone()
        assert row is not None
        page = look(world, reference, code)
        assert "foto.png" in page.text and page.soup.select_one('a[href^="/status/bestand/"]') is None
        page.get(f"/status/bestand/{row[0]}", status=409)


def test_a_file_of_another_question_does_not_exist(world: World) -> None:
    asked(world, "Bergen", question="Andere vraag", files=[(io.BytesIO(PNG), "foto.png")])
    with world.admin() as admin:
        row = admin.execute("select id from attachment").fetchone()
    assert row is not None
    look(world, *asked(world)).get(f"/status/bestand/{row[0]}", status=404)


def test_a_question_that_went_into_another_shows_where_that_stands_not_what_is_written_there(world: World) -> None:
    reference, code = asked(world)
    other, _ = asked(world, question="De vraag van de buurman")
    answer(world, other, "Geheim antwoord aan de buurman")
    with world.admin() as admin:
        admin.execute(
            "update ticket set merged_into_id = %s, status = 'closed' where id = %s",
            (ticket_of(world, other), ticket_of(world, reference)),
        )
    page = look(world, reference, code)
    assert page.by_testid("status-word").text == "Beantwoord"
    assert "samengevoegd" in page.text and "buurman" not in page.text


def test_it_is_never_shown_in_a_frame_and_its_cookie_stays_here(world: World) -> None:
    reference, code = asked(world)
    page = world.page(None).get("/status")
    page.submit('[data-testid="status-form"]', reference=reference, code=code)
    assert page.response is not None
    cookie = str(page.response.history[0].headers["Set-Cookie"])
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    assert "frame-ancestors 'none'" in page.response.headers["Content-Security-Policy"]
