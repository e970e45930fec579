"""The desk through its pages, as agents use it, without script."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.desk.conversing import act, add_party, autosave, begin, fields, one, q, rows
from tests.support.page import Page
from tests.support.world import World


def test_an_entrance_decides_the_municipality_in_one_press(world: World) -> None:
    page = world.page("agent").get("/desk/")
    page.submit(button=str(world.entrances["Bergen"]))
    assert page.by_testid("town").find("h1").text == "Bergen"
    assert "u spreekt met Agent" in page.by_testid("town").text
    assert one(world, "select count(*) from draft") == 1


def test_a_conversation_has_its_draft_from_the_first_second(world: World) -> None:
    page = begin(world)
    assert page.by_testid("question-topic").has_attr("autofocus")
    assert one(world, "select count(*) from conversation where finished_at is null") == 1


def test_what_is_typed_is_saved_and_shown_on_another_computer(world: World) -> None:
    page = begin(world)
    url = page.path
    act(page, "save", name="Jansen", number="0612345678", **q(topic="paspoort", notes="wil reizen"))
    elsewhere = world.page("agent").get(url)
    assert elsewhere.by_testid("notes").text.strip() == "wil reizen"
    assert elsewhere.soup.select_one("#name")["value"] == "Jansen"


def test_autosave_counts_up_and_refuses_an_older_version_without_overwriting(world: World) -> None:
    page = begin(world)
    url = page.path
    first = autosave(page, url, "1", **q(notes="een"))
    assert first.json["version"] == 2
    assert autosave(page, url, "1", **q(notes="twee")).status_code == 409
    assert "een" in page.get(url).text
    forced = autosave(page, url, "1", force="1", **q(notes="twee"))
    assert forced.status_code == 200 and "twee" in page.get(url).text


def test_a_stale_page_shows_both_texts_and_loses_neither(world: World) -> None:
    page, other = begin(world), world.page("agent")
    other.get(page.path)
    act(page, "save", **q(notes="van hier"))
    act(other, "save", status=409, **q(notes="van daar"))
    assert "van hier" in other.by_testid("conflict").text
    assert other.by_testid("notes").text.strip() == "van daar"


def test_an_answered_question_is_registered_and_closed_in_one_save(world: World) -> None:
    page = begin(world)
    act(
        page,
        "end_talk",
        number="0612345678",
        name="Jansen",
        **q(topic="Paspoort aanvragen", notes="reis", answer="Kom langs"),
    )
    act(page, "finish", **q(outcome="answered"))
    ticket = rows(world, "select status, anonymous, reference from ticket")[0]
    assert ticket[:2] == ("closed", False) and ticket[2].startswith("AAL-")
    assert sorted(kind for (kind,) in rows(world, "select kind from writing")) == ["answer", "question"]
    contact = rows(
        world,
        "select outcome, talk_seconds is not null, wrap_up_seconds is not null, follow_key is not null from contact",
    )[0]
    assert contact == ("answered", True, True, True)
    assert rows(world, "select name, number from involvement") == [("Jansen", "0612345678")]
    assert one(world, "select count(*) from draft") == 0
    assert one(world, "select count(*) from conversation where finished_at is null") == 0
    assert ticket[2] in page.text


def test_an_anonymous_question_is_counted_without_a_word_of_it(world: World) -> None:
    page = begin(world)
    act(page, "finish", **q(topic="Grofvuil", notes="geheim verhaal", answer="morgen", outcome="answered"))
    assert one(world, "select anonymous from conversation")
    assert rows(world, "select anonymous, status from ticket") == [(True, "closed")]
    assert rows(world, "select outcome, follow_key from contact") == [("answered", None)]
    for table in ("writing", "involvement", "draft"):
        assert one(world, f"select count(*) from {table}") == 0, table


def test_an_escalation_says_when_and_becomes_a_task_of_the_route(world: World) -> None:
    page = begin(world)
    act(
        page,
        "save",
        name="Jansen",
        number="0612345678",
        **q(topic="grofvuil", notes="niet opgehaald", outcome="escalated"),
    )
    said = page.by_testid("promise").text
    assert "Naar: Afval Aalburg" in said and "U wordt uiterlijk" in said and "17:00" in said
    assert page.soup.select_one("#q0-phone")["value"] == "0612345678"
    act(page, "finish", **q(preferred="’s ochtends"))
    task = rows(world, "select department_id, state, route_reason from internal_task")[0]
    assert task == (world.departments["Aalburg", "afval"], "open", "route")
    assert one(world, "select status from ticket") == "with_back_office"
    assert rows(world, "select name, number, preferred_moment from task_request") == [
        ("Jansen", "0612345678", "’s ochtends")
    ]
    assert one(world, "select t.due_at = k.due_at from ticket t join internal_task k on k.ticket_id = t.id")


def test_an_escalation_says_whether_the_department_is_open_and_who_answers_for_one_that_cannot(world: World) -> None:
    afval, burgerzaken = world.departments["Aalburg", "afval"], world.departments["Aalburg", "burgerzaken"]
    page = begin(world)
    typed = q(topic="grofvuil", notes="niet opgehaald", outcome="escalated")
    with world.admin() as admin:
        admin.execute("update department set hours = '{}' where id = %s", (afval,))
    act(page, "save", number="0612345678", **typed)
    assert page.by_testid("department-reach").text == "nooit open"
    with world.admin() as admin:
        admin.execute("update department set active = false where id = %s", (afval,))
    act(page, "save")
    assert (
        "Afval is niet meer in gebruik, en geen andere afdeling vangt dit op" in page.by_testid("department-fault").text
    )
    with world.admin() as admin:
        admin.execute("update department set fallback_id = %s where id = %s", (burgerzaken, afval))
    act(page, "save")
    assert "Naar: Burgerzaken Aalburg" in page.by_testid("promise").text
    assert "Afval is niet meer in gebruik. Burgerzaken vangt dit op." in page.by_testid("department-passed").text
    act(page, "finish")
    assert rows(world, "select department_id, route_reason from internal_task") == [(burgerzaken, "route")]
    task, ticket = rows(world, "select id, ticket_id from internal_task")[0]
    assert (
        "Uw afdeling vangt deze vraag op: Afval is niet meer in gebruik."
        in world.page("handler").get(f"/work/{task}").text
    )
    assert (
        "Contactverzoek gemaakt: Burgerzaken (Afval is niet meer in gebruik)"
        in world.page("agent").get(f"/tickets/{ticket}").text
    )


def test_another_department_needs_a_reason(world: World) -> None:
    page = begin(world)
    other = str(world.departments["Aalburg", "burgerzaken"])
    values = q(topic="grofvuil", notes="n", outcome="escalated", phone="0612345678", department_id=other)
    act(page, "save", **values)
    act(page, "finish", status=422, **values)
    assert "Geef een reden" in page.by_testid("faults").text
    act(page, "finish", **values, **q(department_reason="hoort daar"))
    assert rows(world, "select department_id, route_reason from internal_task") == [(int(other), "chosen")]
    assert rows(world, "select body from writing where kind = 'reason'") == [("hoort daar",)]


def test_a_department_of_another_town_is_no_department(world: World) -> None:
    page = begin(world)
    stranger = str(world.departments["Bergen", "afval"])
    values = q(
        topic="grofvuil",
        notes="n",
        outcome="escalated",
        phone="0612345678",
        department_id=stranger,
        department_reason="x",
    )
    act(page, "finish", status=404, **values)
    assert one(world, "select count(*) from ticket") == 0


def test_a_refused_finish_names_the_fields_and_saves_nothing(world: World) -> None:
    page = begin(world)
    act(page, "finish", status=422, **q(topic="zzzz", notes="blijft staan", outcome="escalated"))
    faults = page.by_testid("faults").text
    assert "Kies een onderwerp" in faults and "telefoonnummer" in faults
    assert page.by_testid("notes").text.strip() == "blijft staan"
    assert one(world, "select count(*) from ticket") == 0
    act(page, "finish", **q(topic="Grofvuil laten ophalen", phone="0612345678"))
    assert one(world, "select count(*) from internal_task") == 1


def test_two_questions_of_two_towns_become_a_ticket_in_each(world: World) -> None:
    page = begin(world)
    act(page, "next", name="Jansen", **q(topic="Paspoort aanvragen", notes="a", outcome="answered"))
    act(page, "save", **q(1, municipality_id=world.towns["Bergen"]))
    act(page, "finish", number="0612345678", **q(1, topic="Grofvuil laten ophalen", notes="b", outcome="escalated"))
    towns = {town for (town,) in rows(world, "select municipality_id from ticket")}
    assert towns == {world.towns["Aalburg"], world.towns["Bergen"]}
    assert one(world, "select count(*) from internal_task where municipality_id = %s", world.towns["Bergen"]) == 1


def test_a_refusal_in_another_question_keeps_what_was_typed_in_this_one(world: World) -> None:
    page = begin(world)
    act(page, "next", **q(topic="Paspoort aanvragen", notes="eerste"))
    act(page, "finish", status=422, **q(1, topic="grofvuil", notes="tweede", outcome="answered"))
    act(page, "open:1", **q(outcome="answered"))
    assert page.by_testid("notes").text.strip() == "tweede"


def test_moving_to_the_right_town_keeps_the_notes_and_drops_the_rest(world: World) -> None:
    page = begin(world)
    party = add_party(page, "Wouters")
    assert party
    act(page, "move:0", status=422)
    assert "Kies de gemeente" in page.by_testid("faults").text
    act(page, f"move:{world.towns['Bergen']}", **q(topic="grofvuil", notes="staat er nog", outcome="escalated"))
    assert page.by_testid("town").find("h1").text == "Bergen"
    assert page.by_testid("notes").text.strip() == "staat er nog"
    assert page.by_testid("question-topic")["value"] == ""
    assert not page.soup.select("[data-testid=party]")
    assert one(world, "select body->>'party_id' from draft") == ""
    assert one(world, "select municipality_id from conversation") == world.towns["Bergen"]


def test_hold_resume_and_cancel(world: World) -> None:
    page = begin(world)
    act(page, "hold")
    assert "Wachtstand" in page.soup.select_one(".state").text
    act(page, "resume")
    act(page, "cancel", **q(notes="weg"))
    assert rows(world, "select cancelled, finished_at is not null from conversation") == [(True, True)]
    assert one(world, "select count(*) from draft") == 0 and one(world, "select count(*) from ticket") == 0


def test_a_warm_transfer_to_a_colleague_that_failed_leaves_the_question_open(world: World) -> None:
    page = begin(world)
    values = q(topic="paspoort", notes="n", outcome="transferred")
    act(page, "save", name="J", number="0612345678", **values)
    act(page, "finish", status=422)
    assert "naar wie u doorverbindt" in page.by_testid("faults").text
    act(page, "finish", **q(transfer_to="Handler Second", warm="warm", succeeded="no"))
    assert rows(world, "select warm, succeeded, to_account_id from transfer") == [
        (True, False, world.people["handler_second"])
    ]
    assert one(world, "select status from ticket") == "open"
    assert one(world, "select outcome from contact") == "transfer_failed"


def test_colleagues_are_found_by_name_or_department_with_who_is_there(world: World) -> None:
    page = begin(world)
    url = page.path
    typed = q(topic="paspoort", outcome="transferred", transfer_to="second")
    page.post(f"{url}/colleagues", fields(page, **typed), headers={"HX-Request": "true"})
    assert [button.select_one(".result__title").contents[0].strip() for button in page.soup.select("[data-testid=choose-colleague]")] == [
        "Handler Second"
    ]  # fmt: skip
    assert page.soup.select_one(".result__title .tag")
    assert (
        "Burgerzaken, " in page.soup.select_one(".result__note").text
        and "open" in page.soup.select_one(".result__note").text
    )
    press = page.by_testid("choose-colleague")["value"]
    act(page.get(url), press, **typed)
    assert page.soup.select_one("[data-testid=transfer-to]")["value"] == "Handler Second"
    act(page, f"colleague:{uuid.uuid4()}", status=404)


def test_an_incident_logs_the_call_with_one_button(world: World) -> None:
    rows(world, "insert into incident (municipality_id, topic_id, title, answer, started_at) values (%s, %s, 'Geen grofvuil', 'Morgen weer', now()) returning id",
         world.towns["Aalburg"], world.topics["noord", "grofvuil"])  # fmt: skip
    page = begin(world)
    beside = world.page("agent").get(f"{page.path}/beside")
    press = beside.by_testid("log-incident")["value"]
    act(page, press)
    with world.admin() as admin:
        admin.execute("delete from contact where false")
    assert rows(world, "select outcome, incident_id is not null from contact") == [("answered", True)]
    assert one(world, "select status from ticket") == "closed"


def test_the_conversation_of_a_colleague_does_not_exist(world: World) -> None:
    page = begin(world)
    for person in ("two_hats", "agent_cadzand", "agent_zuid"):
        world.page(person).get(page.path, status=404)
    stranger = begin(world, "two_hats")
    token = stranger.soup.select_one("input[name=csrf_token]")["value"]
    stranger.post(page.path, {"csrf_token": token, "form_key": str(uuid.uuid4()), "do": "finish"}, status=404)
    world.page("agent").get(f"/desk/{uuid.uuid4()}", status=404)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_cannot_be_stored_is_refused_at_the_field(world: World, text: str) -> None:
    page = begin(world)
    sent = text.encode("utf-8", "surrogatepass")
    body = fields(page, do="save", **q(topic="paspoort"))
    raw = "&".join(f"{k}={v}" for k, v in body.items()).encode() + b"&q0-notes=" + sent.replace(b"\x00", b"%00")
    answer = page.client.post(page.path, data=raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (200, 303, 400, 422)
    assert "\x00" not in str(rows(world, "select body from draft"))
    if "\x00" in text:
        assert answer.status_code == 422


def test_too_long_text_is_refused_at_the_finish_and_never_cut(world: World) -> None:
    page = begin(world)
    long = "x" * 4001
    act(page, "save", name="J", **q(topic="paspoort", notes=long, outcome="answered"))
    assert page.by_testid("notes").text.strip() == long
    act(page, "finish", status=422)
    assert "te lang" in page.by_testid("faults").text
    assert page.by_testid("notes").text.strip() == long
    act(page, "save", status=422, **q(notes="y" * 250_000))
    assert "te veel tekst" in page.text


def test_many_parallel_finishes_make_one_set_of_records(world: World) -> None:
    page = begin(world)
    form = fields(page, do="finish", name="Jansen", number="0612345678",
                  **q(topic="grofvuil", notes="n", outcome="escalated"))  # fmt: skip
    url, cookies = page.path, page.client._cookies

    def send(_n: int) -> tuple[int, str | None]:
        client = world.app.test_client()
        client._cookies = dict(cookies)
        answer = client.post(url, data=form)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(20)))
    assert answers == {(303, "/desk/")}
    for table in ("ticket", "contact", "internal_task", "involvement"):
        assert one(world, f"select count(*) from {table}") == 1, table


def test_a_finish_from_another_window_is_told_so(world: World) -> None:
    page, other = begin(world), world.page("agent")
    other.get(page.path)
    act(page, "finish", **q(topic="paspoort", outcome="answered"))
    act(other, "finish", **q(topic="paspoort", outcome="answered"))
    assert "al afgerond" in other.text
    assert one(world, "select count(*) from ticket") == 1


def test_a_finish_wins_of_the_autosave_of_its_own_page(world: World) -> None:
    page = begin(world)
    mine = {"page_id": page.soup.select_one("input[name=page_id]")["value"]}
    early = autosave(page, page.path, "1", **mine, send_step="1", **q(notes="half"))
    assert early.status_code == 200
    act(page, "finish", name="Jansen", send_step="3", **q(topic="paspoort", notes="heel", outcome="answered"))
    assert one(world, "select body from writing where kind = 'question'") == "heel"
    late = autosave(page, page.path.rstrip("/") or "/", "1", **mine, send_step="2", **q(notes="half"))
    assert late.status_code == 404


def test_a_refused_page_is_still_the_page_that_was_sent(world: World) -> None:
    page = begin(world)
    mine = {"page_id": page.soup.select_one("input[name=page_id]")["value"]}
    url = page.path
    act(page, "finish", status=422, send_step="2", **q(notes="heel"))
    late = autosave(page, url, "1", **mine, send_step="1", **q(notes="half"))
    assert late.status_code == 200
    act(page, "finish", send_step="3", name="Jansen", **q(topic="paspoort", notes="heel", outcome="answered"))
    assert one(world, "select body from writing where kind = 'question'") == "heel"


def test_after_another_window_wrote_nothing_is_finished_until_the_agent_chose(world: World) -> None:
    page, other = begin(world), world.page("agent")
    url = page.path
    other.get(url)
    act(other, "save", **q(notes="van elders"))
    typed = q(topic="paspoort", notes="van hier", outcome="answered")
    for _try in range(2):
        act(page, "finish", status=409, name="Jansen", **typed)
        assert "van elders" in page.by_testid("conflict").text
        assert page.by_testid("notes").text.strip() == "van hier"
    assert one(world, "select count(*) from ticket") == 0
    act(page, "keep")
    assert page.by_testid("notes").text.strip() == "van hier"
    act(page, "finish")
    assert one(world, "select body from writing where kind = 'question'") == "van hier"


def test_topics_are_suggested_while_typing(world: World) -> None:
    page = begin(world)
    headers = {"HX-Request": "true"}
    page.post(f"{page.path}/topics", fields(page, **q(topic="en")), headers=headers)
    found = [chip["data-pick-topic"] for chip in page.soup.select("[data-pick-topic]")]
    assert set(found) <= {"Paspoort aanvragen", "Grofvuil laten ophalen"}
    page.post(page.path, fields_of(page, world), status=400)


def fields_of(page: Page, world: World) -> dict[str, Any]:
    return {"do": "save"}


def test_the_panel_for_an_escalation_comes_as_a_fragment(world: World) -> None:
    page = begin(world)
    page.post(
        f"{page.path}/panel", fields(page, **q(topic="grofvuil", outcome="escalated")), headers={"HX-Request": "true"}
    )
    assert "Naar: Afval Aalburg" in page.by_testid("promise").text


def test_the_desk_is_for_agents(world: World) -> None:
    for person in ("handler", "supervisor", "contract_manager", "editor"):
        world.page(person).get("/desk/", status=403)
