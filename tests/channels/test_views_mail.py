"""Mail on a ticket's page: read, answer, take back; and the mail itself without anything that runs or loads."""

from __future__ import annotations

import io
import uuid

from tests.channels.files import EXE, PDF, PNG
from tests.channels.mails import letter, outgoing, receive, standing, work
from tests.channels.test_actions_files import keep
from tests.factories.tickets import make_ticket
from tests.support.world import World

HTML = (
    b"From: Jan <jan@example.nl>\r\nTo: info@aalburg.example\r\nSubject: Opgemaakt\r\nMessage-ID: <html@example.nl>\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<p onclick='x()'>Hallo <b>daar</b></p><script>alert(1)</script>"
    b"<img src='https://spion.example/pixel.gif'><a href='javascript:alert(1)'>klik</a><a href='https://example.nl'>site</a>"
)


def test_a_mail_is_read_on_its_ticket_s_page(world: World) -> None:
    found = receive(world, letter("Nieuw.\n\nOp wo 25 nov. 2026 schreef Gemeente <info@aalburg.example>:\n> Oud"))
    page = world.page("agent").get(f"/tickets/{found['ticket_id']}")
    assert f"/mail/of-ticket/{found['ticket_id']}" in page.text
    part = world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}", fragment=True)
    assert "J. de Vries" in part.text and "Nieuw." in part.text
    folded = part.soup.select_one("details.mail-quoted")
    assert folded is not None and "Oud" in folded.text and not folded.has_attr("open")


def test_an_agent_answers_from_the_town_s_own_mailbox_and_can_take_it_back(world: World) -> None:
    found = receive(world, letter())
    page = world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}")
    assert page.soup.select_one("#mailanswer-recipient")["value"] == "jan@example.nl"  # type: ignore[index]
    page.submit("[data-testid=mail-answer-form]", button="answer", body="Maak een afspraak.")
    assert "terughalen" in page.text
    (mail,) = outgoing(world)
    assert (mail["sender"], mail["recipient"], mail["state"]) == ("info@aalburg.example", "jan@example.nl", "queued")
    assert mail["subject"] == f"Re: Paspoort [{found['reference']}]" and mail["in_reply_to"]
    assert standing(world, found["id"])["status"] == "answered"
    page.get(f"/mail/of-ticket/{found['ticket_id']}").submit(f'form[action="/mail/outgoing/{mail["id"]}/withdraw"]')
    assert outgoing(world)[0]["state"] == "withdrawn" and standing(world, found["id"])["status"] == "open"
    page.post(f"/mail/outgoing/{mail['id']}/withdraw", {**_tokens(page)}, status=200)
    assert "al weg" in page.text


def _tokens(page: object) -> dict[str, str]:
    token = page.soup.select_one("meta[name=csrf-token]")["content"]  # type: ignore[attr-defined]
    return {"csrf_token": str(token), "form_key": str(uuid.uuid4())}


def test_a_standard_text_is_put_below_what_was_typed_and_nothing_is_sent(world: World) -> None:
    found = receive(world, letter())
    text = uuid.uuid4()
    with world.admin() as admin:
        admin.execute(
            "insert into standard_text (id, municipality_id, title, body, active, changed_at, version) values (%s, %s, 'Bedankt', 'Uw kenmerk: {kenmerk}', true, now(), 1)",
            (text, world.towns["Aalburg"]),
        )
    page = world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}")
    where = page.by_testid("mail-insert")["formaction"]
    page.post(str(where), {**_tokens(page), "body": "Beste Jan,", "text": str(text), "recipient": "jan@example.nl"})
    assert page.soup.select_one("textarea").text.strip() == f"Beste Jan,\n\nUw kenmerk: {found['reference']}"  # type: ignore[union-attr]
    page.post(str(where), {**_tokens(page), "body": "Bewaard", "text": "geen"}, status=422)
    assert "Bewaard" in page.text and outgoing(world) == []


def test_a_refused_answer_comes_back_with_what_was_typed(world: World) -> None:
    found = receive(world, letter())
    page = world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}")
    page.submit("[data-testid=mail-answer-form]", button="answer", body="Dag", recipient="geen adres", status=422)
    assert "Dag" in page.text and "geen adres" in page.text
    page.submit(
        "[data-testid=mail-answer-form]",
        button="answer",
        body="Dag",
        version="0",
        recipient="jan@example.nl",
        status=409,
    )
    assert "Dag" in page.text and outgoing(world) == []


def test_laid_out_mail_is_shown_in_a_frame_in_which_nothing_runs_or_loads(world: World) -> None:
    found = receive(world, HTML)
    page = world.page("agent").get(f"/mail/received/{found['id']}")
    assert page.response is not None
    assert "frame-src 'self'" in page.response.headers["Content-Security-Policy"]
    frame = page.soup.select_one("iframe")
    assert (
        frame is not None
        and "allow-scripts" not in str(frame["sandbox"])
        and "allow-same-origin" not in str(frame["sandbox"])
    )
    assert "niet geladen" in page.text
    inside = world.page("agent").get(str(frame["src"]), judge=False)
    assert inside.response is not None
    policy = inside.response.headers["Content-Security-Policy"]
    assert (
        policy.startswith("default-src 'none'; img-src data:;")
        and " sandbox " in policy
        and "allow-scripts" not in policy
    )
    assert "Hallo" in inside.text
    for danger in ("script", "onclick", "spion", "javascript:", "alert"):
        assert danger not in inside.text


def test_the_mail_as_it_came_is_a_download(world: World) -> None:
    found = receive(world, HTML)
    page = world.page("agent").get(f"/mail/received/{found['id']}/raw", judge=False)
    assert page.response is not None and page.response.data == HTML
    assert page.response.headers["Content-Disposition"].startswith("attachment")
    assert page.response.headers["Content-Type"] == "application/octet-stream"
    with world.admin() as admin:
        assert admin.execute("select count(*) from access_record where what = 'mail_open'").fetchone() == (1,)


def test_mail_of_another_town_or_department_does_not_exist(world: World) -> None:
    found = receive(world, HTML, town="Cadzand")
    for url in ("", "/frame", "/raw"):
        for person in ("agent", "handler", "agent_zuid"):
            world.page(person).get(f"/mail/received/{found['id']}{url}", status=404)
    world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}", status=404)


def test_a_stranger_s_mail_is_joined_only_by_hand(world: World) -> None:
    first = receive(world, letter())
    second = receive(world, letter("En?", from_="x@elders.example", subject=first["reference"]))
    page = world.page("agent").get(f"/mail/of-ticket/{second['ticket_id']}")
    assert f"Hoort deze mail bij {first['reference']}?" in page.text
    page.submit(f'form[action="/mail/received/{second["id"]}/join"]')
    assert page.path == f"/tickets/{first['ticket_id']}"
    assert standing(world, second["id"])["ticket_id"] == first["ticket_id"]


def test_a_ticket_by_telephone_can_be_answered_by_mail_too(world: World) -> None:
    ticket = make_ticket(world)
    page = world.page("agent").get(f"/mail/of-ticket/{ticket}")
    assert "niet gemaild" in page.text
    page.submit("[data-testid=mail-answer-form]", button="wait", body="Stuur ons een foto.", recipient="bel@example.nl")
    (mail,) = outgoing(world)
    assert mail["subject"].startswith("Uw vraag [AAL-")
    work()
    with world.admin() as admin:
        assert admin.execute("select status from ticket where id = %s", (ticket,)).fetchone() == (
            "waiting_for_citizen",
        )


def test_files_go_along_and_stand_with_the_mail_on_the_ticket_s_page(world: World) -> None:
    found = receive(world, letter())
    page = world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}")
    page.submit(
        "[data-testid=mail-answer-form]", button="answer", body="Hierbij het formulier.",
        files=[(io.BytesIO(PDF), "Aanvraag.pdf"), (io.BytesIO(PNG), "kaart.png")],
    )  # fmt: skip
    thread = page.get(f"/mail/of-ticket/{found['ticket_id']}").by_testid("mail-enclosed")
    links = {link.text: str(link["href"]) for link in thread.select("a")}
    assert list(links) == ["Aanvraag.pdf", "kaart.png"]
    assert page.client.get(links["Aanvraag.pdf"]).data == PDF
    # Both are of the ticket now, and can go along again without being sent up a second time.
    ticked = [str(box["value"]) for box in page.soup.select('[name="attachment_id"]')]
    page.submit("[data-testid=mail-answer-form]", button="answer", body="Nogmaals.", attachment_id=ticked[0])
    assert [len(mail["attachment_ids"]) for mail in outgoing(world)] == [2, 1]


def test_an_unwelcome_file_is_told_at_its_field_with_the_answer_kept_and_nothing_sent(world: World) -> None:
    found = receive(world, letter())
    page = world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}")
    page.submit(
        "[data-testid=mail-answer-form]",
        button="answer",
        status=422,
        body="Zie bijlage.",
        files=[(io.BytesIO(EXE), "a.pdf")],
    )
    assert "Dit soort bestand" in page.text and "Kies de bestanden opnieuw" in page.text
    assert page.by_testid("mail-body").text.strip() == "Zie bijlage."
    assert outgoing(world) == []


def test_a_file_of_another_ticket_s_or_town_s_is_as_unknown_as_one_that_nobody_has(world: World) -> None:
    found = receive(world, letter())
    other = keep(world, person="agent_cadzand", town="Cadzand")
    for number in (str(other), str(uuid.uuid4()), "geen-nummer"):
        page = world.page("agent").get(f"/mail/of-ticket/{found['ticket_id']}")
        fields = {"body": "Zie bijlage.", "recipient": "jan@example.nl", "attachment_id": number, "do": "answer"}
        version = str(page.soup.select_one('[data-testid="mail-answer-form"] [name=version]')["value"])  # type: ignore[index]
        page.post(f"/mail/of-ticket/{found['ticket_id']}", {**_tokens(page), **fields, "version": version}, status=404)
    assert outgoing(world) == []
