"""A citizen mails, an agent takes the question from the queue and answers it, and the answer leaves in the town's name."""

from __future__ import annotations

import email
import smtplib
import time
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from pathlib import Path

import psycopg
from playwright.sync_api import Page, expect

from tests.channels.files import PDF
from tests.journeys.conftest import Centre, axe_violations
from tests.journeys.test_every_page import take_picture

BOX = "info@brielle.example"


def send(centre: Centre, subject: str, text: str, **headers: str) -> None:
    """Bring a mail as the organisation's mail server would."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Joke Willems <joke@voorbeeld.example>", BOX, subject
    mail["Message-ID"] = f"<{time.time_ns()}@voorbeeld.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for attempt in range(120):
        try:
            with smtplib.LMTP("127.0.0.1", centre.lmtp_port, timeout=60) as server:
                assert server.sendmail("joke@voorbeeld.example", [BOX], mail.as_bytes()) == {}
            return
        except OSError:  # the server is still starting
            assert attempt < 119
            time.sleep(0.5)


def wait_for(look: Callable[[], object], seconds: float = 120) -> object:
    """What ``look`` finds, once it finds something."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.3)


def ticket_of(centre: Centre, subject: str) -> tuple[str, str]:
    """Id and reference of the ticket that a mail became."""

    def look() -> object:
        return centre.query(
            "select t.id::text, t.reference from received_mail r join mail_content c on c.mail_id = r.id"
            " join ticket t on t.id = r.ticket_id where c.subject = %s",
            subject,
        )

    rows = wait_for(look)
    assert isinstance(rows, list)
    return rows[0]


def answers(folder: Path, to: str) -> list[EmailMessage]:
    """Mails that left for an address."""
    found = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))
    ]
    return [mail for mail in found if to in str(mail["To"]) and isinstance(mail, EmailMessage)]


def words_of(mail: EmailMessage) -> str:
    """What a mail says, apart from its files."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_mail_is_answered_from_its_ticket_in_the_town_s_name(centre: Centre, sign_in: Callable[..., Page]) -> None:
    subject = f"Kwijtschelding {time.time_ns()}"
    send(centre, subject, "Goedemorgen,\n\nKan ik kwijtschelding krijgen voor de afvalstoffenheffing?\n\nJoke Willems")
    ticket_id, reference = ticket_of(centre, subject)
    receipts = wait_for(lambda: [m for m in answers(centre.mail_folder, "joke@") if reference in str(m["Subject"])])
    assert isinstance(receipts, list) and receipts[0]["Auto-Submitted"] == "auto-replied"
    assert centre.query(
        "select count(*) from work_item where ticket_id = %s and kind = 'mail' and done_at is null", ticket_id
    ) == [(1,)]

    agent = sign_in(centre.account("agent", "BRI"))
    agent.goto(f"/tickets/{ticket_id}")
    thread = agent.locator('[data-testid="mail-thread"]')
    expect(thread).to_contain_text("afvalstoffenheffing")
    expect(agent.locator('[data-testid="mail-recipient"]')).to_have_value("joke@voorbeeld.example")
    agent.fill('[data-testid="mail-body"]', "Beste mevrouw Willems,\n\nJa, dat kan. U vraagt het aan met uw DigiD.")
    assert axe_violations(agent) == []
    take_picture(agent, "journey-mail-answer")
    agent.set_input_files(
        '[data-testid="mail-files"]', [{"name": "Aanvraag één.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    agent.click('[data-testid="mail-send"]')
    expect(agent.locator('[data-testid="mail-enclosed"]')).to_contain_text("Aanvraag één.pdf")
    expect(agent.locator('[data-testid="mail-out"]').first).to_contain_text("vertrekt zo")
    take_picture(agent, "journey-mail-queued")
    _leave_now(centre, ticket_id)
    left = wait_for(lambda: [m for m in answers(centre.mail_folder, "joke@") if "DigiD" in words_of(m)])
    assert isinstance(left, list) and len(left) == 1
    answer = left[0]
    assert str(answer["From"]) == f"Gemeente Brielle <{BOX}>" and answer["Auto-Submitted"] is None
    assert str(answer["Subject"]) == f"Re: {subject} [{reference}]" and answer["In-Reply-To"]
    assert "Klantcontactcentrum gemeente Brielle" in words_of(answer)
    assert [(part.get_filename(), part.get_content()) for part in answer.iter_attachments()] == [
        ("Aanvraag één.pdf", PDF)
    ]
    wait_for(
        lambda: centre.query(
            "select 1 from outgoing_mail where ticket_id = %s and kind = 'answer' and state = 'sent'", ticket_id
        )
    )
    assert centre.query("select status from ticket where id = %s", ticket_id) == [("answered",)]

    send(
        centre,
        f"Re: {subject}",
        "Dank u wel!\n\nOp ma schreef Gemeente Brielle <info@brielle.example>:\n> Ja",
        In_Reply_To=str(answer["Message-ID"]),
    )
    wait_for(lambda: centre.query("select 1 from ticket where id = %s and status = 'open'", ticket_id))
    agent.goto(f"/tickets/{ticket_id}")
    expect(thread).to_contain_text("Dank u wel!")


def _leave_now(centre: Centre, ticket_id: str) -> None:
    """Let the minute in which it can be taken back be over."""
    with psycopg.connect(centre.admin_url, autocommit=True) as admin:
        admin.execute(
            "update job set run_after = now() where name = 'channels.send_mail' and args->>'mail' in (select id::text from outgoing_mail where ticket_id = %s)",
            (ticket_id,),
        )


def test_a_newsletter_waits_for_a_person_who_says_what_it_is(centre: Centre, sign_in: Callable[..., Page]) -> None:
    subject = f"Nieuwsbrief {time.time_ns()}"
    send(centre, subject, "Dit leest niemand.", List_Id="<nieuws.example>")
    wait_for(
        lambda: centre.query(
            "select 1 from mail_content c join received_mail r on r.id = c.mail_id where c.subject = %s and r.state = 'quarantined'",
            subject,
        )
    )
    page = sign_in(centre.account("supervisor"))
    page.goto("/mail/?shelf=automatic")
    take_picture(page, "journey-mail-sorting")
    page.click(f"text={subject}")
    expect(page.locator('[data-testid="quarantine-text"]')).to_contain_text("Dit leest niemand")
    take_picture(page, "journey-mail-quarantine")
    assert axe_violations(page) == []
    page.click('[data-testid="mail-dismiss"]')
    expect(page.locator("body")).to_contain_text("afgehandeld als geen vraag")
